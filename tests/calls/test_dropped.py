"""Dropped calls: what may be asked back, and who decides."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, by_minute, house, talking
from tests.calls.test_ears import fed

from securecall.calls.dropped import DroppedCall
from securecall.errors import InputError


def test_a_call_is_charged_up_to_where_its_sound_stopped() -> None:
    # Media lost at 65 s, hangup seen at 200 s: charge what 65 s cost.
    sessions = house("10.00", by_minute("0.10"))
    session = talking(sessions)
    fed(session, 65_000)
    session.hang_up(NOON_MS + 200_000, by="network", cause="MEDIA_TIMEOUT")
    assert session.record.total == Decimal("0.400000")
    case = DroppedCall.of(session.record)
    assert case is not None
    assert case.keep_ms == 65_000
    ledger = sessions.terms.ledger
    answer = case.file(ledger, at=NOON_MS + 200_500)
    assert (answer.state, answer.rule, answer.refunded) == (
        "approved", "dropped_call", Decimal("0.200000"),
    )  # fmt: skip
    assert "the sound stopped after 65.000 s" in answer.why
    assert case.file(ledger, at=NOON_MS + 900_000) == answer
    assert ledger.balance("fam-1").posted == Decimal("9.800000")


def test_where_nobody_knows_somebody_has_to_look() -> None:
    sessions = house()
    session = talking(sessions)
    session.hang_up(NOON_MS + 30_000, by="network", cause=38)
    case = DroppedCall.of(session.record)
    assert case is not None
    answer = case.file(sessions.terms.ledger, at=NOON_MS + 31_000)
    assert (answer.state, answer.refunded) == ("pending", 0)
    decided = sessions.terms.ledger.decide_refund(case.id, approve=True, at=NOON_MS + 40_000)
    assert (decided.state, decided.refunded) == ("approved", Decimal("0.300000"))


@pytest.mark.parametrize(("by", "cause"), [("caller", None), ("called", 16), ("network", 16)])
def test_a_call_that_somebody_ended_was_not_dropped(by: str, cause: int | None) -> None:
    session = talking(house())
    session.hang_up(NOON_MS + 30_000, by=by, cause=cause)
    assert DroppedCall.of(session.record) is None


def test_of_what_cost_nothing_there_is_nothing_to_ask() -> None:
    session = talking(house(), billable=False)
    session.hang_up(NOON_MS + 30_000, by="network")
    assert session.record.reason == "network_failure"
    assert DroppedCall.of(session.record) is None


def test_nothing_is_asked_before_the_end() -> None:
    case = DroppedCall("c-1", NOON_MS, "network_failure", None)
    with pytest.raises(InputError, match="not be before the call's end"):
        case.refund_request(at_ms=NOON_MS - 1)
