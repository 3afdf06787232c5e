"""The folder of a job: one run at a time, parts put in place whole, and a journal of them.

What is put in place is on the disk before the journal says so, and the journal is before the next
part is handed out; so a power cut loses parts, but never believes one that is not there.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import InvalidOperation
from pathlib import Path
from typing import IO, Final

from securecall.errors import InputError, SpreadError
from securecall.spread.manifest import JOURNAL, MANIFEST, Manifest, read_manifest
from securecall.spread.part import Made, Part

__all__ = ["JobFolder", "digest_of", "draft_of"]

_DRAFT: Final = ".part"


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def draft_of(folder: Path, name: str) -> Path:
    """Return where a part is written first: a name that no other writer has."""
    return folder / f".{name}.{os.getpid()}-{threading.get_ident()}{_DRAFT}"


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class JobFolder:
    """A folder while a run writes to it; made by `open`.

    Attributes
    ----------
    path : Path
    known : dict of str to Made
        By name, what runs before this one made and this one may keep.
    """

    def __init__(self, path: Path, what: str, digest: str) -> None:
        self.path = path
        self._head = {"what": what, "digest": digest}
        self._journal: IO[bytes] | None = None
        self._begun = False
        self.known: dict[str, Made] = {}

    @classmethod
    @contextmanager
    def open(cls, path: Path, what: str, digest: str) -> Iterator[JobFolder]:
        """Open a folder for one run, and make it if it is not there.

        Raises
        ------
        InputError
            It cannot be, holds another job, or another run writes to it now.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    raise
                raise InputError(f"{path}: another run writes to it now") from None
            folder = cls(path, what, digest)
            folder._read()
            try:
                yield folder
            finally:
                if folder._journal is not None:
                    folder._journal.close()
        finally:
            os.close(lock)

    def _read(self) -> None:
        made: Iterable[Made]
        if (self.path / JOURNAL).exists():
            head, made = _read_journal(self.path / JOURNAL)
        elif (self.path / MANIFEST).exists():
            manifest, _ = read_manifest(self.path)
            head, made = {"what": manifest.what, "digest": manifest.digest}, manifest.made
        else:
            return
        self._begun = True
        if head is not None and head != self._head:
            raise InputError(
                f"{self.path}: holds another job ({head['what']}, {head['digest'][:12]}), "
                "with other options; take another folder"
            )
        self.known = {one.part.name: one for one in made}

    def kept(self, parts: Iterable[Part]) -> dict[str, Made]:
        """Return which parts need not be made again: of the same input, and there as noted."""
        found = {}
        for part in parts:
            one = self.known.get(part.name)
            if one is None or (one.part.source, one.part.stamp) != (part.source, part.stamp):
                continue
            path = self.path / part.name
            if path.is_file() and path.stat().st_size == one.size and digest_of(path) == one.sha256:
                found[part.name] = Made(part, one.written, one.size, one.sha256)
        return found

    def begin(self, kept: Iterable[Made], names: Iterable[str]) -> None:
        """Begin the journal, with what is kept; clear away drafts, and parts of no more use.

        Raises
        ------
        InputError
            There is a file of a part's name that no run of this job made.
        """
        names = set(names)
        if not self._begun:
            for name in sorted(names):
                if (self.path / name).exists():
                    raise InputError(f"{self.path / name}: is there already; take another folder")
        self._clear()
        draft = self.path / f".{JOURNAL}{_DRAFT}"
        with draft.open("wb") as file:
            for line in (self._head, *(one.to_dict() for one in kept)):
                file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / JOURNAL)
        (self.path / MANIFEST).unlink(missing_ok=True)
        for name in self.known.keys() - names:
            (self.path / name).unlink(missing_ok=True)
        _sync_folder(self.path)
        self._journal = (self.path / JOURNAL).open("ab")

    def _clear(self) -> None:
        """Clear away what killed workers left; nobody else writes here now."""
        for draft in self.path.glob(f".*{_DRAFT}"):
            draft.unlink(missing_ok=True)

    def place(self, draft: Path, made: Made) -> None:
        """Sync a part that is written, give it its name, and note it; in this order."""
        fd = os.open(draft, os.O_RDWR)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        draft.replace(self.path / made.part.name)
        _sync_folder(self.path)
        assert self._journal is not None
        self._journal.write(json.dumps(made.to_dict()).encode() + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, and end the journal; no worker writes any more."""
        self._clear()
        draft = self.path / f".{MANIFEST}{_DRAFT}"
        with draft.open("w", encoding="utf-8") as file:
            file.write(manifest.to_text())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / MANIFEST)
        _sync_folder(self.path)
        (self.path / JOURNAL).unlink(missing_ok=True)


def _read_journal(path: Path) -> tuple[dict[str, str] | None, list[Made]]:
    """Read a journal as far as it goes: a kill may have cut its last line.

    Raises
    ------
    SpreadError
        A line before the last is damaged.
    """
    lines = path.read_bytes().split(b"\n")
    try:
        if not lines[0] or len(lines) < 2:
            return None, []
        head = json.loads(lines[0])
        made = [Made.from_dict(json.loads(line)) for line in lines[1:-1]]
        return {"what": str(head["what"]), "digest": str(head["digest"])}, made
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise SpreadError(f"{path}: is damaged: {error!r}") from None
