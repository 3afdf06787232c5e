"""The look at a chain when a store is opened, with the books in memory and rows made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from securecall import Ledger
from securecall.errors import StoreError
from securecall.ledger.chain import sign
from securecall.ledger.stores.chain_check import check_chain

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY = b"ours"


class Books:
    """What a view has to say of the chain."""

    def __init__(self) -> None:
        ledger = Ledger.open("memory:")
        ledger.open_account("a", kind="prepaid", at=NOON)
        for number in range(4):
            ledger.deposit("a", "1.00", at=NOON, request_id=f"d-{number}")
        store: Any = ledger._store
        self.all_ops, self.all_entries = store.read(
            lambda view: (list(view.ops(0)), list(view.entries(None, 0)))
        )

    def ops(self, after_seq: int) -> Any:
        return iter([op for op in self.all_ops if op.seq > after_seq])

    def entries(self, account: str | None, after_seq: int) -> Any:
        assert account is None
        return iter([entry for entry in self.all_entries if entry.seq > after_seq])

    def signed(self, seq: int, key: bytes = KEY) -> tuple[int, int, bytes, bytes]:
        """Return the row of a checkpoint at an operation."""
        op = self.all_ops[seq - 1]
        last = max(entry.seq for entry in self.all_entries if entry.op <= seq)
        return seq, last, op.hash, sign(key, seq, last, op.hash)


def looked(books: Any, checkpoint: Any = None, kept: Any = None) -> int:
    def one(statement: str, *parameters: Any) -> Any:
        assert statement.count("#") == len(parameters)
        return kept if parameters else checkpoint

    return check_chain(books, one, mark="#", place="here", key=KEY)


def test_a_whole_chain_is_checked_from_its_checkpoint_on() -> None:
    books = Books()
    assert looked(books) == 0
    assert looked(books, books.signed(3), (books.all_ops[2].hash,)) == 3
    books.all_ops[0] = books.all_ops[0]._replace(hash=b"x")
    assert looked(books, books.signed(3), (books.all_ops[2].hash,)) == 3
    with pytest.raises(StoreError, match="here: the chain is broken at operation 1"):
        looked(books)


def test_what_is_not_as_it_was_is_said_with_its_place() -> None:
    books = Books()
    with pytest.raises(StoreError, match="here: the checkpoint at 3 has another key's signature"):
        looked(books, books.signed(3, b"theirs"), (books.all_ops[2].hash,))
    for kept in (None, (b"other",)):
        with pytest.raises(StoreError, match="here: operation 3 is not what was signed"):
            looked(books, books.signed(3), kept)
    del books.all_ops[3]
    with pytest.raises(StoreError, match="here: the chain is broken at operation 5"):
        looked(books)
    del books.all_ops[3]
    with pytest.raises(StoreError, match=r"here: entry \d+ belongs to no operation"):
        looked(books)
