"""The table of precedence, row by row and rule against rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.dialled import dialled
from securecall.calls.number_rules import (
    PRECEDENCE,
    PRIVILEGES,
    NumberFacts,
    Precedence,
    refused_by,
    table,
)
from securecall.calls.reasons import CODES

ROOT = Path(__file__).parents[2]
PLAIN = NumberFacts("+17135550123")
# What makes each refusal hold, and nothing else.
MAKES: dict[str, NumberFacts] = {
    "number_invalid": NumberFacts("12"),
    "number_service_code": NumberFacts("411"),
    "number_premium": NumberFacts("+19005550123"),
    "number_toll_free": NumberFacts("+18005550123"),
    "number_blocked_customer": replace(PLAIN, customer=True),
    "number_blocked_facility": replace(PLAIN, facility=True),
    "number_blocked_prefix": replace(PLAIN, prefix="+1713"),
    "number_not_approved": replace(PLAIN, list_required=True),
}
ALLOWS: dict[str, dict[str, Any]] = {
    "privileged": {"privileged": "attorney"},
    "approved": {"approved": True},
    "relay": {"relay": True},
}


def test_nothing_known_is_nothing_refused() -> None:
    assert refused_by(PLAIN) == ()


@pytest.mark.parametrize("row", PRECEDENCE, ids=lambda row: row.code)
def test_a_refusal_stands_until_something_beats_it(row: Precedence) -> None:
    facts = MAKES[row.code]
    assert refused_by(facts) == (row.code,)
    for name, allows in ALLOWS.items():
        found = refused_by(replace(facts, **allows))
        assert found == (() if name in row.beaten_by else (row.code,)), name


@pytest.mark.parametrize("kind", PRIVILEGES)
def test_every_privilege_beats_the_same(kind: str) -> None:
    assert refused_by(NumberFacts("+18005550123", prefix="+1800", privileged=kind)) == ()


# The table again, by hand: what the decisions of the page say, each in its own words.
@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        # Whoever asked not to be called is not, not even by a client.
        (replace(PLAIN, customer=True, privileged="attorney", approved=True),
         ("number_blocked_customer",)),
        # A decision about this one number stands against counsel and list.
        (replace(PLAIN, facility=True, privileged="attorney", approved=True),
         ("number_blocked_facility",)),
        # An approved number of a blocked country may be called.
        (NumberFacts("+525555551234", prefix="+52", approved=True, list_required=True), ()),
        (NumberFacts("+525555551234", prefix="+52", list_required=True),
         ("number_blocked_prefix", "number_not_approved")),
        # A relay service is a way to a number, but not out of a blocked area.
        (NumberFacts("+18005550123", prefix="+1800", relay=True), ("number_blocked_prefix",)),
        # All that is found is told, in order.
        (replace(PLAIN, customer=True, facility=True, prefix="+1", list_required=True),
         ("number_blocked_customer", "number_blocked_facility", "number_blocked_prefix",
          "number_not_approved")),
        # Where there is nobody to call, lists are not asked.
        (NumberFacts("411", customer=True, facility=True), ("number_service_code",)),
        (NumberFacts("+19005550123", approved=True, privileged="clergy", relay=True),
         ("number_premium",)),
    ],
)  # fmt: skip
def test_the_table_by_hand(facts: NumberFacts, refused: tuple[str, ...]) -> None:
    assert refused_by(facts) == refused


NUMBERS = ("+17135550123", "+18005550123", "+19005550123", "411", "12")


def plainly(facts: NumberFacts) -> set[str]:
    """Return what refuses a number, as one would say it without any table."""
    kind = dialled(facts.number)
    if kind == "invalid":
        return {"number_invalid"}
    if kind == "service":
        return {"number_service_code"}
    found = set()
    if kind == "premium":
        found.add("number_premium")
    if kind == "toll_free" and not facts.privileged and not facts.relay:
        found.add("number_toll_free")
    if facts.customer:
        found.add("number_blocked_customer")
    if facts.facility:
        found.add("number_blocked_facility")
    counsel_or_family = facts.approved or facts.privileged
    if facts.prefix and not counsel_or_family:
        found.add("number_blocked_prefix")
    if facts.list_required and not counsel_or_family and not facts.relay:
        found.add("number_not_approved")
    return found


def test_all_combinations_are_as_plain_words_say() -> None:
    for number, flags in product(NUMBERS, product((False, True), repeat=7)):
        customer, facility, prefix, approved, required, privileged, relay = flags
        facts = NumberFacts(
            number, customer, facility, "+1" if prefix else "", approved, required,
            "attorney" if privileged else "", relay,
        )  # fmt: skip
        found = refused_by(facts)
        assert set(found) == plainly(facts)
        assert list(found) == sorted(found, key=CODES.index)


@given(st.sampled_from(NUMBERS), st.tuples(*[st.booleans()] * 7))
def test_a_hot_number_refuses_nothing(number: str, flags: tuple[bool, ...]) -> None:
    customer, facility, _, approved, required, _, relay = flags
    facts = NumberFacts(
        number, customer, facility, approved=approved, list_required=required, relay=relay
    )
    assert refused_by(replace(facts, hot="tip of 3 May")) == refused_by(facts)


def test_the_page_has_the_table() -> None:
    assert table() in (ROOT / "docs" / "calls.md").read_text(encoding="utf-8")
