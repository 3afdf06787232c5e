"""Automatic deposits."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger

HOUR_MS = 3_600_000


def with_reload(ledger: Ledger, **given_: object) -> None:
    ledger.open_account("a", at=T0, opening="1.00")
    plan = {"below": "0.50", "amount": "10.00", "at": T0, **given_}
    ledger.set_auto_reload("a", **plan)  # type: ignore[arg-type]


def ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def test_a_reload_is_foreseen_asked_for_once_and_credited_once(ledger: Ledger) -> None:
    with_reload(ledger)
    ledger.start_call("c", ["a"], Flat(), at=T0)
    assert ms(ledger.next_reload("a")) == T0 + 120_000
    assert ledger.reloads("a") == []
    ledger.settle_due(at=T0 + 120_000)
    (asked,) = ledger.reloads("a")
    assert (asked.id, asked.at_ms, asked.state) == ("auto:a:1", T0 + 120_000, "pending")
    ledger.settle_due(at=T0 + 125_000)
    assert len(ledger.reloads("a")) == 1
    before = ledger.cutoffs("a")["c"]
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 130_000).state == "credited"
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 130_001).code == "already_decided"
    after = ledger.cutoffs("a")["c"]
    assert before is not None
    assert after is not None
    assert before < after
    assert ledger.balance("a").posted == 11


def test_the_call_never_waits_for_a_reload(ledger: Ledger) -> None:
    with_reload(ledger)
    ledger.start_call("c", ["a"], Flat(), at=T0)
    ledger.settle_due(at=T0 + 300_000)
    assert ledger.call("c").reason == "balance"
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 300_001).ok
    assert ledger.call("c").running is False


def test_a_late_success_after_a_time_out_is_credited_once(ledger: Ledger) -> None:
    with_reload(ledger)
    ledger.withdraw("a", "0.60", at=T0 + 1)
    assert [each.state for each in ledger.reloads("a")] == ["pending"]
    assert ledger.reload_result("auto:a:1", ok=None, at=T0 + 2).state == "timed_out"
    assert ledger.reload_result("auto:a:1", ok=None, at=T0 + 3).code == "already_decided"
    assert ms(ledger.next_reload("a")) == T0 + 2 + HOUR_MS
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 4).state == "credited"
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 5).code == "already_decided"
    assert len([each for each in ledger.iter_entries("a") if each.kind == "reload"]) == 1
    assert ledger.next_reload("a") is None


def test_a_declined_card_is_tried_again_after_longer_and_longer(ledger: Ledger) -> None:
    with_reload(ledger)
    at = T0 + 1
    ledger.withdraw("a", "0.60", at=at)
    waits = []
    for number in range(1, 8):
        ledger.reload_result(f"auto:a:{number}", ok=False, at=at)
        due = ms(ledger.next_reload("a"))
        assert due is not None
        waits.append((due - at) // HOUR_MS)
        at = due
        ledger.settle_due(at=at)
    assert waits == [1, 2, 4, 8, 16, 24, 24]


def test_caps_count_deposits_or_dollars_in_local_days_and_months(ledger: Ledger) -> None:
    with_reload(ledger, daily_max=1, monthly_max="25", timezone="America/Chicago")
    for number, day in ((1, 5), (2, 6)):
        at = T0 + (day - 5) * 24 * HOUR_MS + 1
        ledger.withdraw("a", ledger.balance("a").posted, at=at)
        assert len(ledger.reloads("a")) == number
        ledger.reload_result(f"auto:a:{number}", ok=True, at=at + 1)
        ledger.withdraw("a", "10.00", at=at + 2)
        if number == 1:
            # Tomorrow's first is allowed at midnight in Chicago.
            assert ledger.next_reload("a") == datetime(2026, 1, 6, 6, tzinfo=UTC)
            ledger.deposit("a", "0.50", at=at + 3)
    # A third would make thirty dollars in January.
    assert ledger.next_reload("a") == datetime(2026, 2, 1, 6, tzinfo=UTC)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(1, 400_000), st.sampled_from([7_000, 60_000])), min_size=1, max_size=4
    ),
    st.integers(0, 2_000_000),
)
def test_the_foreseen_reload_is_where_walking_finds_it(
    prices: list[tuple[int, int]], below: int
) -> None:
    from securecall.money import dollars

    ledger = Ledger.open("memory:")
    ledger.open_account("a", at=T0, opening="3")
    for number, (price, increment) in enumerate(prices):
        ledger.start_call(f"c{number}", ["a"], Flat(price, increment), at=T0 + number * 500)
    last = T0 + len(prices) * 500
    ledger.set_auto_reload("a", below=dollars(below), amount="1", at=last)
    foreseen = ms(ledger.next_reload("a"))
    if ledger.reloads("a"):
        assert ledger.balance("a", at=last).available_micros < below
        return
    for second in range(last, last + 400_000, 500):
        if ledger.balance("a", at=second).available_micros < below:
            assert foreseen is not None
            assert second - 500 < foreseen <= second
            return
    assert foreseen is None or foreseen > last + 399_500


def test_a_refused_operation_asks_for_no_reload(ledger: Ledger) -> None:
    with_reload(ledger)
    ledger.start_call("c", ["a"], Flat(), at=T0)
    assert ledger.withdraw("a", "5.00", at=T0 + 130_000).code == "insufficient_funds"
    assert ledger.reloads("a") == []
    assert ms(ledger.next_reload("a")) == T0 + 120_000
    assert ledger.withdraw("a", "0.01", at=T0 + 130_001).ok
    assert [each.at_ms for each in ledger.reloads("a")] == [T0 + 120_000]
    assert ledger.reload_result("auto:a:1", ok=True, at=T0 + 130_002).ok


def test_a_reload_can_be_charged_back_as_any_deposit(ledger: Ledger) -> None:
    with_reload(ledger)
    ledger.withdraw("a", "0.60", at=T0 + 1)
    ledger.reload_result("auto:a:1", ok=True, at=T0 + 2)
    assert ledger.chargeback("auto:a:1", at=T0 + 3, request_id="cb").debited == 10
    assert ledger.balance("a").posted_micros == 400_000
    # Less than the threshold is available again: the next one is asked for.
    assert [each.state for each in ledger.reloads("a")] == ["credited", "pending"]
