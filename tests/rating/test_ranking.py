"""Which of several rates applies, and ties that no rule breaks."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest

from securecall.rating.contract import Contract, Deck, Moment, Rate, Step
from securecall.rating.ranking import about_ms, is_local, rank, ties
from securecall.rating.windows import Window

STEPS = (Step(0, Fraction(1), 60_000, 60_000),)
NIGHT, DAY = (Window(from_ms=1, to_ms=2),), (Window(from_ms=2, to_ms=3),)
EAST = timezone(timedelta(hours=5))


def rate(name: str = "r", destinations: tuple[str, ...] = ("any",), **options: Any) -> Rate:
    return Rate(name, destinations, STEPS, **options)


def deck(prefixes: tuple[str, ...], **options: Any) -> Deck:
    return Deck(
        Rate("", (), (), **options), ((STEPS, 0),), prefixes, tuple("+" + p for p in prefixes),
        (0,) * len(prefixes), "az.csv", "",
    )  # fmt: skip


def reasons(*rates: Rate, decks: tuple[Deck, ...] = ()) -> list[str]:
    return [why for _, why in ties(Contract("c", rates, decks))]


# Order -------------------------------------------------------------------------------------------


def test_rates_of_one_destination_are_sorted_by_the_promised_rules_in_turn() -> None:
    # Each beats the one after it by the rule that it is named for, though it loses by all below.
    in_order = [
        rate("priority", priority=1),
        rate("both stated", medium="audio", bill_types=frozenset({"collect"})),
        rate("one stated", medium="video", when=NIGHT),
        rate("one stated, no windows", medium="audio", effective_from=date(2027, 1, 1)),
        rate("windows", when=DAY),
        rate("later", effective_from=date(2026, 1, 2)),
        rate("earlier", effective_from=date(2026, 1, 1)),
        rate("undated"),
        rate("low", priority=-1, medium="audio", bill_types=frozenset({"collect"}), when=DAY),
    ]
    mixed = random.Random(1).sample(in_order, len(in_order))
    assert sorted(mixed, key=rank) == in_order
    ranks = [rank(one) for one in in_order]
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize(
    ("moment", "local"),
    [
        (date(2026, 1, 1), True),
        (datetime(2026, 1, 1), True),
        (datetime(2026, 1, 1, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_a_moment_without_an_offset_is_the_wall_clock_s(moment: Moment | None, local: bool) -> None:
    assert is_local(moment) is local


def test_moments_are_ordered_as_if_every_wall_clock_were_utc() -> None:
    assert about_ms(date(1970, 1, 2), 0) == about_ms(datetime(1970, 1, 2), 0) == 86_400_000
    assert about_ms(datetime(1970, 1, 2, 5, tzinfo=EAST), 0) == 86_400_000
    assert about_ms(None, -7) == -7


# Ties --------------------------------------------------------------------------------------------


def test_two_rates_that_nothing_tells_apart_are_a_tie() -> None:
    [(told, why)] = ties(Contract("c", (rate("a"), rate("b"))))
    assert told is not None
    assert told.id == "b"
    assert why == (
        'and rate "a" (<text>) for any tie on a Monday at 00:00: same priority, and nothing else '
        "decides; give one of them a higher priority"
    )


def test_a_pair_is_told_once_however_many_destinations_it_shares() -> None:
    both = ("local", "+52", "any")
    assert len(reasons(rate("a", both), rate("b", both))) == 1
    assert len(reasons(rate("a"), rate("b"), rate("c"))) == 3


@pytest.mark.parametrize(
    "apart",
    [
        {"destinations": ("interstate",)},
        {"priority": 1},
        {"medium": "audio"},
        {"when": NIGHT},
        {"effective_from": date(2026, 1, 1)},
    ],
)
def test_whatever_puts_one_before_the_other_is_no_tie(apart: dict[str, Any]) -> None:
    assert reasons(rate("a"), rate("b", **apart)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"medium": "audio"}, {"medium": "video"}),
        ({"bill_types": frozenset({"collect"})}, {"bill_types": frozenset({"prepaid"})}),
        ({"when": NIGHT}, {"when": DAY}),
    ],
)
def test_rates_that_are_never_for_one_call_do_not_tie(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert reasons(rate("a", **one), rate("b", **other)) == []


def test_a_medium_stated_here_and_a_bill_type_there_tie() -> None:
    # Both state one: nothing says which of them is meant for an audio call billed collect.
    other = rate("b", bill_types=frozenset({"collect"}))
    assert len(reasons(rate("a", medium="audio"), other)) == 1


def test_windows_tie_only_at_a_time_that_both_hold_and_that_time_is_told() -> None:
    evening = (Window(frozenset({4}), False, 68_400_000, 90_000_000),)  # Friday 19:00 to 01:00
    saturday = (Window(frozenset({5}), False, 0, 86_400_000),)
    [why] = reasons(rate("a", when=evening), rate("b", when=saturday))
    assert "tie on a Saturday at 00:00" in why
    half_past_seven = (Window(frozenset({4}), False, 70_200_000, 70_260_000),)
    [why] = reasons(rate("a", when=evening), rate("b", when=half_past_seven))
    assert "tie on a Friday at 19:30" in why


def test_a_rate_that_ends_before_the_other_begins_does_not_tie() -> None:
    day = date(2026, 1, 1)
    first = rate("a", effective_to=day)
    assert reasons(first, rate("b", effective_from=day, priority=0)) == []
    assert reasons(first, rate("b", effective_to=day)) != []


def test_begins_by_the_clock_and_by_an_offset_within_two_days_of_each_other_tie() -> None:
    # Which is later depends on the zone; a file must not mean something else in each facility.
    one = rate("a", effective_from=date(2026, 4, 6))
    near = rate("b", effective_from=datetime(2026, 4, 6, 5, tzinfo=UTC))
    far = rate("b", effective_from=datetime(2026, 4, 9, 5, tzinfo=UTC))
    [why] = reasons(one, near)
    assert "begin within two days of each other, one by the wall clock and one by an offset" in why
    assert reasons(one, far) == []


# Decks -------------------------------------------------------------------------------------------


def test_a_rate_and_a_deck_tie_on_a_prefix_that_both_have() -> None:
    found = reasons(rate("a", ("+52",)), decks=(deck(("44", "52")),))
    assert found == [
        "<text> and az.csv both have +52 and tie on a Monday at 00:00: same priority, and nothing "
        "else decides"
    ]
    assert reasons(rate("a", ("+525",)), decks=(deck(("44", "52")),)) == []
    assert reasons(rate("a", ("+52",)), decks=(deck(("52",), priority=1),)) == []


def test_of_a_rate_and_a_deck_the_first_three_prefixes_are_told() -> None:
    found = reasons(rate("a", ("+1", "+2", "+3", "+4")), decks=(deck(("4", "3", "2", "1")),))
    assert [why.split(" both have ")[1][:2] for why in found] == ["+1", "+2", "+3"]


def test_two_decks_tie_on_the_first_three_prefixes_that_both_have() -> None:
    found = reasons(decks=(deck(("1", "2", "3", "4")), deck(("4", "3", "2", "1"))))
    assert [why.split(" and tie")[0] for why in found] == [
        f"az.csv and az.csv both have +{prefix}" for prefix in "123"
    ]
