"""Every kind of number that a contract tells apart, with a number of each that can be dialled."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from securecall.rating.contract import Contract, Deck, Rate, Step
from securecall.rating.lint.entries import Entry, entries_of
from securecall.rating.lint.numberspace import ODD, number_groups
from securecall.rating.numbering import FOREIGN, area_regions, state_number

STEPS = (Step(0, Fraction(1), 60_000, 60_000),)


def entries(*destinations: tuple[str, ...], deck: tuple[str, ...] = ()) -> list[Entry]:
    rates = tuple(Rate(f"r{n}", each, STEPS, priority=-n) for n, each in enumerate(destinations))
    decks = (
        Deck(Rate("", (), ()), ((STEPS, 0),), deck, deck, (0,) * len(deck), "d.csv", ""),
    ) if deck else ()  # fmt: skip
    return entries_of(Contract("c", rates, decks))


def test_without_prefixes_numbers_differ_by_their_place_only() -> None:
    groups, _ = number_groups(entries(("any",)))
    assert {group.place for group in groups} == {*area_regions()}
    assert all(group.levels == () for group in groups)


def test_a_longer_prefix_holds_what_the_shorter_one_does_behind_its_own() -> None:
    groups, _ = number_groups(entries(("+52",), ("+5255",), ("+5255", "+52")))
    levels = {group.levels for group in groups if group.place == FOREIGN}
    # None; +52: r0 before r2, by priority; +5255: r1 before r2, then r0 (r2 stands there already).
    assert levels == {(), ((0, 2),), ((1, 2), (0,))}


def test_a_region_without_a_number_is_left_out() -> None:
    every_digit = tuple(f"52{digit}" for digit in range(10))
    groups, regions = number_groups(entries(deck=("52", *every_digit)))
    reached = {row for region in regions for _, row in region.rows}
    # Numbers of just two digits begin with 52 and with no longer prefix.
    assert [region.number for region in regions if region.rows == ((0, 0),)] == ["52"]
    assert reached == set(range(11))
    assert all(group.number for group in groups)


def test_domestic_numbers_have_ten_digits_after_the_1_so_a_covered_prefix_is_left_out() -> None:
    covered = tuple(f"1713{digit}" for digit in range(10))
    _, regions = number_groups(entries(deck=("1713", *covered)))
    assert 0 not in {row for region in regions for _, row in region.rows}


def test_local_prefixes_and_termination_costs_tell_numbers_apart() -> None:
    groups, _ = number_groups(entries(("any",)), ["1713", "17135"], ["52", "525"])
    texas = {g.locals for g in groups if g.place == state_number("TX")}
    assert texas == {frozenset(), frozenset({"1713"}), frozenset({"1713", "17135"})}
    abroad = {g.terminations for g in groups if g.place == FOREIGN}
    assert abroad == {(), (0,), (1, 0)}


def test_numbers_that_are_not_e_164_count_only_where_they_are_asked_for() -> None:
    assert not [g for g in number_groups(entries(("+0",)))[0] if g.place == ODD]
    odd = [g for g in number_groups(entries(("+0",)), odd=True)[0] if g.place == ODD]
    assert {g.levels for g in odd} == {(), ((0,),)}
    assert all(g.number[0] in "01" for g in odd)


def test_a_deck_has_a_number_for_each_of_its_prices() -> None:
    deck = Deck(
        Rate("", (), ()), ((STEPS, 0), (STEPS, 1)), ("44", "52", "53"), ("", "", ""), (0, 1, 1),
        "d.csv", "",
    )  # fmt: skip
    groups, _ = number_groups(entries_of(Contract("c", (), (deck,))))
    numbers = {key: number[:2] for group in groups for key, number in group.prices.items()}
    assert numbers == {(0, 0): "44", (0, 1): "52"}


prefixes = st.lists(
    st.sampled_from(("1", "17", "171", "1713", "17135", "1212", "5", "52", "525", "0", "4")),
    min_size=1, max_size=6, unique=True,
)  # fmt: skip


@given(st.lists(prefixes, min_size=1, max_size=3), prefixes)
def test_the_levels_of_a_number_are_the_prefixes_that_it_begins_with_longest_first(
    drawn: list[list[str]], local: list[str]
) -> None:
    whole = entries(*(tuple("+" + prefix for prefix in each) for each in drawn))
    groups, regions = number_groups(whole, local)
    places = area_regions()
    for region in regions:
        group, number = groups[region.group], region.number
        plain: list[tuple[int, ...]] = []
        for length in range(len(number), 0, -1):
            known = {entry for level in plain for entry in level}
            level = tuple(
                n for n, each in enumerate(drawn) if number[:length] in each and n not in known
            )
            if level:
                plain.append(level)
        assert group.levels == tuple(plain)
        assert group.locals == {prefix for prefix in local if number.startswith(prefix)}
        digits = number
        foreign = digits[0] != "1"
        assert group.place == (FOREIGN if foreign else places[int(digits[1:4])])
        assert 1 <= len(digits) <= 15
        assert foreign or len(digits) == 11
