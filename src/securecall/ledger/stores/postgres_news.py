"""Hints that a cutoff moved, from one process on a ledger in PostgreSQL to the others.

A hint is sent in the transaction that moved the cutoff, so that none comes of what was not kept.
It may be late or lost with a connection, and so it is never more than a reason to look: what holds
stands in the books.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import psycopg
from psycopg import sql

from securecall.errors import StoreError
from securecall.ledger.stores.postgres_link import Address, Link, connect

__all__ = ["TELL", "News", "payload"]

PAYLOAD_MAX: Final = 7_900  # bytes; PostgreSQL takes 7 999
TELL: Final = "SELECT pg_notify(%s, %s)"


def payload(teller: str, calls: Iterable[str]) -> str:
    """Return what is told of calls; of more than a hint can name, only that there is something."""
    text = json.dumps([teller, list(calls)])
    return text if len(text) <= PAYLOAD_MAX else json.dumps([teller, None])


class News:
    """What other processes tell, heard on a connection of its own.

    Parameters
    ----------
    address : Address
    patience_ms : int
    own : str
        The teller whose hints are no news.
    """

    def __init__(self, address: Address, patience_ms: int, own: str) -> None:
        self._address, self._patience_ms, self._own = address, patience_ms, own
        self._link: Link | None = None

    def hear(self, wait_ms: int) -> list[str] | None:
        """Return the calls that were named, after at most so long a wait.

        Returns
        -------
        list of str or None
            None: any call may have moved, because listening begins only now or began anew.

        Raises
        ------
        StoreError
            The server cannot be reached.
        """
        try:
            if self._link is None or self._link.closed:
                self._link = connect(self._address, self._patience_ms)
                self._link.execute(
                    sql.SQL("LISTEN {}").format(sql.Identifier(self._address.channel))
                )
                return None
            found: dict[str, None] = {}
            for hint in self._link.notifies(timeout=wait_ms / 1000, stop_after=1):
                teller, calls = json.loads(hint.payload)
                if teller == self._own:
                    continue
                if calls is None:
                    return None
                found.update(dict.fromkeys(calls))
            return list(found)
        except psycopg.Error as error:
            self.close()
            raise StoreError(f"{self._address} cannot be listened to: {error}") from None

    def close(self) -> None:
        """Stop listening."""
        link, self._link = self._link, None
        if link is not None:
            link.close()
