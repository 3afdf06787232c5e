"""One log of what several processes do to one folder, in the one order in which they did it."""

from __future__ import annotations

import fcntl
import os
import pickle
import threading
from pathlib import Path
from typing import Final

from securecall.ledger.torture.disk import Delete, Event, Mark, Open

__all__ = ["CommonLog", "read"]

SIZE_BYTES: Final = 8


class CommonLog:
    """A process's pen on the log; to be opened in that process, not before the fork.

    Whatever is done to a file is done and noted in one *turn*, and only one thread of one process
    has the turn: so that a write that is noted before a sync was over when the sync began. The
    system takes the turn from a process that is killed.

    Parameters
    ----------
    path : Path
    source : int
        Which process; its numbers of files are its own.
    """

    def __init__(self, path: Path, source: int) -> None:
        self._source = source
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._threads = threading.Lock()

    def __enter__(self) -> None:
        """Wait for the turn."""
        self._threads.acquire()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        """Give the turn on."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def append(self, event: Event) -> None:
        """Note what was done; in a turn."""
        body = pickle.dumps((self._source, event))
        # One write, which a kill does not cut in two.
        os.write(self._file, len(body).to_bytes(SIZE_BYTES, "big") + body)


def read(path: Path) -> list[Event]:
    """Return all events in order; a file has one number, whoever opened it."""
    data, place = path.read_bytes(), 0
    names: dict[str, int] = {}
    files: dict[tuple[int, int], int] = {}
    found: list[Event] = []
    made = 0
    while place < len(data):
        begin = place + SIZE_BYTES
        place = begin + int.from_bytes(data[place:begin], "big")
        source, event = pickle.loads(data[begin:place])
        match event:
            case Open(file, name):
                if name not in names:
                    made += 1
                    names[name] = made
                files[source, file] = names[name]
                found.append(Open(names[name], name))
            case Delete(name, _):
                names.pop(name, None)
                found.append(event)
            case Mark():
                found.append(event)
            case _:
                found.append(event._replace(file=files[source, event.file]))
    return found
