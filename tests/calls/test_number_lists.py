"""Number lists: what is known of a number, for a person, at an instant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.directory import Directory
from securecall.calls.number_rules import PRIVILEGES, NumberFacts
from securecall.errors import InputError, InputTypeError, Unknown

NUMBER = "+17135550123"


def test_nothing_is_known_of_a_number_at_first() -> None:
    assert Directory().facts("p-1", NUMBER, 0) == NumberFacts(NUMBER)
    assert Directory().facts("p-1", "", 0) == NumberFacts("")


def test_a_list_is_a_persons_own() -> None:
    directory = Directory()
    directory.approve("p-1", NUMBER, at=0, by="sgt-12")
    assert directory.facts("p-1", NUMBER, 0, list_required=True) == NumberFacts(
        NUMBER, approved=True, list_required=True
    )
    assert not directory.facts("p-2", NUMBER, 0).approved


def test_blocks_are_of_three_kinds_and_lifted_one_by_one() -> None:
    directory = Directory()
    for kind in ("customer", "facility"):
        directory.block(NUMBER, kind=kind, at=0, by="desk", why="asked")
    directory.block("+1713", kind="prefix", at=0, by="desk", why="fraud")
    directory.block("+17", kind="prefix", at=0, by="desk", why="fraud")
    assert directory.facts("p-1", NUMBER, 0) == NumberFacts(
        NUMBER, customer=True, facility=True, prefix="+1713"
    )
    directory.unblock("+1713", kind="prefix", at=5, by="desk")
    directory.unblock(NUMBER, kind="customer", at=5, by="desk")
    assert directory.facts("p-1", NUMBER, 5) == NumberFacts(NUMBER, facility=True, prefix="+17")
    with pytest.raises(Unknown, match="entry to unblock"):
        directory.unblock(NUMBER, kind="customer", at=6, by="desk")


@given(st.sets(st.integers(1, 11)), st.sets(st.integers(0, 9)))
def test_the_longest_blocked_prefix_is_told(lengths: set[int], last_digits: set[int]) -> None:
    directory = Directory()
    # Prefixes of the number, and numbers that differ from it in the last digit at most.
    blocked = {NUMBER[: length + 1] for length in lengths}
    blocked |= {f"{NUMBER[:-1]}{digit}" for digit in last_digits}
    for prefix in blocked:
        directory.block(prefix, kind="prefix", at=0, by="desk", why="w")
    own = [prefix for prefix in blocked if NUMBER.startswith(prefix)]
    assert directory.facts("p-1", NUMBER, 0).prefix == max(own, key=len, default="")


def test_a_number_can_be_a_prefix_without_being_blocked_itself() -> None:
    directory = Directory()
    directory.block(NUMBER, kind="prefix", at=0, by="desk", why="w")
    facts = directory.facts("p-1", NUMBER, 0)
    assert (facts.facility, facts.customer, facts.prefix) == (False, False, NUMBER)


@pytest.mark.parametrize("kind", PRIVILEGES)
def test_a_privilege_is_for_everybody_or_for_one(kind: str) -> None:
    directory = Directory()
    directory.privilege(NUMBER, kind=kind, at=0, by="lt-3", until=10)
    directory.privilege("+17135550199", kind=kind, at=0, by="lt-3", person="p-1")
    assert directory.facts("p-2", NUMBER, 9).privileged == kind
    assert directory.facts("p-2", NUMBER, 10).privileged == ""
    assert directory.facts("p-1", "+17135550199", 0).privileged == kind
    assert directory.facts("p-2", "+17135550199", 0).privileged == ""
    directory.unprivilege("+17135550199", at=5, by="lt-3")
    assert directory.facts("p-1", "+17135550199", 5).privileged == ""


def test_a_watched_number_says_why() -> None:
    directory = Directory()
    directory.watch(NUMBER, at=5, by="inv-2", why="case 114")
    assert directory.facts("p-1", NUMBER, 4).hot == ""
    assert directory.facts("p-1", NUMBER, 5).hot == "case 114"
    directory.unwatch(NUMBER, at=9, by="inv-2")
    assert directory.facts("p-1", NUMBER, 9).hot == ""


@pytest.mark.parametrize(
    ("verb", "said", "error", "words"),
    [
        ("block", {"number": "411", "kind": "facility", "why": "w"}, InputError, "people have"),
        ("block", {"number": "1713", "kind": "prefix", "why": "w"}, InputError, "plus and digits"),
        ("block", {"number": "+", "kind": "prefix", "why": "w"}, InputError, "plus and digits"),
        ("block", {"number": "+١", "kind": "prefix", "why": "w"}, InputError, "plus and digits"),
        ("block", {"number": "+" + "1" * 16, "kind": "prefix", "why": "w"}, InputError, "at most"),
        ("block", {"number": 1, "kind": "prefix", "why": "w"}, InputTypeError, "must be text"),
        ("block", {"number": NUMBER, "kind": "custmer", "why": "w"}, InputError, "'customer'"),
        ("block", {"number": NUMBER, "kind": "facility", "why": ""}, InputError, "why must have"),
        ("unblock", {"number": NUMBER, "kind": "custmer"}, InputError, "'customer'"),
        ("privilege", {"number": NUMBER, "kind": "atorney"}, InputError, "'attorney'"),
        ("privilege", {"number": NUMBER, "kind": "clergy", "person": ""}, InputError, "person"),
        ("approve", {"person": "", "number": NUMBER}, InputError, "person must have"),
        ("approve", {"person": "p-1", "number": 7}, InputTypeError, "number must be text"),
        ("watch", {"number": "+1900", "why": "w"}, InputError, "people have"),
        ("unwatch", {"number": NUMBER}, Unknown, "entry to unwatch"),
        ("unprivilege", {"number": NUMBER}, Unknown, "entry to unprivilege"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_and_leaves_no_line(
    verb: str, said: dict[str, Any], error: type[Exception], words: str
) -> None:
    directory = Directory()
    with pytest.raises(error, match=words):
        getattr(directory, verb)(at=0, by="desk", **said)
    assert list(directory.log()) == []
