"""Makes a store weaker than it allows, to see whether the suite notices."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["weakened"]


class _Hasty(sqlite3.Connection):
    """Returns from COMMIT before anything reached the disk: ``synchronous=NORMAL`` in WAL mode."""

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        # Slipped in after the store has looked at its settings.
        if sql.lstrip().upper().startswith("BEGIN"):
            super().execute("PRAGMA synchronous=NORMAL")
        return super().execute(sql, *more)


@contextmanager
def weakened(wanted: bool = True) -> Iterator[None]:
    """Have every connection that is opened meanwhile commit without waiting for the disk."""
    connect = sqlite3.connect

    def hasty(*args: Any, **options: Any) -> sqlite3.Connection:
        options.setdefault("factory", _Hasty)
        connection: sqlite3.Connection = connect(*args, **options)
        return connection

    if wanted:
        sqlite3.connect = hasty  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite3.connect = connect
