"""Messages between the one that leads and its workers: pickles with their length before them."""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["END", "Inbox", "frame", "read_frame"]

_LENGTH: Final = struct.Struct("<Q")
#: A frame without content: there is no more to do.
END: Final = _LENGTH.pack(0)


def frame(message: Any) -> bytes:
    """Return a message as it is sent."""
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


def read_frame(fd: int) -> bytes | None:
    """Wait for a frame and return its content; None when nobody sends any more."""
    head = _exactly(fd, _LENGTH.size)
    return None if head is None else _exactly(fd, _LENGTH.unpack(head)[0])


def _exactly(fd: int, size: int) -> bytes | None:
    parts = []
    while size:
        piece = os.read(fd, min(size, 1 << 20))
        if not piece:
            return None
        parts.append(piece)
        size -= len(piece)
    return b"".join(parts)


class Inbox:
    """Puts what a pipe brings, piece by piece, together to messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, piece: bytes) -> Iterator[Any]:
        """Take a piece; yield the messages that are whole now."""
        self._bytes += piece
        while len(self._bytes) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._bytes)[0]
            if len(self._bytes) < end:
                return
            content = bytes(self._bytes[_LENGTH.size : end])
            del self._bytes[:end]
            yield pickle.loads(content)
