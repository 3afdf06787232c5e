"""Rooms of Linux for one process: a disk of a few kilobytes, a monotonic clock that is ahead."""

from __future__ import annotations

import ctypes as c
import os
from pathlib import Path
from typing import Any, Final

__all__ = ["NotAllowed", "own_clock", "own_disk", "resize"]

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWTIME: Final = 0x00000080
MS_REMOUNT: Final = 0x20
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000


class NotAllowed(Exception):
    """The system does not give this process such a room."""


def _libc() -> Any:
    found = c.CDLL(None, use_errno=True)
    if not hasattr(found, "unshare"):
        raise NotAllowed("only Linux has namespaces")
    return found


def _done(code: int, what: str) -> None:
    if code != 0:
        raise NotAllowed(f"{what}: {os.strerror(c.get_errno())}")


def _tell(name: str, text: str, what: str) -> None:
    """Write to a file of the kernel's about this process."""
    try:
        Path(f"/proc/self/{name}").write_text(text)
    except OSError as error:
        raise NotAllowed(f"{what}: {error.strerror}") from None


def _unshare(kind: int, what: str) -> None:
    """Get a namespace; without being root, in a user namespace, where the system has them."""
    user, group = os.getuid(), os.getgid()
    if user == 0:
        _done(_libc().unshare(kind), what)
        return
    _done(_libc().unshare(kind | CLONE_NEWUSER), f"{what} in a user namespace")
    _tell("setgroups", "deny", "a user namespace")
    _tell("uid_map", f"0 {user} 1", "a user namespace")
    _tell("gid_map", f"0 {group} 1", "a user namespace")


def _mount(kind: bytes, place: Path, what: str, *, flags: int = 0, data: bytes = b"") -> None:
    code = _libc().mount(kind, str(place).encode(), kind, c.c_ulong(flags), data)
    _done(code, what)


def own_disk(place: Path, size_kib: int) -> None:
    """Mount a tmpfs of a size over a folder, for this process and its children only.

    Raises
    ------
    NotAllowed
        It must not; the system's words.
    """
    _unshare(CLONE_NEWNS, "a mount namespace")
    # Else the mount would be seen outside.
    _mount(b"none", Path("/"), "making mounts private", flags=MS_REC | MS_PRIVATE)
    _mount(b"tmpfs", place, "mounting a tmpfs", data=b"size=%dk" % size_kib)


def resize(place: Path, size_kib: int) -> None:
    """Give a disk made by `own_disk` another size."""
    _mount(b"tmpfs", place, "resizing a tmpfs", flags=MS_REMOUNT, data=b"size=%dk" % size_kib)


def own_clock(ahead_seconds: int) -> None:
    """Have the monotonic and the boot clock of children be ahead.

    Raises
    ------
    NotAllowed
        It must not; the system's words.
    """
    _unshare(CLONE_NEWTIME, "a time namespace")
    offsets = f"monotonic {ahead_seconds} 0\nboottime {ahead_seconds} 0\n"
    _tell("timens_offsets", offsets, "setting a clock")
