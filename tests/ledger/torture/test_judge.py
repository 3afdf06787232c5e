"""A judge that lets nothing pass: books in memory with one thing wrong each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.ledger.torture.sending import answered, send_all

from securecall.ledger.ledger import Ledger
from securecall.ledger.stores.memory import MemoryStore
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.workload import Step, script

STEPS = answered(script(11, "a", 130))


def kept(steps: tuple[Step, ...] = STEPS) -> tuple[Ledger, dict[str, str]]:
    """Return a ledger that was sent steps, and what it answered."""
    # Not by `open`: the tests of the ledger check what is opened, and these books shall be wrong.
    ledger = Ledger(MemoryStore(), keeps_curves=True)
    return ledger, send_all(ledger, steps)


def store_of(ledger: Ledger) -> MemoryStore:
    store = ledger._store
    assert isinstance(store, MemoryStore)
    return store


def test_sound_books_are_found_sound_however_often() -> None:
    ledger, acked = kept()
    judge = Judge(STEPS)
    assert judge.check(ledger, acked) == []
    assert judge.check(ledger, acked) == []
    assert judge.known == len(STEPS)


def test_books_that_grew_are_judged_from_where_they_were() -> None:
    judge = Judge(STEPS)
    assert judge.check(*kept(STEPS[:50])) == []
    assert judge.check(*kept()) == []
    assert judge.seq_of(STEPS[-1].request_id) == len(STEPS)


def test_what_was_answered_and_is_not_there_is_lost() -> None:
    ledger, _ = kept(STEPS[:-1])
    _, acked = kept()
    (fault,) = Judge(STEPS).check(ledger, acked)
    assert fault == f"request {STEPS[-1].request_id!r} was answered and is lost"


def test_what_was_there_once_and_is_gone_is_a_fault_even_if_nobody_was_told() -> None:
    judge = Judge(STEPS)
    assert judge.check(*kept()) == []
    assert judge.check(kept(STEPS[:-3])[0], {}) == ["3 operations that were there are gone"]


def test_a_cut_may_lose_what_nobody_was_told_but_not_what_somebody_was() -> None:
    judge = Judge(STEPS)
    assert judge.check(*kept()) == []
    short, acked = kept(STEPS[:-3])
    assert judge.check_quickly(short, acked) == []
    (fault,) = judge.check_quickly(short, kept(STEPS[:-2])[1])
    assert fault == f"request {STEPS[-3].request_id!r} was answered and is lost"


def test_other_books_of_the_same_length_are_not_taken_for_these() -> None:
    judge = Judge(STEPS)
    assert judge.check(*kept()) == []
    other = (STEPS[1], STEPS[0], *STEPS[2:20])
    (fault,) = judge.check_quickly(kept(other)[0], {})
    assert fault == "operation 20 is another than the one that was there"


def test_another_answer_than_was_given_is_a_fault() -> None:
    ledger, acked = kept()
    acked[STEPS[7].request_id] = "0"
    (fault,) = Judge(STEPS).check(ledger, acked)
    assert "another answer than is kept" in fault


def test_a_request_that_nobody_sent_is_a_fault() -> None:
    ledger, acked = kept()
    (fault,) = Judge(STEPS[:-1]).check(ledger, acked | {STEPS[-1].request_id: "0"})[:1]
    assert f"{STEPS[-1].request_id!r} that nobody sent" in fault


def test_an_operation_that_memory_refuses_to_know_is_a_fault() -> None:
    step = next(step for step in STEPS if step.method == "deposit")
    elsewhere = replace(step, arguments={**step.arguments, "account": "nobody"})
    judge = Judge(elsewhere if each is step else each for each in STEPS)
    faults = judge.check(*kept())
    assert any("was kept, and in memory raises" in fault for fault in faults)


def _pay_twice(store: MemoryStore) -> None:
    """Let an account say a micro-dollar more than its entries."""
    store._accounts["a-family"].posted_micros += 1


def _change_an_amount(store: MemoryStore) -> None:
    line = store._lines[0]
    store._lines[0] = (*line[:5], line[5] + 1, *line[6:])


def _change_an_answer(store: MemoryStore) -> None:
    store._ops[9] = (*store._ops[9][:6], store._ops[8][6])


def _let_a_call_run_on(store: MemoryStore) -> None:
    row = store._accounts["a-family"]
    row.running = [*row.running, "a-call-1"]


def _forget_a_deposit(store: MemoryStore) -> None:
    key = next(key for key in store._papers if key[0] == "deposit")
    store._papers[key] = store._papers[key]._replace(state="forgotten")


def _open_an_instant(store: MemoryStore) -> None:
    store._notes["closings"] = []


def _lose_an_entry(store: MemoryStore) -> None:
    del store._lines[3]


@pytest.mark.parametrize(
    "harm",
    [
        _pay_twice,
        _change_an_amount,
        _change_an_answer,
        _lose_an_entry,
        _let_a_call_run_on,
        _forget_a_deposit,
        _open_an_instant,
    ],
)
def test_books_that_were_changed_are_found_out(harm: Callable[[MemoryStore], Any]) -> None:
    ledger, acked = kept()
    harm(store_of(ledger))
    assert Judge(STEPS).check(ledger, acked) != []


def test_an_account_that_a_call_overdrew_is_found_though_the_sums_are_right() -> None:
    ledger, acked = kept()
    store = store_of(ledger)
    place = next(n for n, line in enumerate(store._lines) if line[3] == "a-family")
    # A call that took its money before the deposit came: the sum is the same, the way is not.
    line = store._lines[place]
    store._lines.insert(place, (*line[:5], -1, *line[6:]))
    faults = Judge(STEPS).check(ledger, acked)
    assert any("is overdrawn at entry" in fault for fault in faults)
