"""Where rows come from: the packaged files, loaded once, and the user's own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeAlias

from securecall.errors import Fault, RegulationError
from securecall.regulation.reading import Placed, faults_between, read_rules
from securecall.regulation.row import Row

__all__ = ["FILES", "PathLike", "own_rows", "packaged_rows"]

PathLike: TypeAlias = str | os.PathLike[str]

FILES: Final = (
    "ceilings.csv",
    "states.csv",
    "per_call.csv",
    "fees.csv",
    "relay.csv",
    "inactivity.csv",
)


@lru_cache(maxsize=1)
def packaged_rows() -> tuple[Row, ...]:
    """Return the rows that come with the package.

    Source
    ------
    The files in `securecall/regulation/data`; each row cites its own source.

    Examples
    --------
    >>> packaged_rows()[0].regime
    'FCC2013_interim'
    """
    folder = files("securecall.regulation") / "data"
    read = [read_rules(name, (folder / name).read_text(encoding="utf-8")) for name in FILES]
    return _checked(read, ())


def own_rows(paths: Iterable[PathLike]) -> tuple[Row, ...]:
    """Read the user's files, which may replace packaged regimes and each other's.

    Raises
    ------
    RegulationError
        Every fault of every file, one that cannot be opened included.

    Source
    ------
    own.
    """
    read: list[tuple[list[Placed], list[Fault]]] = []
    for path in paths:
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            read.append(([], [Fault(str(path), None, "file", "", f"cannot be read: {reason}")]))
        else:
            read.append(read_rules(str(path), text))
    return _checked(read, packaged_rows())


def _checked(
    read: Iterable[tuple[list[Placed], list[Fault]]], beside: tuple[Row, ...]
) -> tuple[Row, ...]:
    rows: list[Placed] = []
    faults: list[Fault] = []
    for found, wrong in read:
        rows += found
        faults += wrong
    faults += faults_between(rows, beside)
    if faults:
        raise RegulationError(faults)
    return tuple(placed.row for placed in rows)
