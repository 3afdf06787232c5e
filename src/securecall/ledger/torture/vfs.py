"""Sees, fails and times what the SQLite of this very interpreter does to files.

It is a file system for SQLite made with ctypes: a copy of the one that SQLite has, whose writes,
truncations, syncs and deletions go through here. Locks, shared memory and reads stay as they are,
so that what is under test is the library, the journal mode and the locking of every day.

Source
------
docs/decisions/0101; SQLite, "The OS Backend (VFS) To SQLite" and ``sqlite3_io_methods``.
"""

from __future__ import annotations

import ctypes as c
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

from securecall.ledger.torture.common_log import CommonLog
from securecall.ledger.torture.disk import Delete, Event, Mark, Open, Sync, Truncate, Write

__all__ = ["Shim", "ShimMissing"]

NAME: Final = b"securecall-torture"
IOERR_FSYNC: Final = 1034  # SQLITE_IOERR_FSYNC: what SQLite makes of EIO
KEPT_FILES: Final = 0x100 | 0x800 | 0x80000  # main database, its journal, its write-ahead log
NEW_ENTRY: Final = 0x800 | 0x80000  # the first sync of these syncs the folder too
CREATE: Final = 0x4
UNIX_EPOCH_JULIAN_MS: Final = 210_866_760_000_000

_OPEN: Final = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, c.c_void_p)
_DELETE: Final = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int)
_NOW: Final = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(c.c_int64))
_WRITE: Final = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_int64)
_TRUNCATE: Final = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int64)
_SYNC: Final = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)


class _Vfs(c.Structure):
    _fields_ = [
        ("iVersion", c.c_int), ("szOsFile", c.c_int), ("mxPathname", c.c_int),
        ("pNext", c.c_void_p), ("zName", c.c_char_p), ("pAppData", c.c_void_p),
        ("xOpen", _OPEN), ("xDelete", _DELETE),
        *((name, c.c_void_p) for name in (
            "xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose",
            "xRandomness", "xSleep", "xCurrentTime", "xGetLastError",
        )),
        ("xCurrentTimeInt64", _NOW),
        *((name, c.c_void_p) for name in ("xSet", "xGet", "xNext")),
    ]  # fmt: skip


class _Methods(c.Structure):
    _fields_ = [
        ("iVersion", c.c_int), ("xClose", c.c_void_p), ("xRead", c.c_void_p), ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE), ("xSync", _SYNC),
        *((name, c.c_void_p) for name in (
            "xFileSize", "xLock", "xUnlock", "xCheckReservedLock", "xFileControl", "xSectorSize",
            "xDeviceCharacteristics", "xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch",
            "xUnfetch",
        )),
    ]  # fmt: skip


class ShimMissing(Exception):
    """SQLite cannot be reached from here, so that what needs the shim cannot be run."""


def _library() -> Any:
    import _sqlite3

    library = c.CDLL(getattr(_sqlite3, "__file__", None))
    try:
        library.sqlite3_sourceid.restype = c.c_char_p
        library.sqlite3_vfs_find.restype = c.POINTER(_Vfs)
        library.sqlite3_vfs_find.argtypes = [c.c_char_p]
        library.sqlite3_vfs_register.argtypes = [c.POINTER(_Vfs), c.c_int]
        library.sqlite3_vfs_unregister.argtypes = [c.POINTER(_Vfs)]
    except AttributeError as error:
        raise ShimMissing(f"the SQLite of this Python hides its functions ({error})") from None
    with sqlite3.connect(":memory:") as connection:
        (used,) = connection.execute("select sqlite_source_id()").fetchone()
    connection.close()
    if library.sqlite3_sourceid().decode() != used:
        raise ShimMissing("the SQLite that was found is not the one that the module sqlite3 uses")
    return library


