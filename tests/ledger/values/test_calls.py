"""Answers about calls speak dollars and instants."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from securecall.ledger.values.calls import Admission, CallState, Settlement

SETTLEMENT = Settlement("ok", "c", 5, 60_000, "hangup", 7, 0, (("a", 3), ("é", 2)))


def test_a_settlement_says_who_paid_and_when_it_ended() -> None:
    assert SETTLEMENT.charged == Decimal("0.000005")
    assert SETTLEMENT.by_account == {"a": Decimal("0.000003"), "é": Decimal("0.000002")}
    assert SETTLEMENT.ended_at.isoformat() == "1970-01-01T00:00:00.007000+00:00"


def test_a_settlement_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        SETTLEMENT.reason = "other"  # type: ignore[misc]


def test_no_cutoff_is_no_instant() -> None:
    assert Admission("ok", "c", 5, None, "").cutoff_at is None


def test_the_state_of_a_call_adds_up_in_dollars() -> None:
    state = CallState(
        "c", ("a",), False, False, 1, 7, "hangup", 5, 2, 60_000, None,
        (("revenue", 4), ("tax:ny", 1)), (("a", 5),),
    )  # fmt: skip
    assert sum(state.parts.values()) == sum(state.by_account.values()) == state.charged
    assert (state.refunded, state.cutoff_at) == (Decimal("0.000002"), None)
