"""A group of operations in SQLite: each sees those before it, and one that fails harms no other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import AmountOverflow, RequestConflict, StoreError
from securecall.ledger.chain import link
from securecall.ledger.ledger import Ledger
from securecall.ledger.rows import AccountRow
from securecall.ledger.stores.door import Paper, Writing
from securecall.ledger.stores.group import Item
from securecall.ledger.stores.sqlite_view import View
from securecall.ledger.values.answer import Done
from securecall.ledger.values.giving_back import Chargeback
from securecall.ledger.values.money import Deposit, Movement

LOADERS = {"flat/1": Flat.loads}
Ask = Callable[[Ledger], Any]


class Taken(Exception):
    """The operation waits for its group."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def ledger(url: str) -> Ledger:
    ledger = Ledger.open(url, curves=LOADERS)
    ledger.open_account("a", at=T0, opening="5")
    ledger.open_account("b", at=T0)
    return ledger


def jobs_of(ledger: Ledger, asks: Sequence[Ask]) -> list[Item]:
    """Return what calls of a ledger's methods would have its store do."""
    items: list[Item] = []

    def take(
        job: Callable[[Writing], Any], request_id: str | None, content: Sequence[Any] = ()
    ) -> None:
        items.append(Item(job, request_id, content))
        raise Taken

    store: Any = ledger._store
    store.write = take
    for ask in asks:
        with pytest.raises(Taken):
            ask(ledger)
    del store.write
    return items


def run(ledger: Ledger, items: list[Item]) -> list[Any]:
    store: Any = ledger._store
    store._run(items)
    return [item.answer if item.error is None else item.error for item in items]


def together(ledger: Ledger, *asks: Ask) -> list[Any]:
    """Do several things in one group; return the answers and errors."""
    return run(ledger, jobs_of(ledger, asks))


def deposit(account: str, amount: str, request_id: str, at: int = T0) -> Ask:
    return lambda ledger: ledger.deposit(account, amount, at=at, request_id=request_id)


def bare(code: Callable[[Writing], Any]) -> Item:
    return Item(code, "bare")


def test_operations_of_a_group_on_one_account_follow_one_another(ledger: Ledger) -> None:
    answers = together(
        ledger,
        deposit("a", "1.00", "1"),
        lambda ledger: ledger.withdraw("a", "6.00", at=T0, request_id="2"),
        lambda ledger: ledger.withdraw("a", "0.01", at=T0, request_id="3"),
        deposit("a", "2.00", "4"),
    )
    assert [answer.code for answer in answers] == ["ok", "ok", "insufficient_funds", "ok"]
    assert ledger.balance("a").posted == 2
    assert [entry.ref for entry in ledger.iter_entries("a")] == ["a", "1", "2", "4"]


def test_one_request_twice_in_a_group_is_done_once(ledger: Ledger) -> None:
    first, again, other, known = together(
        ledger,
        deposit("a", "1.00", "1"),
        deposit("a", "1.00", "1"),
        deposit("a", "2.00", "1"),
        deposit("b", "1.00", "9"),
    )
    assert isinstance(first, Deposit)
    assert first == again
    assert isinstance(other, RequestConflict)
    assert ledger.balance("a").posted == 6
    # And the same in a later group, where the file knows them.
    later = together(ledger, deposit("a", "1.00", "1"), deposit("b", "2.00", "9"))
    assert later[0] == first
    assert isinstance(later[1], RequestConflict)
    assert known.ok


def test_a_refusal_in_the_middle_is_kept_as_an_answer_and_moves_nothing(ledger: Ledger) -> None:
    answers = together(
        ledger,
        deposit("a", "1.00", "1", at=T0 + 5),
        deposit("a", "1.00", "2", at=T0 + 4),
        deposit("a", "1.00", "3", at=T0 + 5),
    )
    assert [answer.code for answer in answers] == ["ok", "late", "ok"]
    assert ledger.balance("a").posted == 7
    assert ledger.deposit("a", "1.00", at=T0 + 9, request_id="2").code == "late"


