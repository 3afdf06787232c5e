"""A host's proof of life: one small file a process, from which its calls are recovered.

A beat is a write of 24 bytes into a file that is open already, without a sync: it survives the
death of the process. With ``durable=True`` it is synced and survives the death of the machine. Two
places take turns, each with a checksum, so that a beat that was torn leaves the one before.
"""

from __future__ import annotations

import os
from pathlib import Path
from struct import Struct
from typing import Final
from zlib import crc32

from securecall.errors import InputError, StoreError
from securecall.ledger.instant import At, ms_of

__all__ = ["PERIOD_MS", "Heartbeat", "last_alive_ms"]

PERIOD_MS: Final = 1_000
_BEAT: Final = Struct("<4sIqq")  # mark, checksum, number, instant
_MARK: Final = b"beat"


def _packed(number: int, at_ms: int) -> bytes:
    check = crc32(b"%d %d" % (number, at_ms))
    return _BEAT.pack(_MARK, check, number, at_ms)


class Heartbeat:
    """Keeps a host's last proof of life.

    Parameters
    ----------
    path : str or Path
        One file a process.
    period_ms : int
        A beat sooner than this after the last one is not written. It is what a crash can cost: the
        customer is charged up to the last beat, so that up to a period of service is the host's.
    durable : bool
        Whether each beat is synced to the disk.

    Source
    ------
    own; charging law, "Cutoff is solved, not polled".

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/host-1"
    >>> with Heartbeat(path) as heart:
    ...     heart.beat(1_777_658_400_000), heart.beat(1_777_658_400_900)
    (True, False)
    >>> last_alive_ms(path)
    1777658400000
    """

    def __init__(
        self, path: str | Path, *, period_ms: int = PERIOD_MS, durable: bool = False
    ) -> None:
        if type(period_ms) is not int or period_ms < 1:
            raise InputError(f"period_ms must be 1 or more, not {period_ms!r}")
        self.period_ms = period_ms
        self._durable = durable
        before = _read(Path(path))
        self._number, self._last_ms = before if before is not None else (0, -period_ms)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def beat(self, at: At) -> bool:
        """Note that the host was alive at an instant; return whether that was written.

        Raises
        ------
        InputError, InputTypeError
            ``at`` is no instant.
        """
        at_ms = ms_of(at)
        if 0 <= at_ms - self._last_ms < self.period_ms:
            return False
        self._number += 1
        os.pwrite(self._file, _packed(self._number, at_ms), self._number % 2 * _BEAT.size)
        if self._durable:
            os.fsync(self._file)
        self._last_ms = at_ms
        return True

    def close(self) -> None:
        """Let go of the file; what it says stays."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Heartbeat:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def _read(path: Path) -> tuple[int, int] | None:
    """Return the newest whole beat: its number and instant."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    found: tuple[int, int] | None = None
    for place in (0, _BEAT.size):
        part = content[place : place + _BEAT.size]
        if len(part) < _BEAT.size:
            continue
        _, _, number, at_ms = _BEAT.unpack(part)
        if part == _packed(number, at_ms) and (found is None or number > found[0]):
            found = number, at_ms
    return found


def last_alive_ms(path: str | Path) -> int:
    """Return the last instant at which a host was known to be alive, for `Ledger.recover`.

    Raises
    ------
    StoreError
        The file is not there, or holds no whole beat.

    Source
    ------
    own.
    """
    found = _read(Path(path))
    if found is None:
        raise StoreError(f"{path} holds no heartbeat")
    return found[1]
