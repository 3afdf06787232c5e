"""What all calls of a host have in common."""

from __future__ import annotations

import pytest
from tests.calls.house import house, strict

from securecall.calls.terms import Terms
from securecall.errors import InputError
from securecall.fraud.policy import named_policy


def test_the_policy_that_comes_with_the_package_is_the_usual_one() -> None:
    assert house().terms.judge is named_policy("default")
    policy = strict()
    assert house(policy=policy).terms.judge is policy


def test_monitors_are_made_as_the_terms_say() -> None:
    terms = house(monitor={"encoding": "mulaw", "legs": ("called", "calling")}).terms
    monitor = terms.new_monitor()
    assert monitor is not None
    assert monitor.legs == ("called", "calling")
    assert terms.sound == {"encoding": "mulaw"}
    assert house(monitor=None).terms.new_monitor() is None


def test_terms_are_not_changed_from_outside() -> None:
    options = {"encoding": "mulaw"}
    terms = house(monitor=options).terms
    options["encoding"] = "alaw"
    assert terms.monitor == {"encoding": "mulaw"}
    with pytest.raises(TypeError):
        terms.monitor["encoding"] = "alaw"  # type: ignore[index]


def test_a_host_has_a_printable_name() -> None:
    terms = house().terms
    with pytest.raises(InputError, match="host must be printable"):
        Terms(terms.ledger, terms.tariff, host="a\n")
