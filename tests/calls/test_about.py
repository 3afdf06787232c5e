"""What the ledger is told of a call, and the call that is made from it again."""

from __future__ import annotations

import pytest
from tests.calls.house import NOON_MS, attempt, decision, house

from securecall.calls.about import known_of
from securecall.calls.reasons import reason
from securecall.errors import InputError


def test_a_call_is_known_again() -> None:
    sessions = house(host="host-1")
    says = decision(privileged=True, reasons=(reason("number_hot"),), identity="pin")
    asks = attempt(medium="video", relay="vrs", bill_type="prepaid")
    session = sessions.begin(asks, says, facility="f", at=NOON_MS)
    session.ring(NOON_MS + 100)
    session.answer(NOON_MS + 1_000)
    session.accept(NOON_MS + 2_000)
    known = known_of("c-1", ("fam-1",), sessions.terms.ledger.about_call("c-1"))
    for name in ("call_id", "person", "number", "terminal", "medium", "bill_type", "relay"):
        assert getattr(known.attempt, name) == getattr(asks, name)
    for name in ("privileged", "monitor", "record", "identity", "codes"):
        assert getattr(known.decision, name) == getattr(says, name)
    assert known.decision.limits.max_ms == 900_000
    assert (known.host, known.dialed_ms, known.rung_ms, known.answered_ms) == (
        "host-1", NOON_MS, NOON_MS + 100, NOON_MS + 1_000,
    )  # fmt: skip


@pytest.mark.parametrize("change", [{"limit_ms": "x"}, {"bill_type": "barter"}, {"person": None}])
def test_what_was_told_otherwise_is_refused(change: dict[str, str | None]) -> None:
    sessions = house()
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.answer(NOON_MS)
    session.accept(NOON_MS)
    about = {**sessions.terms.ledger.about_call("c-1"), **change}
    told = {name: value for name, value in about.items() if value is not None}
    with pytest.raises(InputError, match="was not told of call 'c-1'"):
        known_of("c-1", ("fam-1",), told)
