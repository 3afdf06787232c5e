"""What switches say when a call ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.cause import ASTERISK, FREESWITCH, Q850, SIP, code_of, ending_of, table
from securecall.calls.ending import ENDINGS

SIDES = ("caller", "called", "network")


def test_every_map_leads_to_an_ending() -> None:
    for known in (Q850, SIP, FREESWITCH, ASTERISK):
        assert set(known.values()) <= set(ENDINGS)


def test_every_cause_of_the_standard_is_read() -> None:
    # ITU-T Q.850, table 1, as Asterisk's causes.h and FreeSWITCH's enumeration number them.
    numbers = [
        1, 2, 3, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 34, 38, 41, 42,
        43, 44, 50, 57, 58, 63, 65, 66, 69, 79, 81, 88, 95, 96, 97, 98, 99, 100, 101, 102, 103,
        111, 127,
    ]  # fmt: skip
    assert [each for each in numbers if each not in Q850] == []


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (16, "completed"), (17, "busy"), (18, "no_answer"), (19, "no_answer"), (21, "refused"),
        (1, "invalid_number"), (28, "invalid_number"), (31, "network_failure"),
        (34, "network_failure"), (38, "network_failure"), (41, "network_failure"),
        (42, "network_failure"), (802, "time_limit"), (804, "media_timeout"),
        ("802", "time_limit"), ("q850:17", "busy"), ("SIP:486", "busy"), ("sip:480", "no_answer"),
        ("sip:603", "refused"), ("sip:404", "invalid_number"), ("sip:503", "network_failure"),
        ("sip:487", "abandoned"), ("sip:200", "completed"), ("NORMAL_CLEARING", "completed"),
        ("normal_clearing", "completed"), ("ORIGINATOR_CANCEL", "abandoned"),
        ("MEDIA_TIMEOUT", "media_timeout"), ("CALL_REJECTED", "refused"),
        ("MANAGER_REQUEST", "staff_terminated"), ("OUTGOING_CALL_BARRED", "refused"),
        (486, "busy"), ("486", "busy"), (503, "network_failure"), (45, "network_failure"),
        (52, "refused"), (487, "abandoned"), ("NO ANSWER", "no_answer"),
        ("CHANUNAVAIL", "network_failure"), ("FAILED", "network_failure"),
        ("ANSWERED", "completed"), ("busy", "busy"),
    ],
)  # fmt: skip
def test_causes_of_switches(cause: Any, code: str) -> None:
    assert code_of(cause) == code


@pytest.mark.parametrize(
    "cause", [None, True, 0, 128, -1, "", "ALOTTED_TIMEOUT", "sip:", "sip:99", "sip:x", "q850:0"]
)
def test_what_says_nothing_known_is_none(cause: Any) -> None:
    assert code_of(cause) is None


@pytest.mark.parametrize(
    ("cause", "by", "talking", "code"),
    [
        (None, "caller", True, "completed_caller_hangup"),
        (16, "called", True, "completed_callee_hangup"),
        (16, "network", True, "completed"),
        (None, "network", True, "network_failure"),
        ("ALOTTED_TIMEOUT", "network", True, "unknown"),
        (38, "network", True, "network_failure"),
        (19, "network", True, "network_failure"),
        (17, "called", True, "completed_callee_hangup"),
        (804, "network", True, "media_timeout"),
        ("BLIND_TRANSFER", "called", True, "forwarding_detected"),
        (None, "caller", False, "abandoned"),
        (None, "called", False, "refused"),
        (16, "network", False, "not_accepted"),
        (17, "network", False, "busy"),
        (19, "network", False, "no_answer"),
        (1, "network", False, "invalid_number"),
        ("sip:603", "called", False, "refused"),
        (804, "network", False, "network_failure"),
        (None, "network", False, "network_failure"),
    ],
)
def test_what_a_cause_means_depends_on_how_far_the_call_was(
    cause: Any, by: str, talking: bool, code: str
) -> None:
    assert ending_of(cause, by=by, talking=talking) == code


def test_a_call_that_nobody_answered_was_not_left_unaccepted() -> None:
    assert ending_of(16, by="network", talking=False, answered=False) == "no_answer"


@given(
    st.one_of(st.none(), st.integers(), st.text(max_size=30), st.sampled_from(sorted(FREESWITCH))),
    st.sampled_from(SIDES), st.booleans(), st.booleans(),
)  # fmt: skip
def test_every_cause_ends_a_call_in_a_way_that_fits(
    cause: Any, by: str, talking: bool, answered: bool
) -> None:
    ending = ENDINGS[ending_of(cause, by=by, talking=talking, answered=answered)]
    assert ending.phase != ("before" if talking else "talking") or code_of(cause) in ENDINGS
    if talking:
        assert ending.phase in ("talking", "any")


def test_the_table_has_every_number() -> None:
    text = table()
    for number in (*Q850, *SIP):
        assert str(number) in text
