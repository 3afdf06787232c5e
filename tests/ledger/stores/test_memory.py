"""The store in memory: nothing half-done, nothing shared with who asked."""

from __future__ import annotations

import threading

import pytest

from securecall.ledger.ledger import Ledger
from securecall.ledger.stores.door import Paper, Writing
from securecall.ledger.stores.memory import MemoryStore


def test_a_job_that_raises_has_done_nothing() -> None:
    store = MemoryStore()

    def job(tx: Writing) -> None:
        tx.put_paper(Paper("number", "1", "a", "linked", {}))
        tx.put_note("x", 1)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        store.write(job, None)
    for _ in range(2):  # and what it put does not come with the next one
        assert store.read(lambda view: (view.account("a"), view.note("x"))) == (None, None)
        assert store.read(lambda view: (view.paper("number", "1"), view.head().seq)) == (None, 0)
        store.write(lambda tx: None, None)


def test_rows_that_are_handed_out_are_copies() -> None:
    ledger = Ledger.open("memory:")
    ledger.open_account("a", at=0, opening="1")
    store = ledger._store
    row = store.read(lambda view: view.account("a"))
    assert row is not None
    row.posted_micros = 0
    assert ledger.balance("a").posted == 1


def test_threads_write_one_at_a_time() -> None:
    ledger = Ledger.open("memory:")
    ledger.open_account("a", at=0)

    def work(number: int) -> None:
        for step in range(200):
            ledger.deposit("a", "0.01", at=0, request_id=f"{number}-{step % 100}")
            ledger.balance("a")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.balance("a").posted == 4


def test_entries_of_an_account_are_listed_as_they_come() -> None:
    ledger = Ledger.open("memory:")
    for name in ("a", "b"):
        ledger.open_account(name, at=0, opening="1")
    store = ledger._store
    for number in range(3):
        ledger.deposit("a", "1", at=0, request_id=f"d{number}")
        found = store.read(lambda view: [entry.seq for entry in view.entries("a", 1)])
        assert found == list(range(3, 4 + number))
    # An operation of its own sees the same as a reader.
    assert store.write(lambda tx: [entry.seq for entry in tx.entries("b", 0)], None) == [2]
