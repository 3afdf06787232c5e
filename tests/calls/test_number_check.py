"""The number: what speaks against it, and whether anybody may listen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.calls.gates import NOON_MS, NUMBER, Broken, asked

from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.number_check import NumberAnswer, number_of

RELAY = "+18005550111"


def answer(
    directory: Any = None, wants: dict[str, Any] | None = None, **rules: Any
) -> NumberAnswer:
    facility = Facility("f", "UTC", **rules)
    if directory is None:
        directory = Directory()
    return number_of(facility, directory, asked(**(wants or {})), NOON_MS)


def told(found: NumberAnswer) -> dict[str, str]:
    return {each.code: each.detail for each in found.reasons}


def test_an_ordinary_number_may_be_called_and_heard() -> None:
    assert answer() == NumberAnswer((), privileged=False, speech=True)


def test_a_list_is_asked_where_the_facility_has_lists() -> None:
    directory = Directory()
    assert list(told(answer(directory, numbers="approved"))) == ["number_not_approved"]
    directory.approve("p-1", NUMBER, at=0, by="s")
    assert told(answer(directory, numbers="approved")) == {}


def test_the_prefix_that_is_blocked_is_told() -> None:
    directory = Directory()
    directory.block("+1713", kind="prefix", at=0, by="s", why="secret")
    assert told(answer(directory)) == {"number_blocked_prefix": "+1713"}


def test_a_privileged_number_is_heard_by_nobody() -> None:
    directory = Directory()
    directory.privilege(NUMBER, kind="attorney", at=0, by="s", person="p-1")
    assert answer(directory, numbers="approved") == NumberAnswer((), privileged=True, speech=True)
    assert not answer(directory, {"person": "p-2"}).privileged


def test_where_nobody_can_tell_nobody_listens() -> None:
    found = answer(Broken())
    assert found.privileged
    assert told(found) == {"directory_silent": "StoreError"}
    assert not found.callable


def test_a_hot_number_is_told_whatever_else_is_found() -> None:
    directory = Directory()
    directory.watch(NUMBER, at=0, by="inv-2", why="case 114")
    assert told(answer(directory)) == {"number_hot": "case 114"}
    directory.block(NUMBER, kind="customer", at=0, by="s", why="w")
    assert list(told(answer(directory))) == ["number_blocked_customer", "number_hot"]


@pytest.mark.parametrize(
    ("number", "callable_"),
    [(NUMBER, True), ("+19005550123", True), ("411", False), ("12", False)],
)
def test_a_price_can_be_asked_for_where_there_is_somebody_to_call(
    number: str, callable_: bool
) -> None:
    assert answer(wants={"number": number}).callable == callable_


def test_a_relay_service_may_be_called_although_it_is_toll_free() -> None:
    wants = {"number": RELAY, "relay": "trs"}
    assert told(answer(wants=wants, relay_numbers=(RELAY,), numbers="approved")) == {}
    assert list(told(answer(wants={"number": RELAY}, relay_numbers=(RELAY,)))) == [
        "number_toll_free"
    ]
    assert list(told(answer(wants=wants))) == ["number_toll_free"]


def test_a_free_relay_call_goes_to_a_relay_service_only() -> None:
    wants = {"number": NUMBER, "relay": "trs"}
    assert told(answer(wants=wants, relay_numbers=(RELAY,))) == {"relay_unknown": RELAY}
    assert told(answer(wants=wants)) == {}  # a facility that lists none trusts its switch
    assert told(answer(wants={"number": NUMBER, "relay": "tty"}, relay_numbers=(RELAY,))) == {}
    assert list(told(answer(wants={"number": "411", "relay": "trs"}, relay_numbers=(RELAY,)))) == [
        "number_service_code"
    ]


@pytest.mark.parametrize(
    ("relay", "speech"),
    [(None, True), ("none", True), ("cts", True), ("trs", False), ("vrs", False), ("tty", False),
     ("asl", False)],
)  # fmt: skip
def test_text_and_signs_are_not_speech(relay: str | None, speech: bool) -> None:
    assert answer(wants={"relay": relay}).speech == speech
