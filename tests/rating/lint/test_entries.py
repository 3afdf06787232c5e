"""Rates and decks as lint compares them: whom they serve, and which weaker rule puts one first."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from securecall.rating.contract import Contract, Deck, Rate, Step
from securecall.rating.lint.entries import Entry, decided_by, entries_of
from securecall.rating.windows import Window
from securecall.rating.words import BILL_TYPES, MEDIA

STEPS = (Step(0, Fraction(1), 60_000, 60_000),)
DEAR = (Step(0, Fraction(2), 60_000, 60_000),)
NIGHT = (Window(from_ms=1, to_ms=2),)


def rate(name: str = "r", **options: Any) -> Rate:
    return Rate(name, ("any", "+52"), STEPS, **options)


DECK = Deck(
    rate("", priority=1), ((STEPS, 7), (DEAR, 0)), ("52", "44", "33"), ("+52", "uk", "+33"),
    (0, 1, 0), "d.csv", "",
)  # fmt: skip


def test_rates_come_before_decks_and_each_has_its_number() -> None:
    entries = entries_of(Contract("c", (rate("a"), rate("b")), (DECK,)))
    assert [(one.number, one.name) for one in entries] == [
        (0, 'rate "a"'), (1, 'rate "b"'), (2, "deck d.csv"),
    ]  # fmt: skip


def test_what_is_left_out_serves_everything() -> None:
    [all_, some] = entries_of(
        Contract("c", (rate(), rate(medium="video", bill_types=frozenset({"collect"}))))
    )
    assert (all_.media, all_.bill_types) == (frozenset(MEDIA), frozenset(BILL_TYPES))
    assert (some.media, some.bill_types) == ({"video"}, {"collect"})


def test_a_deck_counts_its_prefixes_by_price_and_names_the_first_of_each() -> None:
    [deck] = entries_of(Contract("c", (), (DECK,)))
    assert deck.sharing == {0: 2, 1: 1}
    assert deck.first_row == {0: 0, 1: 1}
    assert (deck.priced(1).id, deck.priced(1).steps) == ("uk", DEAR)
    assert deck.destinations == {"+52", "+44", "+33"}
    [plain] = entries_of(Contract("c", (rate(),)))
    assert plain.priced(0) is plain.rate
    assert plain.destinations == {"any", "+52"}


def _pair(first: dict[str, Any], other: dict[str, Any]) -> tuple[Entry, Entry]:
    one, two = entries_of(Contract("c", (rate("a", **first), rate("b", **other))))
    return one, two


@pytest.mark.parametrize(
    ("first", "other", "why"),
    [
        ({"priority": 1}, {}, None),
        ({"medium": "audio"}, {}, "it states more of medium and bill types"),
        (
            {"medium": "audio", "bill_types": frozenset({"collect"})},
            {"medium": "audio", "when": NIGHT},
            "it states more of medium and bill types",
        ),
        ({"when": NIGHT}, {}, "it has windows and the other has none"),
        ({"effective_from": date(2026, 1, 1)}, {}, None),
        (
            {"effective_from": date(2026, 1, 1), "when": NIGHT},
            {"when": (Window(from_ms=0, to_ms=3),)},
            "its effective_from is later",
        ),
        (
            {"effective_from": date(2026, 1, 1), "medium": "audio"},
            {"bill_types": frozenset({"collect"})},
            "its effective_from is later",
        ),
    ],
)
def test_a_weaker_rule_than_priority_is_named_unless_a_price_is_raised(
    first: dict[str, Any], other: dict[str, Any], why: str | None
) -> None:
    assert decided_by(*_pair(first, other)) == why
