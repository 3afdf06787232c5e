"""The record of a call that a gate refused."""

from __future__ import annotations

import pytest
from tests.calls.house import attempt, decision

from securecall.calls.denied import DENIED, denied_record
from securecall.calls.ending import ENDINGS
from securecall.calls.reasons import RULES, reason
from securecall.errors import InputError


def test_every_refusal_of_a_gate_has_an_ending() -> None:
    refusals = {rule.code for rule in RULES if rule.severity == "refusal"}
    assert set(DENIED) == refusals
    for code in DENIED.values():
        assert ENDINGS[code].phase in ("denied", "any", "before")


def test_it_ends_as_the_first_refusal_says_and_names_all() -> None:
    reasons = (reason("number_hot"), reason("pin_locked"), reason("number_not_approved"))
    record = denied_record(
        attempt(pin="1"), decision(allowed=False, reasons=reasons), facility="f", host="h"
    )
    assert (record.reason, record.status, record.total) == ("pin_suspended", "denied", 0)
    assert record.reasons == ("number_hot", "pin_locked", "number_not_approved")
    assert (record.monitored, record.recorded) == (False, False)
    assert record.duration_ms == 0


def test_a_call_that_was_let_through_has_none() -> None:
    with pytest.raises(InputError, match="was not refused"):
        denied_record(attempt(), decision(), facility="f")