def test_what_a_job_put_before_it_raised_is_forgotten(ledger: Ledger) -> None:
    def fail(tx: Writing) -> None:
        tx.put_paper(Paper("number", "1", "a", "linked", {}))
        tx.put_note("closings", [[T0, 1]])
        row = tx.account("a")
        assert row is not None
        row.posted_micros = 0
        raise RuntimeError("in the middle")

    before, after = jobs_of(ledger, [deposit("a", "1.00", "1"), deposit("a", "1.00", "2")])
    answers = run(ledger, [before, bare(fail), after])
    assert [answers[0].ok, answers[2].ok] == [True, True]
    assert isinstance(answers[1], RuntimeError)
    assert ledger.balance("a").posted == 7
    assert ledger.account_of("1") is None
    assert ledger._store.read(lambda view: view.note("closings")) is None


def test_an_operation_that_the_file_refuses_takes_no_other_with_it(ledger: Ledger) -> None:
    def refused(tx: Writing) -> str:
        head = tx.head()
        op = (head.seq + 1, "bare", b"", "open_account", T0, "ok", "null")
        tx.append(op, link(head.hash, op, ()), (), [AccountRow("x", "no such kind")], ())
        return "done"

    before, after = jobs_of(ledger, [deposit("a", "1.00", "1"), deposit("b", "1.00", "2")])
    answers = run(ledger, [before, bare(refused), after])
    assert [answers[0].ok, answers[2].ok] == [True, True]
    assert isinstance(answers[1], StoreError)
    assert "nothing was kept" in str(answers[1])
    assert [row.request_id for row in ledger._store.read(lambda view: list(view.ops(2)))] == [
        "1",
        "2",
    ]
    assert ledger._store.read(lambda view: view.account("x")) is None


def test_a_group_sees_its_own_papers(ledger: Ledger) -> None:
    paid, back, twice, won = together(
        ledger,
        deposit("a", "1.00", "1"),
        lambda ledger: ledger.chargeback("1", at=T0, request_id="2", fee="0.15"),
        lambda ledger: ledger.chargeback("1", at=T0, request_id="3"),
        lambda ledger: ledger.chargeback_result("2", won=True, at=T0, request_id="4"),
    )
    assert paid.ok
    assert isinstance(back, Chargeback)
    assert back.debited_micros == 1_150_000
    assert (twice.code, won.state) == ("already_decided", "won")
    assert ledger.balance("a").posted == 6


def test_a_group_sees_its_own_calls_and_settles_them(ledger: Ledger) -> None:
    started, also, found, again, refund = together(
        ledger,
        lambda ledger: ledger.start_call("c", ["a"], Flat(), at=T0, request_id="1"),
        lambda ledger: ledger.start_call("d", ["a"], Flat(), at=T0, request_id="2", max_ms=60_000),
        lambda ledger: ledger.settle_due(at=T0 + 60_000, request_id="3"),
        lambda ledger: ledger.end_call("c", at=T0 + 90_000, request_id="4"),
        lambda ledger: ledger.refund("d", at=T0 + 90_000, policy="full", request_id="5"),
    )
    assert [started.ok, also.ok, again.ok, refund.ok] == [True] * 4
    assert [call.call_id for call in found.calls] == ["d"]
    assert again.charged_micros == 420_000
    assert refund.refunded_micros == 210_000
    assert [ledger.call(name).running for name in "cd"] == [False, False]
    calls = ledger._store.read(lambda view: [call.id for call in view.calls()])
    assert calls == ["c", "d"]


def test_a_group_sees_reloads_that_it_made_due(ledger: Ledger) -> None:
    answers = together(
        ledger,
        lambda ledger: ledger.set_auto_reload("a", below="2", amount="10", at=T0),
        lambda ledger: ledger.withdraw("a", "4.00", at=T0 + 1, request_id="1"),
        lambda ledger: ledger.settle_due(at=T0 + 2),
        lambda ledger: ledger.reload_result("auto:a:1", ok=True, at=T0 + 3, request_id="2"),
    )
    assert isinstance(answers[0], Done)
    assert isinstance(answers[1], Movement)
    assert answers[3].state == "credited"
    assert ledger.balance("a").posted == 11
    assert [reload.state for reload in ledger.reloads("a")] == ["credited"]


def test_a_statement_counts_what_its_group_posted_before(ledger: Ledger) -> None:
    _, first, _, second = together(
        ledger,
        deposit("a", "1.00", "1", at=T0 + 1),
        lambda ledger: ledger.statement("a", through=T0 + 2),
        deposit("a", "2.00", "2", at=T0 + 3),
        lambda ledger: ledger.statement("a", through=T0 + 4),
    )
    assert (first.payments_micros, second.payments_micros) == (1_000_000, 2_000_000)
    assert [each.closing_micros for each in ledger.statements("a")] == [-6_000_000, -8_000_000]