class Shim:
    """The file system while it is installed: every connection opened then goes through it.

    Parameters
    ----------
    keeps : bool
        Whether what happens is noted.
    common : CommonLog, optional
        Where to note it if other processes are on the same files; else in ``log``.

    Attributes
    ----------
    log : list of Event
        What happened, in order; answers may be put in by `mark`.
    syncs : int
        How many were asked for.
    fails : callable or None
        Takes the number of a sync, from 1; whether it fails.
    now_ms : callable or None
        What SQLite takes for the time.
    dies_after : int or None
        The process is killed when so many things were done and noted.

    Raises
    ------
    ShimMissing
        SQLite cannot be reached.
    """

    def __init__(self, *, keeps: bool = True, common: CommonLog | None = None) -> None:
        self.log: list[Event] = []
        self.syncs = 0
        self.failed = 0
        self.fails: Callable[[int], bool] | None = None
        self.now_ms: Callable[[], int] | None = None
        self.dies_after: int | None = None
        self._keeps = keeps
        self._common = common
        self._turn = nullcontext() if common is None else common
        self._noted = 0
        self._library = _library()
        self._base: Any = None
        self._vfs = _Vfs()
        self._methods: dict[int, tuple[_Methods, _Methods]] = {}
        self._names: dict[str, int] = {}
        self._files: dict[int, int] = {}
        self._new: set[int] = set()
        self._made = 0

    def __enter__(self) -> Shim:
        """Become SQLite's file system."""
        self._base = self._library.sqlite3_vfs_find(None).contents
        c.memmove(c.byref(self._vfs), c.byref(self._base), c.sizeof(_Vfs))
        self._vfs.zName = NAME
        self._vfs.xOpen = _OPEN(self._open)
        self._vfs.xDelete = _DELETE(self._delete)
        self._vfs.xCurrentTimeInt64 = _NOW(self._now)
        self._library.sqlite3_vfs_register(c.byref(self._vfs), 1)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave; every connection that was opened meanwhile must be closed."""
        self._library.sqlite3_vfs_unregister(c.byref(self._vfs))
        self._library.sqlite3_vfs_register(c.byref(self._base), 1)

    def mark(self, what: str, text: str) -> None:
        """Put a mark into the log."""
        with self._turn:
            self._note(Mark(what, text))

    def _note(self, event: Event) -> None:
        if self._common is not None:
            self._common.append(event)
        elif self._keeps:
            self.log.append(event)
        self._noted += 1
        if self._noted == self.dies_after:
            os.kill(os.getpid(), signal.SIGKILL)

    # What SQLite calls. Names are pointers: SQLite keeps them, so no copy may be handed on.

    def _open(self, _: int, name: int, file: int, flags: int, out: int) -> int:
        with self._turn:
            code: int = self._base.xOpen(c.addressof(self._base), name, file, flags, out)
            if code == 0 and name and flags & KEPT_FILES:
                self._adopt(file, Path(c.string_at(name).decode()).name, flags)
        return code

    def _adopt(self, file: int, name: str, flags: int) -> None:
        # Which file it is can only be said here if nobody else makes and deletes files; in a
        # common log each opening has a number.
        if self._common is not None or name not in self._names:
            self._made += 1
            self._names[name] = self._made
            if flags & NEW_ENTRY and flags & CREATE:
                self._new.add(self._made)
        number = self._names[name]
        self._files[file] = number
        self._note(Open(number, name))
        methods = c.cast(file, c.POINTER(c.c_void_p))
        methods[0] = c.addressof(self._patched(methods[0]))

    def _patched(self, address: int) -> _Methods:
        """Return a copy of a file's methods with ours in it; SQLite has one per kind of lock."""
        if address not in self._methods:
            base, ours = _Methods.from_address(address), _Methods()
            c.memmove(c.byref(ours), address, c.sizeof(_Methods))
            ours.xWrite = _WRITE(self._writes(base.xWrite))
            ours.xTruncate = _TRUNCATE(self._truncates(base.xTruncate))
            ours.xSync = _SYNC(self._syncs(base.xSync))
            self._methods[address] = (base, ours)
        return self._methods[address][1]

    def _writes(self, base: Any) -> Callable[[int, int, int, int], int]:
        def write(file: int, data: int, size: int, offset: int) -> int:
            with self._turn:
                code: int = base(file, data, size, offset)
                if code == 0:
                    self._note(Write(self._files[file], offset, c.string_at(data, size)))
            return code

        return write

    def _truncates(self, base: Any) -> Callable[[int, int], int]:
        def truncate(file: int, size: int) -> int:
            with self._turn:
                code: int = base(file, size)
                if code == 0:
                    self._note(Truncate(self._files[file], size))
            return code

        return truncate

    def _syncs(self, base: Any) -> Callable[[int, int], int]:
        def sync(file: int, flags: int) -> int:
            with self._turn:
                self.syncs += 1
                number = self._files[file]
                if self.fails is not None and self.fails(self.syncs):
                    self.failed += 1
                    self._note(Sync(number, False, False))
                    return IOERR_FSYNC
                code: int = base(file, flags)
                self._note(Sync(number, code == 0, number in self._new))
                self._new.discard(number)
            return code

        return sync

    def _delete(self, _: int, name: int, folder: int) -> int:
        with self._turn:
            code: int = self._base.xDelete(c.addressof(self._base), name, folder)
            if code == 0:
                short = Path(c.string_at(name).decode()).name
                self._names.pop(short, None)
                self._note(Delete(short, bool(folder)))
        return code

    def _now(self, _: int, out: Any) -> int:
        if self.now_ms is None:
            code: int = self._base.xCurrentTimeInt64(c.addressof(self._base), out)
            return code
        out[0] = self.now_ms() + UNIX_EPOCH_JULIAN_MS
        return 0
