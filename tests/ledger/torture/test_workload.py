"""Scripts are seeded, can be sent again, and ask for everything that moves money."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.ledger.torture.sending import send_all

from securecall.errors import SecurecallError
from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.workload import (
    LOADERS,
    FlatCurve,
    Step,
    fingerprint_of_text,
    script,
)


def send(steps: tuple[Step, ...], ledger: Ledger) -> Counter[tuple[str, str]]:
    """Send all, and count methods with their outcomes."""
    found: Counter[tuple[str, str]] = Counter()
    for step in steps:
        try:
            answer = step.send(ledger)
        except SecurecallError as error:
            found[step.method, type(error).__name__] += 1
        else:
            found[step.method, getattr(answer, "code", "ok")] += 1
    return found


def test_the_same_seed_asks_the_same_and_another_something_else() -> None:
    first = script(1, "a", 200)
    script.cache_clear()
    assert script(1, "a", 200) == first
    assert script(2, "a", 200) != first
    assert script(1, "b", 200) != first


def test_a_longer_script_begins_like_a_shorter_one() -> None:
    assert script(7, "a", 300)[:120] == script(7, "a", 120)


def test_request_ids_are_told_apart_and_lanes_share_none() -> None:
    ids = [step.request_id for lane in "ab" for step in script(3, lane, 400)]
    assert len(set(ids)) == len(ids)


def test_instants_of_a_lane_never_go_back() -> None:
    instants = [step.at_ms for step in script(3, "a", 400)]
    assert instants == sorted(instants)
    assert len(set(instants)) > 100


def test_a_script_does_and_is_refused_all_that_moves_money() -> None:
    ledger = Ledger.open("memory:", curves=LOADERS)
    found = send(script(1, "a", 1_500), ledger)
    assert {method for method, outcome in found if outcome == "ok"} == {
        "open_account", "deposit", "start_call", "end_call", "refund", "withdraw", "pay",
        "transfer", "set_credit_limit", "chargeback", "chargeback_result", "settle_due",
        "set_spending_limit", "set_auto_reload", "reload_result", "statement", "request_refund",
        "decide_refund", "link_number", "touch",
    }  # fmt: skip
    refusals = {outcome for _, outcome in found} - {"ok"}
    assert {"insufficient_funds", "refund_exceeds_charge", "spending_limit"} <= refusals
    states = ledger._store.read(lambda view: [call.reason for call in view.calls()])
    assert {"hangup", "balance", "limit"} <= set(states)


def test_sending_a_script_again_moves_nothing_and_answers_the_same() -> None:
    ledger = Ledger.open("memory:", curves=LOADERS)
    steps = script(5, "a", 150)
    first = send_all(ledger, steps)
    head = ledger._store.read(lambda view: view.head())
    assert send_all(ledger, steps) == first
    assert len(first) > 130
    assert ledger._store.read(lambda view: view.head()) == head


def test_an_answer_and_its_stored_text_have_one_fingerprint() -> None:
    ledger = Ledger.open("memory:", curves=LOADERS)
    steps = script(5, "a", 150)
    answers = send_all(ledger, steps)
    kept = ledger._store.read(
        lambda view: {op.request_id: fingerprint_of_text(op.answer) for op in view.ops(0)}
    )
    assert kept == answers
    assert len(set(answers.values())) > 100


@pytest.mark.parametrize("increment_ms", [1_000, 6_000, 60_000])
@pytest.mark.parametrize("price_micros", [0, 1_167, 210_000])
def test_the_curve_is_a_price_curve(increment_ms: int, price_micros: int) -> None:
    curve = FlatCurve(increment_ms, price_micros)
    assert curve.total_micros(0) == 0
    assert curve.next(0) == curve.bought(0) == increment_ms
    assert curve.bought(increment_ms) == 2 * increment_ms
    assert curve.total_micros(3 * increment_ms) == 3 * price_micros
    reach = curve.reach_micros(3 * price_micros + 1)
    assert reach == (None if price_micros == 0 else 3 * increment_ms)
    assert FlatCurve.loads(curve.dumps()) == curve