def test_another_process_may_write_between_groups(ledger: Ledger, url: str) -> None:
    other = Ledger.open(url, curves=LOADERS)
    for step in range(3):
        answers = together(
            ledger,
            deposit("a", "1.00", f"x{step}", at=T0 + step),
            deposit("b", "1.00", f"y{step}", at=T0 + step),
        )
        assert all(answer.ok for answer in answers)
        assert other.withdraw("a", "1.00", at=T0 + step, request_id=f"z{step}").ok
        repeated = together(
            ledger, deposit("a", "1.00", f"z{step}"), deposit("a", "1.00", f"x{step}")
        )
        assert isinstance(repeated[0], RequestConflict)
        assert repeated[1] == answers[0]
    assert ledger.balance("a").posted == 5
    assert ledger.balance("b").posted == 3
    other.close()


def test_a_group_leaves_what_the_same_operations_one_by_one_leave(ledger: Ledger) -> None:
    asks: list[Ask] = [
        deposit("a", "1.00", "1"),
        deposit("a", "1.00", "1"),
        lambda ledger: ledger.open_account("e", at=T0, numbers=["+17135550100"]),
        lambda ledger: ledger.start_call("c", ["a", "e"], Flat(), at=T0 + 1, request_id="3"),
        lambda ledger: ledger.link_number("+17135550100", "a", at=T0 + 2, request_id="4"),
        lambda ledger: ledger.settle_due(at=T0 + 61_000, request_id="5"),
        lambda ledger: ledger.end_call("c", at=T0 + 200_000),
        lambda ledger: ledger.release("a", at=T0 + 200_000, request_id="6"),
        deposit("a", "1.00", "7", at=T0 + 300_000),
        lambda ledger: ledger.transfer("e", "b", "0.01", at=T0 + 300_000, request_id="8"),
    ]
    alone = Ledger.open("memory:")
    alone.open_account("a", at=T0, opening="5")
    alone.open_account("b", at=T0)
    expected = [ask(alone) for ask in asks]
    found = together(ledger, *asks)
    assert [each.calls if hasattr(each, "calls") else each for each in found] == expected

    def state(view: Any) -> Any:
        rows = [row.dump() for row in view.accounts()]
        calls = [row.dump() for row in view.calls()]
        papers = [view.papers("number", name) for name in "abe"]
        return view.head(), rows, calls, papers, view.note("closings")

    assert ledger._store.read(state) == alone._store.read(state)


def test_a_group_is_laid_down_with_a_statement_a_table(ledger: Ledger) -> None:
    writer: sqlite3.Connection = ledger._store._writer  # type: ignore[attr-defined]
    before = writer.total_changes
    said: list[str] = []
    items = jobs_of(ledger, [deposit("a", "0.01", f"r{number}") for number in range(50)])
    writer.set_trace_callback(said.append)
    assert all(answer.ok for answer in run(ledger, items))
    writer.set_trace_callback(None)
    # 50 operations and entries, one account: what is told once a row is that row's statement.
    assert writer.total_changes - before == 101
    assert sum(text.startswith("INSERT OR REPLACE INTO account") for text in said) == 1
    assert sum(text.startswith("SELECT") for text in said) <= 3


@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 256])
def test_requests_of_a_group_of_any_size_are_looked_up(ledger: Ledger, count: int) -> None:
    for number in range(0, count, 2):
        ledger.deposit("a", "0.01", at=T0, request_id=f"é😀 {number}")
    answers = together(ledger, *(deposit("b", "0.01", f"é😀 {n}") for n in range(count)))
    conflicts = [isinstance(answer, RequestConflict) for answer in answers]
    assert conflicts == [number % 2 == 0 for number in range(count)]


