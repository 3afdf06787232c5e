"""Rated records into the books, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from securecall.errors import Unknown
from securecall.ledger.faces.arguments import whole_of
from securecall.ledger.faces.desk import Desk
from securecall.ledger.identifier import identifier
from securecall.ledger.instant import At, ms_of
from securecall.ledger.operation import Operation, operation
from securecall.ledger.values.posting import PostedPart, Posting, PostingState, Reconciliation

if TYPE_CHECKING:
    import pyarrow as pa

    from securecall.ledger.posting.records import Part

__all__ = ["Postings"]

ROWS = 4_096
NAME_LENGTH_MAX = 160  # a part's request id is this name and a digest


class Postings(Desk):
    """Rated records into the books, many at a time."""

    def post_records(
        self,
        records: Any,
        *,
        at: At,
        request_id: str,
        rows: int = ROWS,
        expected: Mapping[str, Any] | None = None,
        refusals: Callable[[pa.RecordBatch], object] | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Posting:
        """Charge rated records to their accounts, in bounded memory; each record once.

        A record's key is its ``txn_key``, or without that column its ``call_id``. What the books
        have under a key is not charged again: rows that an engine repeats, a posting that is run
        again after a crash, and calls that the ledger metered itself count as ``already``.

        Parameters
        ----------
        records : any Arrow producer
            What rating made: ``txn_key`` or ``call_id``, ``account``, ``start``, ``duration_ms``,
            ``status``, ``total``; optional ``net``, ``tax``, ``state_paid``, ``billed_ms`` and
            ``lines``, which name each tax. Other columns are not looked at.
        request_id : str
            The posting's name, 1 to 160 characters. The same one is to be used when it is run
            again; another one looks anew at records that were refused.
        rows : int
            Records of one operation; all of them are in the books, or none.
        expected : mapping, optional
            Control totals of the stream: ``rows``, ``total``, ``tax``.
        refusals : callable, optional
            Takes batches of the refused records: row, txn_key, account, start, total, code.
        progress : callable, optional
            Takes the records done so far.

        Returns
        -------
        Posting
            Refused records are counted by their `RecordCode`; the others are in the books.

        Raises
        ------
        ColumnError, InputError, InputTypeError
            The records or arguments cannot be used; what was posted before that stays.
        TotalsDiffer
            The stream was another one than expected; what was posted stays.

        Source
        ------
        own; docs/posting.md.
        """
        name = identifier(request_id, "request_id", NAME_LENGTH_MAX)
        rows = whole_of(rows, "rows", 1)
        ms_of(at)
        from securecall.ledger.posting.records import open_rated, parts
        from securecall.ledger.posting.run import Tally, expected_of

        control = expected_of(expected)
        tally = Tally(name, refusals)
        for part in parts(open_rated(records), rows):
            op = self._posting_op(name, part, at)
            answer: PostedPart = self._write(op)
            tally.add(part, answer, repeated=op.repeated)
            if progress is not None:
                progress(tally.rows)
        return tally.result(control)

    def _posting_op(self, name: str, part: Part, at: At) -> Operation:
        from securecall.ledger.posting.post import post

        # The same records make the same request, so that a part that was kept is not even looked
        # at again; cut differently they are found by their keys.
        records = [tuple(each) for each in part.records]
        digest = sha256(ascii(records).encode()).hexdigest()
        return operation(
            "post_records",
            (name, digest),
            lambda op, *_: post(op, name, part.records),
            lambda op, code: PostedPart(code, name, op.at_ms, 0, 0, 0, 0, 0, 0, (), ()),
            at=at,
            request_id=f"{name}/{digest[:32]}",
        )

    def posting(self, request_id: str) -> PostingState:
        """Return what a posting has put into the books so far, in all its runs.

        Raises
        ------
        Unknown
            It has put nothing.

        Source
        ------
        own; docs/posting.md.
        """
        name = identifier(request_id, "request_id", NAME_LENGTH_MAX)
        from securecall.ledger.posting.post import PAPER

        paper = self._store.read(lambda view: view.paper(PAPER, name))
        if paper is None:
            raise Unknown("posting", name)
        body = paper.body
        return PostingState(
            name, body["posted"], body["total"], dict(sorted(body["parts"].items())),
            body["first_ms"], body["last_ms"],
        )  # fmt: skip

    def check_records(self, records: Any, *, rows: int = ROWS) -> Reconciliation:
        """Hold rated records against the books, one by one, and write nothing.

        Parameters
        ----------
        records : any Arrow producer
            As in `post_records`.
        rows : int
            Records to be looked up at once.

        Raises
        ------
        ColumnError, InputError, InputTypeError
            The records cannot be used.

        Source
        ------
        own; docs/posting.md.
        """
        rows = whole_of(rows, "rows", 1)
        from securecall.ledger.posting.check import reconcile
        from securecall.ledger.posting.records import open_rated, parts

        return reconcile(self._store, parts(open_rated(records), rows))
