"""Gives a store's connections other settings than it gave them itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["tampered"]


@contextmanager
def tampered(*, weak: bool = False, checkpoint_pages: int | None = None) -> Iterator[None]:
    """Have every connection that is opened meanwhile behave otherwise.

    Parameters
    ----------
    weak : bool
        Return from COMMIT before anything reached the disk: ``synchronous=NORMAL``, slipped in
        after the store has looked at its settings.
    checkpoint_pages : int, optional
        Copy the log into the database after so many pages already, so that short runs do it too;
        a thousand is usual.
    """
    settings = []
    if weak:
        settings.append("PRAGMA synchronous = NORMAL")
    if checkpoint_pages is not None:
        settings.append(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")

    class Tampered(sqlite3.Connection):
        def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
            if sql.lstrip().upper().startswith("BEGIN"):
                for setting in settings:
                    super().execute(setting)
            return super().execute(sql, *more)

    connect = sqlite3.connect

    def other(*args: Any, **options: Any) -> sqlite3.Connection:
        options.setdefault("factory", Tampered)
        connection: sqlite3.Connection = connect(*args, **options)
        return connection

    if settings:
        sqlite3.connect = other  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite3.connect = connect