def test_a_call_of_a_group_that_was_lost_may_start_again_on_another_curve(ledger: Ledger) -> None:
    def interrupted(_: Writing) -> None:
        raise KeyboardInterrupt

    items = jobs_of(
        ledger,
        [
            lambda ledger: ledger.start_call("c", ["a"], Flat(), at=T0, request_id="1"),
            lambda ledger: ledger.end_call("c", at=T0 + 1_000),
            lambda ledger: ledger.settle_due(at=T0 + 1_000),
            lambda ledger: ledger.refund("c", at=T0 + 2_000, policy="full"),
        ],
    )
    with pytest.raises(KeyboardInterrupt):
        run(ledger, [*items, bare(interrupted)])
    assert ledger.verify().ops == 2
    assert ledger._store._curves == {}  # type: ignore[attr-defined]
    assert ledger.start_call("c", ["a"], Flat(100_000), at=T0, request_id="1").ok
    assert ledger.end_call("c", at=T0 + 1_000).charged_micros == 100_000
    assert ledger.refund("c", at=T0 + 2_000, policy="full").refunded_micros == 100_000


@pytest.fixture
def trusting(ledger: Ledger) -> Ledger:
    """Return a ledger that has seen groups without repetitions, and looks for none any more."""
    for number in range(3):
        assert together(
            ledger, deposit("a", "1.00", f"x{number}"), deposit("b", "1.00", f"y{number}")
        )
    store: Any = ledger._store
    assert store._trusting > 0
    return ledger


def asked(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by how many requests are looked for."""
    counts: list[int] = []
    find = View.ops_of

    def counted(self: View, request_ids: Sequence[str]) -> dict[str, Any]:
        counts.append(len(request_ids))
        return find(self, request_ids)

    monkeypatch.setattr(View, "ops_of", counted)
    return counts


def test_where_nothing_repeats_nothing_is_looked_for(
    trusting: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = asked(trusting, monkeypatch)
    assert all(
        answer.ok for answer in together(trusting, *(deposit("a", "1", f"n{i}") for i in range(5)))
    )
    assert counts == []
    together(trusting, deposit("a", "1", "n0"), deposit("a", "1", "n5"))
    assert counts == [2]
    for number in range(9):  # and then for a while in every group
        together(trusting, deposit("a", "1", f"p{number}"), deposit("b", "1", f"q{number}"))
    assert counts == [2] * 10
    together(trusting, deposit("a", "1", "p"), deposit("b", "1", "q"))
    assert len(counts) == 10


def test_a_repetition_that_nobody_looked_for_gets_its_first_answer(trusting: Ledger) -> None:
    new, again, other = together(
        trusting,
        deposit("a", "2.00", "new"),
        deposit("a", "1.00", "x0"),
        deposit("b", "7.00", "y0"),
    )
    assert new.ok
    assert (again.id, again.paid) == ("x0", 1)
    assert isinstance(other, RequestConflict)
    assert (trusting.balance("a").posted, trusting.balance("b").posted) == (10, 3)
    assert trusting.verify().ok


def test_a_repetition_that_would_be_refused_now_gets_its_first_answer(trusting: Ledger) -> None:
    most = "999999999999"
    assert together(trusting, deposit("b", "0.01", "z"), deposit("a", "0.01", "w"))[0].ok
    assert trusting.deposit("b", "999999999990", at=T0, request_id="most").ok
    again, beyond = together(trusting, deposit("b", "1.00", "y1"), deposit("b", most, "over"))
    assert again.ok
    assert isinstance(beyond, AmountOverflow)
    store: Any = trusting._store
    store._trusting = 1
    # Done again it would raise, and nothing that is put would show that it was there.
    first = together(trusting, deposit("b", "999999999990", "most"), deposit("a", "1", "v"))[0]
    assert (first.ok, first.paid) == (True, 999999999990)
    assert trusting.verify().ok


def test_a_repetition_that_has_the_group_laid_down_is_found(trusting: Ledger) -> None:
    """An operation that asks for all papers has the file get what the group has put so far."""
    last = trusting.statement("a", through=T0 + 1, at=T0 + 2, request_id="st")
    store: Any = trusting._store
    store._trusting = 1
    again, made, statement = together(
        trusting,
        deposit("b", "1.00", "y2"),
        lambda ledger: ledger.chargeback("x1", at=T0 + 3, request_id="cb"),
        lambda ledger: ledger.statement("a", through=T0 + 1, at=T0 + 2, request_id="st"),
    )
    assert (again.id, made.code, statement) == ("y2", "ok", last)
    assert trusting.balance("b").posted == 3
    assert trusting.verify().ok
