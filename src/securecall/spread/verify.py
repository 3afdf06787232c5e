"""Whether a folder of parts is what its manifest says: complete, unchanged, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeAlias

from securecall.errors import InputError, SecurecallError
from securecall.spread.folder import digest_of
from securecall.spread.manifest import JOURNAL, MANIFEST, Manifest, read_manifest
from securecall.spread.part import Made, Written, plain_sums

__all__ = ["KINDS", "Problem", "verify"]

#: Reads a part again and says what is in it.
Recount: TypeAlias = Callable[[Path, Made], Written]

KINDS: Final = (
    *("unfinished", "missing", "damaged", "duplicate", "foreign", "rows", "sum", "unreadable"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as the manifest says.

    Attributes
    ----------
    kind : str
        One of ``KINDS``.
    file : str
        The name in the folder; empty for the folder itself.
    text : str

    Source
    ------
    own.
    """

    kind: str
    file: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.file}: {self.text}" if self.file else f"{self.kind}: {self.text}"
        )


def verify(
    folder: str | PathLike[str],
    *,
    recount: Recount | None = None,
    digests: bool = True,
    progress: Callable[[int, int | None], object] | None = None,
) -> tuple[Manifest, list[Problem]]:
    """Compare a folder of parts with its manifest.

    Parameters
    ----------
    folder : path
    recount : callable, optional
        Told a part's file and what was noted of it; says what rows and sums are in it now. Sums
        that it does not say are not compared.
    digests : bool
        Read every part and compare its digest; otherwise its size only.
    progress : callable, optional
        Called with (parts done, all parts).

    Returns
    -------
    manifest : Manifest
    problems : list of Problem
        Empty if all is well.

    Raises
    ------
    InputError
        There is no manifest, or it cannot be read.

    Source
    ------
    own.
    """
    folder = Path(folder)
    manifest, told = read_manifest(folder)
    problems: list[Problem] = []
    if (folder / JOURNAL).exists():
        problems.append(Problem("unfinished", "", "a run has begun and not ended; run it again"))
    problems += _totals(manifest, told)
    problems += _twice(manifest)
    for done, made in enumerate(manifest.made):
        problems += _part(folder, made, recount, digests)
        if progress is not None:
            progress(done + 1, len(manifest.made))
    problems += _foreign(folder, manifest)
    return manifest, problems


def _totals(manifest: Manifest, told: Mapping[str, Any]) -> Iterator[Problem]:
    if told.get("rows") != manifest.rows:
        yield Problem(
            "rows", "", f"the manifest says {told.get('rows')}, its parts {manifest.rows}"
        )
    sums = plain_sums(manifest.sums)
    if told.get("sums") != sums:
        yield Problem("sum", "", f"the manifest says {told.get('sums')}, its parts {sums}")


def _twice(manifest: Manifest) -> Iterator[Problem]:
    """Yield what stands in the manifest twice: names, sources, content."""
    names = Counter(one.part.name for one in manifest.made)
    for name, count in names.items():
        if count > 1:
            yield Problem("duplicate", name, f"stands in the manifest {count} times")
    first: dict[str, str] = {}
    content: dict[str, str] = {}
    for one in manifest.made:
        name = one.part.name
        other = first.setdefault(repr(sorted(one.part.source.items())), name)
        if other != name:
            yield Problem("duplicate", name, f"is made from the same as {other}")
        other = content.setdefault(one.sha256, name) if one.written.rows else name
        if other != name:
            yield Problem("duplicate", name, f"has the same content as {other}")


def _part(folder: Path, made: Made, recount: Recount | None, digests: bool) -> Iterator[Problem]:
    name = made.part.name
    path = folder / name
    if not path.is_file():
        yield Problem("missing", name, "is not there")
        return
    size = path.stat().st_size
    if size != made.size:
        yield Problem("damaged", name, f"has {size} bytes, not {made.size}")
    elif digests and digest_of(path) != made.sha256:
        yield Problem("damaged", name, "its content is not what was written")
    if recount is None:
        return
    try:
        found = recount(path, made)
    except (SecurecallError, OSError) as error:
        yield Problem("unreadable", name, str(error))
        return
    if found.rows != made.written.rows:
        yield Problem("rows", name, f"has {found.rows}, not {made.written.rows}")
    for what, value in found.sums.items():
        noted = made.written.sums.get(what)
        if noted is not None and noted != value:
            yield Problem("sum", name, f"{what} is {value}, not {noted}")


def _foreign(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield files that are no part; whoever reads the folder would count them."""
    known = {one.part.name for one in manifest.made} | {MANIFEST, JOURNAL}
    sizes = {one.size for one in manifest.made}
    content = {one.sha256: one.part.name for one in manifest.made}
    try:
        found = sorted(path for path in folder.iterdir() if path.name not in known)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror or error}") from None
    for path in found:
        if path.name.startswith(".") and path.name.endswith(".part"):
            yield Problem("foreign", path.name, "is a draft that a killed run left")
            continue
        copied = None
        if path.is_file() and path.stat().st_size in sizes:
            copied = content.get(digest_of(path))
        if copied is None:
            yield Problem("foreign", path.name, "is no part of this job")
        else:
            yield Problem("duplicate", path.name, f"is a copy of {copied}")
