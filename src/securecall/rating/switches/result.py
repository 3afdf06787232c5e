"""What comes of reading call records, and the columns it comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from securecall.rating.layout import Field

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "DialPlan", "Given", "Imported", "Note"]

Given: TypeAlias = str | Field
DialPlan: TypeAlias = str | Callable[[str], str | None]

#: The columns of imported calls, in order; fields asked for with ``extra`` follow.
COLUMNS: Final = (
    "call_id", "facility", "number", "start", "duration_ms", "medium", "bill_type", "account",
    "authorized_ms", "privileged", "relay", "linked_id", "dialed", "disposition",
    "duration_precision_ms", "source", "file", "line",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Something that whoever imports records should know.

    Attributes
    ----------
    file : str
        Empty if it is about the whole source.
    line : int or None
        Counted from 1.
    row : int or None
        Of the imported calls, from 0; None if it is about no single one.
    reason : str

    Source
    ------
    own.
    """

    file: str
    line: int | None
    row: int | None
    reason: str

    def __str__(self) -> str:
        """Return ``file:line: reason``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.reason}" if place else self.reason


@dataclass(frozen=True, slots=True)
class Imported:
    """Call records in our columns.

    Attributes
    ----------
    calls : pyarrow.Table
        One row a call, in the order of the source: `COLUMNS` and the fields asked for. A record
        that could not be read is a row of nulls.
    other_legs : pyarrow.Table
        Records of a call that are not the one to charge; the same columns and ``set_aside``, why.
    notes : tuple of Note
        What could not be read or is doubtful, with file and line; of each kind at most a thousand
        and then their number.

    Source
    ------
    own; see ``docs/records.md``.
    """

    calls: pa.Table
    other_legs: pa.Table
    notes: tuple[Note, ...]
