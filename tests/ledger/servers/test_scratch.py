"""What is done on scratch paper is the ledger's own doing, and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.ledger.small_book import fill

from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.scratch import ScratchStore


def test_a_whole_book_can_be_written_on_scratch_paper(make: Callable[[], Ledger]) -> None:
    below, real = make(), make()
    fill(real)

    def job(view):
        paper = Ledger(ScratchStore(view), keeps_curves=True)
        fill(paper)
        assert paper.verify().ok
        head = paper._store.read(lambda sheet: sheet.head())
        return head, paper.totals()

    head, totals = below._store.read(job)
    assert head == real._store.read(lambda view: view.head())
    assert totals == real.totals()
    assert below._store.read(lambda view: view.head()).seq == 0


def test_what_lies_below_is_seen_and_not_changed(busy: Ledger) -> None:
    before = busy._store.read(lambda view: view.head())
    name, at_ms = "alice", before.at_ms + 86_400_000
    accounts = busy._store.read(lambda view: [row.id for row in view.accounts()])
    name = accounts[0]
    held = busy.balance(name)

    def job(view):
        paper = Ledger(ScratchStore(view), keeps_curves=True)
        running = paper.running_calls()
        paper.settle_due(at=at_ms)
        return running, paper.running_calls(), len(list(paper._store.read(lambda v: v.ops(0))))

    running, after, ops = busy._store.read(job)
    assert list(running) == list(busy.running_calls())
    assert set(after) <= set(running)
    assert ops == before.seq + 1
    assert busy.balance(name) == held
    assert busy._store.read(lambda view: view.head()) == before
