"""Which store an address means."""

from __future__ import annotations

from typing import Any

from securecall.errors import BuildError, InputError
from securecall.ledger.curve import Loaders
from securecall.ledger.stores.door import Store
from securecall.ledger.stores.memory import MemoryStore

__all__ = ["open_store"]


def open_store(
    url: str, loaders: Loaders, key: bytes, options: dict[str, Any]
) -> tuple[Store, bool]:
    """Return the store of an address, and whether it keeps curves as the objects that they are.

    Raises
    ------
    InputError
        The address is of no known kind.
    """
    if url == "memory:":
        if options:
            raise InputError(f"a ledger in memory has no options, not {', '.join(options)}")
        return MemoryStore(), True
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        from securecall.ledger.stores.sqlite import SqliteStore

        return SqliteStore(
            url.removeprefix("sqlite:///"), loaders=loaders, key=key, **options
        ), False
    if url.startswith(("postgresql://", "postgres://")):
        try:
            from securecall.ledger.stores.postgres import PostgresStore
        except ImportError as error:
            raise BuildError(
                f"a ledger in PostgreSQL needs psycopg: pip install securecall[postgres] ({error})"
            ) from None
        return PostgresStore(url, loaders=loaders, key=key, **options), False
    raise InputError(
        f"url must be 'memory:', 'sqlite:///path' or 'postgresql://user@host/database', not {url!r}"
    )
