"""A disk that remembers what reached it and what only the operating system had.

It is fed the events that a run of SQLite caused and says what files a power cut would leave: what
was synced is there; what was not is kept, dropped, or torn into sectors of which some arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias

__all__ = [
    "MODES", "Delete", "Disk", "Event", "Mark", "Mode", "Open", "Sync", "Truncate", "Write",
    "lay_out",
]  # fmt: skip

SECTOR_BYTES: Final = 512
PAGE_BYTES: Final = 4096  # what an operating system writes back at once

Mode: TypeAlias = Literal["kept", "dropped", "torn"]
MODES: Final[tuple[Mode, ...]] = ("kept", "dropped", "torn")


class Open(NamedTuple):
    """A file was opened; ``file`` is a new number if it was made."""

    file: int
    name: str


class Write(NamedTuple):
    """Bytes were handed over."""

    file: int
    offset: int
    data: bytes


class Truncate(NamedTuple):
    """A file was cut."""

    file: int
    size: int


class Sync(NamedTuple):
    """A sync returned; ``folder`` says that it synced the folder too."""

    file: int
    ok: bool
    folder: bool


class Delete(NamedTuple):
    """A file was deleted; ``folder`` says that the folder was synced after."""

    name: str
    folder: bool


class Mark(NamedTuple):
    """Something happened above the disk: an answer was given, say."""

    what: str
    text: str


Event: TypeAlias = Open | Write | Truncate | Sync | Delete | Mark


class _File:
    """What is on the disk, and what is not yet."""

    __slots__ = ("durable", "lost", "pending")

    def __init__(self) -> None:
        self.durable = bytearray()
        self.pending: list[Write | Truncate] = []
        # Pages that a failed sync left clean: seen by readers, never written back by themselves.
        self.lost: list[Write] = []

    def sync(self) -> None:
        touched = {
            page for event in self.pending if isinstance(event, Write) for page in _pages(event)
        }
        for piece in self.lost:
            if piece.offset // PAGE_BYTES in touched:
                _do(self.durable, piece)
        self.lost = [piece for piece in self.lost if piece.offset // PAGE_BYTES not in touched]
        for event in self.pending:
            _do(self.durable, event)
        self.pending.clear()

    def fail(self) -> None:
        for event in self.pending:
            if isinstance(event, Write):
                self.lost.extend(_pieces(event, PAGE_BYTES))
            else:
                _do(self.durable, event)
        self.pending.clear()

    def image(self, mode: Mode, rng: Random, chance: float | None) -> bytes:
        found = bytearray(self.durable)
        if mode == "kept":
            for event in (*self.lost, *self.pending):
                _do(found, event)
        elif mode == "torn" and chance is None:
            for event in self.pending[: rng.randint(0, len(self.pending))]:
                _do(found, event)
        elif mode == "torn":
            assert chance is not None
            for event in self.pending:
                if isinstance(event, Truncate):
                    if rng.random() < chance:
                        _do(found, event)
                    continue
                for piece in _pieces(event, SECTOR_BYTES):
                    if rng.random() < chance:
                        _do(found, piece)
        return bytes(found)


def _pages(event: Write) -> range:
    last = event.offset + len(event.data) - 1
    return range(event.offset // PAGE_BYTES, last // PAGE_BYTES + 1)


def _pieces(event: Write, size_bytes: int) -> Iterable[Write]:
    """Cut a write where blocks of the disk begin."""
    offset, data = event.offset, event.data
    while data:
        part = min(size_bytes - offset % size_bytes, len(data))
        yield Write(event.file, offset, data[:part])
        offset, data = offset + part, data[part:]


def _do(found: bytearray, event: Write | Truncate) -> None:
    if isinstance(event, Truncate):
        del found[event.size :]
        found.extend(bytes(event.size - len(found)))
        return
    found.extend(bytes(max(event.offset - len(found), 0)))
    found[event.offset : event.offset + len(event.data)] = event.data


class Disk:
    """Files of one folder, as they are and as a power cut would leave them.

    Parameters
    ----------
    forgets : bool
        Whether a sync that failed leaves its pages clean, so that later syncs do not write them, as
        Linux does; else the next sync writes them.

    Source
    ------
    own; Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020, table 1.
    """

    def __init__(self, *, forgets: bool = False) -> None:
        self._forgets = forgets
        self._files: dict[int, _File] = {}
        self._durable: dict[str, int] = {}
        self._entries: list[tuple[str, int | None]] = []
        self._names: dict[str, int] = {}

    def feed(self, event: Event) -> None:
        """Let an event happen."""
        match event:
            case Open(file, name):
                if file not in self._files:
                    self._files[file] = _File()
                    self._names[name] = file
                    self._entries.append((name, file))
            case Write() | Truncate():
                self._files[event.file].pending.append(event)
            case Sync(file, ok, folder):
                self._sync(file, ok, folder)
            case Delete(name, folder):
                self._names.pop(name, None)
                self._entries.append((name, None))
                if folder:
                    self._sync_folder()

    def _sync(self, file: int, ok: bool, folder: bool) -> None:
        if not ok:
            if self._forgets:
                self._files[file].fail()
            return
        self._files[file].sync()
        if folder:
            self._sync_folder()
            return
        # A file that is synced can be found: its own name goes with it.
        for name, each in self._entries:
            if each == file:
                self._durable[name] = file
        self._entries = [entry for entry in self._entries if entry[1] != file]

    def _sync_folder(self) -> None:
        self._durable = self._folder(len(self._entries))
        self._entries.clear()

    def _folder(self, entries: int) -> dict[str, int]:
        found = dict(self._durable)
        for name, file in self._entries[:entries]:
            if file is None:
                found.pop(name, None)
            else:
                found[name] = file
        return found

    def image(self, mode: Mode, rng: Random) -> dict[str, bytes]:
        """Return the files that a power cut now would leave.

        Parameters
        ----------
        mode : {"kept", "dropped", "torn"}
            What happens to that which was not synced; torn: some sectors of each write arrive, or
            the first writes whole and the last not, and of what was done to the folder a beginning.
        rng : random.Random
            Decides about sectors.
        """
        chance = rng.choice((0.1, 0.5, 0.9, None)) if mode == "torn" else None
        entries = {"kept": len(self._entries), "dropped": 0}.get(mode)
        if entries is None:
            entries = rng.randint(0, len(self._entries))
        folder = self._folder(entries)
        return {
            name: self._files[file].image(mode, rng, chance)
            for name, file in sorted(folder.items())
        }


def lay_out(image: dict[str, bytes], folder: Path) -> None:
    """Make a folder hold the files of an image and nothing else."""
    for path in folder.iterdir():
        path.unlink()
    for name, data in image.items():
        (folder / name).write_bytes(data)
