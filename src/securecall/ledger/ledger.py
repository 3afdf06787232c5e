"""The ledger: whose money, how much is left, and when it ends."""

from __future__ import annotations

from typing import Any

from securecall.ledger.curve import Loaders
from securecall.ledger.faces.books import Books
from securecall.ledger.faces.calls import Calls
from securecall.ledger.faces.giving_back import GivingBack
from securecall.ledger.faces.money import Moving
from securecall.ledger.faces.periods import Periods
from securecall.ledger.faces.plans import Plans
from securecall.ledger.faces.postings import Postings
from securecall.ledger.stores.open import open_store

__all__ = ["Ledger"]


class Ledger(Moving, Calls, GivingBack, Periods, Plans, Postings, Books):
    """Accounts, their money, and the calls that spend it.

    Open one with `open`. Every method that writes takes ``at`` and ``request_id``: the same id with
    the same content gets the first answer, with other content `RequestConflict`. Refusals are
    answers with a ``code`` of `securecall.ledger.outcome.Outcome`; bad input raises and moves
    nothing. Reading never writes. A ledger may be shared by threads, not by forked processes.

    Source
    ------
    own; charging law, rules 5 to 11.

    Examples
    --------
    >>> ledger = Ledger.open("memory:")
    >>> ledger.open_account("fam-1", kind="prepaid", at=0).code
    'ok'
    >>> ledger.deposit("fam-1", "25.00", at=1_000, request_id="d-1").credited
    Decimal('25.000000')
    """

    @classmethod
    def open(
        cls, url: str, *, curves: Loaders | None = None, key: bytes = b"", **options: Any
    ) -> Ledger:
        """Open a ledger, and make it if it is not there.

        Parameters
        ----------
        url : str
            ``memory:``, ``sqlite:///path``, or ``postgresql://user@host/database?schema=name``.
        curves : mapping, optional
            Loaders of price curves by the ``format`` that their bytes state; the rating wing's are
            known.
        key : bytes
            Signs the checkpoints of the chain.
        **options
            Of the store.

        Raises
        ------
        InputError
            The address is of no known kind.
        BuildError
            psycopg is not installed.
        StoreError
            The store is damaged, cannot be reached, or is weaker than a ledger needs.

        Source
        ------
        own.
        """
        store, keeps = open_store(url, dict(curves or {}), key, options)
        return cls(store, keeps_curves=keeps)

    def close(self) -> None:
        """Let go of files.

        Source
        ------
        own.
        """
        self._store.close()

    def __enter__(self) -> Ledger:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
