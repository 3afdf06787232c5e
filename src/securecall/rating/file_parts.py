"""Files of call records cut into parts that can be rated apart, with names that never change."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputError
from securecall.rating.files import FORMATS, format_of, groups_of
from securecall.spread import Part

__all__ = ["PART_ROWS", "files_in", "parts_of"]

#: Parts of about so many rows: long enough to be worth a file, short enough to be done again.
PART_ROWS: Final = 1_000_000

_ENDINGS: Final = (".parquet", ".pq", ".csv", ".arrow", ".arrows", ".ipc", ".feather")


def files_in(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return (path, name in the folder of parts) of every file of records.

    A folder stands for all files of records below it, by name; what begins with a dot or an
    underscore is no data there, as everywhere.

    Raises
    ------
    InputError
        A path is not there, or a folder has no file of records.
    """
    found: list[tuple[str, str]] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(_records_in(path))
            if not inside:
                raise InputError(f"{given}: has no files of records ({', '.join(FORMATS)})")
            found += [(str(path / name), "__".join(name.parts)) for name in inside]
        elif path.is_file():
            found.append((given, path.name))
        else:
            raise InputError(f"{given}: there is no such file")
    return found


def _records_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.suffix.lower() in _ENDINGS and path.is_file():
            if not any(part.startswith((".", "_")) for part in name.parts):
                yield name


def parts_of(
    paths: Sequence[str],
    *,
    given: str | None = None,
    output_format: str | None = None,
    part_rows: int = PART_ROWS,
) -> list[Part]:
    """Cut files into parts.

    Parameters
    ----------
    paths : sequence of str
        Files and folders.
    given : {"parquet", "csv", "arrow"}, optional
        Format of all, where their names do not say.
    output_format : {"parquet", "csv", "arrow"}, optional
        Of the parts; otherwise that of each input.
    part_rows : int
        A file of more rows is cut between groups of rows, if it has such.

    Raises
    ------
    InputError
        A file is not there, not of its format, given twice, or two would have one name.

    Source
    ------
    own.
    """
    if part_rows < 1:
        raise InputError(f"a part must have 1 row or more, not {part_rows}")
    parts: list[Part] = []
    real: dict[str, str] = {}
    names: dict[str, str] = {}
    for path, name in files_in(paths):
        kind = format_of(path, given)
        ending = "." + (output_format or kind)
        if real.setdefault(os.path.realpath(path), path) != path or path in names.values():
            raise InputError(f"{path}: is given twice")
        stem = Path(name).stem
        other = names.setdefault(stem, path)
        if other != path:
            raise InputError(f"{other} and {path} would be parts of one name, {stem}")
        parts += _cut(path, kind, stem, ending, part_rows)
    return parts


def _cut(path: str, kind: str, stem: str, ending: str, part_rows: int) -> Iterator[Part]:
    told = os.stat(path)
    stamp = f"{told.st_size} {told.st_mtime_ns}"
    source: dict[str, Any] = {"file": os.path.abspath(path), "format": kind}
    groups = groups_of(path, kind)
    total = None if groups is None else sum(groups)
    if groups is None or total is None or total <= part_rows or len(groups) == 1:
        yield Part(stem + ending, source, stamp, total)
        return
    pieces = list(_gathered(groups, part_rows))
    width = max(4, len(str(len(pieces) - 1)))
    for number, (first, count) in enumerate(pieces):
        yield Part(
            f"{stem}-{number:0{width}}{ending}",
            {**source, "first_group": first, "groups": count},
            stamp,
            sum(groups[first : first + count]),
        )


def _gathered(groups: list[int], part_rows: int) -> Iterator[tuple[int, int]]:
    """Yield (first, count) of runs of groups, of one or of up to so many rows together."""
    first, rows = 0, 0
    for index, count in enumerate(groups):
        if index > first and rows + count > part_rows:
            yield first, index - first
            first, rows = index, 0
        rows += count
    yield first, len(groups) - first
