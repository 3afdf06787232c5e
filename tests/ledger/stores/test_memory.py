"""The store in memory: nothing half-done, nothing shared with who asked."""

from __future__ import annotations

import threading

import pytest

from securecall.ledger.ledger import Ledger
from securecall.ledger.rows import AccountRow
from securecall.ledger.stores.door import Writing
from securecall.ledger.stores.memory import MemoryStore


def test_a_job_that_raises_has_done_nothing() -> None:
    store = MemoryStore()

    def job(tx: Writing) -> None:
        tx.put_account(AccountRow("a", "prepaid", 5))
        tx.put_note("x", 1)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        store.write(job, None)
    assert store.read(lambda view: (view.account("a"), view.note("x"), view.head().seq)) == (
        None,
        None,
        0,
    )


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
