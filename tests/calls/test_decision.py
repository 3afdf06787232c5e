"""Decision: what a gate answers, and how long a call may last that is accepted later."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.decision import Decision, Limits
from securecall.calls.reasons import reason

T0 = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)


@given(st.integers(1, 3_600_000), st.integers(0, 7_200_000), st.integers(0, 7_200_000))
def test_what_the_schedule_leaves_is_counted_from_acceptance(
    max_ms: int, closes_ms: int, rings_ms: int
) -> None:
    closes = T0 + timedelta(milliseconds=closes_ms)
    limits = Limits(max_ms, None, Decimal(0), closes)
    left = limits.left_ms(T0 + timedelta(milliseconds=rings_ms))
    assert left == max(0, min(max_ms, closes_ms - rings_ms))
    assert Limits(max_ms, None, Decimal(0)).left_ms(T0) == max_ms


def test_refusals_and_alerts_are_told_apart() -> None:
    decision = Decision(
        "c-1", False, (reason("pin_invalid", detail="2 left"), reason("number_hot")),
        Limits(900_000, 0, Decimal("0.12"), T0, "schedule"), False, True, True, True, T0,
    )  # fmt: skip
    assert [each.code for each in decision.refusals] == ["pin_invalid"]
    assert [each.code for each in decision.alerts] == ["number_hot"]
    assert decision.codes == ("pin_invalid", "number_hot")
    assert pickle.loads(pickle.dumps(decision)) == decision
    values = json.loads(json.dumps(decision.to_dict()))
    assert values["limits"] == {
        "max_ms": 900_000, "balance_ms": 0, "first_increment": "0.12",
        "closes_at": "2026-05-01T18:00:00+00:00", "governs": "schedule",
    }  # fmt: skip
    assert values["reasons"][0]["detail"] == "2 left"
    assert values["at"] == "2026-05-01T18:00:00+00:00"
