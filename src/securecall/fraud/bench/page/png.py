"""Small pictures in the text of a page: PNG with a palette of sixteen colours."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["data_uri", "png"]

#: Dark to bright, even in lightness: read alike in colour, in grey, by day and by night.
#: Source: sixteen steps of magma, N. Smith and S. van der Walt, CC0.
MAGMA: Final = (
    "000004", "0b0924", "20114b", "3b0f70", "57157e", "721f81", "8c2981", "a8327d", "c43c75",
    "de4968", "f1605d", "fa7f5e", "fe9f6d", "febf84", "fddea0", "fcfdbf",
)  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(levels: NDArray[np.floating]) -> bytes:
    """Return a picture of levels 0 to 1, the first row on top.

    Parameters
    ----------
    levels : float, shape (rows, columns)

    Source
    ------
    W3C, Portable Network Graphics; colour type 3, 4 bits a pixel.
    """
    rows, columns = levels.shape
    steps = np.clip(np.rint(levels * 15), 0, 15).astype(np.uint8)
    even = np.pad(steps, ((0, 0), (0, columns % 2)))
    packed = (even[:, ::2] << 4) | even[:, 1::2]
    lines = np.pad(packed, ((0, 0), (1, 0)))  # each begins with its filter: none
    head = struct.pack(">IIBBBBB", columns, rows, 4, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"PLTE", bytes.fromhex("".join(MAGMA)))
        + _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def data_uri(picture: bytes) -> str:
    """Return a picture as a page takes it in its text."""
    return "data:image/png;base64," + b64encode(picture).decode()
