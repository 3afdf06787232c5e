"""What all calls of a host have in common."""

from __future__ import annotations

import pytest
from tests.calls.gates import gate
from tests.calls.house import house, strict, talking
from tests.fraud.calls import laid, ringback, spoken

from securecall.calls.terms import Terms
from securecall.errors import InputError, InputTypeError
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


def test_who_was_accepted_was_answered() -> None:
    # The called party presses the key and forwards the call without a word: nobody has spoken yet.
    session = talking(house())
    called, calling = laid(8, (1.5, ringback())), laid(8, (0.3, spoken(1, 3)))
    for at in range(0, len(called), 160):
        session.feed(called[at : at + 160], "called")
        session.feed(calling[at : at + 160], "calling")
    assert [(each.kind, each.detail) for each in session.events if each.kind != "tone"] == [
        ("call_forwarding", "ringback")
    ]
    only = house(monitor={"legs": ("calling",)}).terms.new_monitor()
    assert only is not None
    assert only.feed(calling, "calling") + only.finish() == []


def test_an_option_that_there_is_not_is_told_at_once_with_the_nearest() -> None:
    with pytest.raises(InputTypeError, match="no option 'polcy'; did you mean 'policy'"):
        gate(options={"polcy": strict()})
    with pytest.raises(InputTypeError, match="no option 'ledger_2'"):
        gate(options={"ledger_2": None})
    assert gate(options={"policy": strict()}).sessions.terms.policy == strict()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"policy": "default"}, "policy must be a Policy, not 'default'"),
        ({"prompts": {"accept": "5"}}, "prompts must be Prompts"),
        ({"tape": "yes"}, "tape must be True or False, not 'yes'"),
        ({"monitor": "mulaw"}, "monitor must be a mapping or None"),
        ({"monitor": {"encodng": "mulaw"}}, "monitor: .*'encodng'"),
    ],
)
def test_an_option_of_another_type_is_told_at_once(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputTypeError, match=words):
        gate(options=options)
