"""Rows as arrays, one a column, as PostgreSQL writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

__all__ = ["columns", "texts"]


def texts(column: Iterable[str]) -> str:
    """Return text as an array."""
    quoted = [each.replace("\\", "\\\\").replace('"', '\\"') for each in column]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def _whole_numbers(column: Iterable[int | None]) -> str:
    return f"{{{','.join(['NULL' if each is None else str(each) for each in column])}}}"


def _bytes(column: Iterable[bytes]) -> str:
    written = [f'"\\\\x{each.hex()}"' for each in column]
    return f"{{{','.join(written)}}}"


_WRITERS: Final[Mapping[str, Callable[[Any], str]]] = {
    "i": _whole_numbers,
    "t": texts,
    "b": _bytes,
}


def columns(rows: Sequence[Sequence[Any]], kinds: str) -> list[str]:
    """Turn rows into columns, each an array.

    By hand, because psycopg looks at every value of a list three times before it writes one.

    Parameters
    ----------
    rows : sequence of sequences
    kinds : str
        A letter a column: i for whole numbers, t for text, b for bytes.
    """
    if not rows:
        return ["{}"] * len(kinds)
    found = zip(*rows, strict=True)
    return [_WRITERS[kind](column) for kind, column in zip(kinds, found, strict=True)]
