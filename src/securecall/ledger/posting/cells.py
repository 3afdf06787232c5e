"""Cells of a text file as numbers and instants; one that cannot be read is one that is not there.

Rating keeps every row of a file, also those with cells that nobody can read, and says so in their
status. Such a cell must cost its row the posting, and not the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from securecall.errors import SecurecallError
from securecall.ledger.instant import ms_of
from securecall.money import micros

__all__ = ["amounts", "instants", "wholes"]


def wholes(cells: Iterable[str | None]) -> list[int | None]:
    """Return whole numbers in plain digits."""
    return [int(cell) if cell and cell.isascii() and cell.isdigit() else None for cell in cells]


def instants(cells: Iterable[str | None]) -> list[int | None]:
    """Return UTC milliseconds of ISO 8601 with an offset, or of whole epoch milliseconds."""
    return [_instant(cell) for cell in cells]


def _instant(cell: str | None) -> int | None:
    if not cell:
        return None
    if cell.isascii() and cell.isdigit():
        return int(cell)
    try:
        return ms_of(datetime.fromisoformat(cell))
    except (ValueError, SecurecallError):
        return None


def amounts(cells: Iterable[str | None]) -> list[int | None]:
    """Return micro-dollars of dollars."""
    return [_amount(cell) for cell in cells]


def _amount(cell: str | None) -> int | None:
    if not cell:
        return None
    try:
        return micros(Decimal(cell))
    except (ArithmeticError, ValueError, SecurecallError):
        return None
