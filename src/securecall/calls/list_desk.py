"""What the lists of a directory share: rows that hold from an instant to another."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from securecall.calls.directory_schema import SCHEMA
from securecall.calls.records_file import KeepsRecords, RecordsFile
from securecall.errors import InputError, Unknown
from securecall.ledger.instant import At, ms_of

__all__ = ["FOREVER_MS", "HOLDS", "ListDesk", "known_ms", "span_of"]

FOREVER_MS: Final = 1 << 62
#: Takes an instant twice.
HOLDS: Final = "since_ms <= ? AND ? < until_ms"


class ListDesk(KeepsRecords):
    """What the lists of a directory share: a file, and how a row ends."""

    __slots__ = ()

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.records = RecordsFile(path, "scDi", SCHEMA)

    def _ends(self, table: str, what: str, at_ms: int, by: str, **key: str) -> None:
        """End every row of a key that holds at an instant or would later."""
        wanted = " AND ".join(f"{name} = ?" for name in key)
        with self.records.change():
            touched = self.records.run(
                f"UPDATE {table} SET until_ms = max(since_ms, ?) WHERE {wanted} AND until_ms > ?",
                at_ms, *key.values(), at_ms,
            )  # fmt: skip
            if not touched:
                raise Unknown(f"entry to {what}", ", ".join(key.values()))
            self.records.note(at_ms, by, what, **key)


def span_of(at: At, until: At | None) -> tuple[int, int]:
    """Return when a row begins to hold and ceases to."""
    at_ms = ms_of(at)
    until_ms = FOREVER_MS if until is None else ms_of(until, "until")
    if until_ms <= at_ms:
        raise InputError("until must be after at")
    return at_ms, until_ms


def known_ms(until_ms: int) -> int | None:
    """Return when a row ceases to hold; None: never, as far as is known."""
    return None if until_ms == FOREVER_MS else until_ms
