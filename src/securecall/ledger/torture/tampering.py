"""Gives stores other settings than they gave themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from securecall.ledger.stores import sqlite as stores_sqlite

__all__ = ["tampered"]


@contextmanager
def tampered(
    *, weak: bool = False, checkpoint_pages: int | None = None, sign_every: int | None = None
) -> Iterator[None]:
    """Have every store that is opened meanwhile behave otherwise.

    Parameters
    ----------
    weak : bool
        Return from COMMIT before anything reached the disk: ``synchronous=NORMAL``, slipped in
        after the store has looked at its settings.
    checkpoint_pages : int, optional
        Copy the log into the database after so many pages already, so that short runs do it too;
        a thousand is usual.
    sign_every : int, optional
        Sign where the chain is after so many operations already.
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

    usual = stores_sqlite.CHECKPOINT_EVERY
    if settings:
        sqlite3.connect = other  # type: ignore[assignment]
    if sign_every is not None:
        stores_sqlite.CHECKPOINT_EVERY = sign_every  # type: ignore[misc]
    try:
        yield
    finally:
        sqlite3.connect = connect
        stores_sqlite.CHECKPOINT_EVERY = usual  # type: ignore[misc]
