"""What a review cost those who were parted for it."""

from __future__ import annotations

from decimal import Decimal

from tests.calls.house import NOON_MS, by_minute, event, house, strict, talking

from securecall.calls.parted import give_back_parted, parted_cost


def test_a_review_that_found_nothing_is_given_back() -> None:
    sessions = house("10.00", by_minute("0.10"))
    session = talking(sessions)
    session.pause(NOON_MS + 30_000, "desk")
    session.resume(NOON_MS + 130_000, "desk")
    session.hang_up(NOON_MS + 200_000)
    terms = sessions.terms
    # 200 s cost four minutes, 100 s cost two.
    assert parted_cost(session.record, terms.tariff) == Decimal("0.200000")
    for _ in range(2):
        refund = give_back_parted(
            session.record, ledger=terms.ledger, tariff=terms.tariff, at=NOON_MS + 201_000
        )
        assert refund is not None
        assert refund.refunded == Decimal("0.200000")
    assert terms.ledger.balance("fam-1").posted == Decimal("9.800000")


def test_a_review_that_was_right_is_not() -> None:
    sessions = house(policy=strict(), hold=True)
    one = talking(sessions)
    one.pause(NOON_MS + 10_000, "desk")
    one.staff("disconnect", "desk", NOON_MS + 20_000)
    two = talking(sessions, "c-2", at_ms=NOON_MS + 30_000)
    two.take([event()])
    two.tick(NOON_MS + 900_000)
    assert two.record.reason == "three_way_detected"
    terms = sessions.terms
    for session in (one, two):
        assert session.record.paused_ms > 0
        assert parted_cost(session.record, terms.tariff) == 0
        assert give_back_parted(
            session.record, ledger=terms.ledger, tariff=terms.tariff, at=NOON_MS + 900_001
        ) is None  # fmt: skip


def test_a_call_without_a_pause_has_nothing_to_give_back() -> None:
    sessions = house()
    session = talking(sessions)
    session.hang_up(NOON_MS + 10_000)
    assert parted_cost(session.record, sessions.terms.tariff) == 0
