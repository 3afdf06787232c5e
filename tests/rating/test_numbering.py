"""Numbers: what E.164 is here, and the jurisdiction that facility and number make."""

from __future__ import annotations

from datetime import UTC, datetime

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import InputError
from securecall.rating.call import Call
from securecall.rating.numbering import (
    FOREIGN,
    NO_PLACE,
    STATES,
    area_regions,
    digits_of,
    jurisdiction,
    prefix_key,
    state_number,
)
from securecall.rating.tariff import Tariff

TERRITORIES = {"PR": ("787", "939"), "VI": ("340",), "GU": ("671",), "AS": ("684",), "MP": ("670",)}
CANADA = ("416", "604", "514", "709", "867", "902")
CARIBBEAN = {
    "BS": "242", "BB": "246", "AI": "264", "AG": "268", "VG": "284", "KY": "345", "BM": "441",
    "GD": "473", "TC": "649", "MS": "664", "SX": "721", "LC": "758", "DM": "767", "VC": "784",
    "DO": "809", "TT": "868", "KN": "869", "JM": "876",
}  # fmt: skip
TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")
PREMIUM, PERSONAL, GOVERNMENT = "900", ("500", "521", "533", "700"), "710"
NOBODY_S = ("211", "311", "555", "911", "999")


def to(area: str, state: str | None = "TX") -> str:
    return jurisdiction(f"+1{area}5550123", state)


def test_the_facility_s_state_is_intrastate_and_any_other_is_interstate() -> None:
    assert [to(area, "TX") for area in ("713", "214", "210")] == ["intrastate"] * 3
    assert to("212", "TX") == to("713", "NY") == "interstate"
    assert to("202", "DC") == "intrastate"
    assert to("202", "MD") == "interstate"


def test_a_territory_with_an_area_code_is_a_state() -> None:
    for territory, areas in TERRITORIES.items():
        for area in areas:
            assert to(area, territory) == "intrastate"
            assert to(area, "TX") == "interstate"
            assert to("713", territory) == "interstate"


@pytest.mark.parametrize("area", [*CANADA, *CARIBBEAN.values()])
def test_canada_and_the_caribbean_are_international(area: str) -> None:
    assert to(area) == "international"


def test_canada_s_own_numbers_without_a_place_are_international() -> None:
    assert to("600") == to("622") == "international"


@pytest.mark.parametrize("area", [*TOLL_FREE, PREMIUM, *PERSONAL, GOVERNMENT, *NOBODY_S])
def test_a_number_without_a_place_is_mixed(area: str) -> None:
    assert to(area) == "mixed"


@pytest.mark.parametrize("number", ["+525512345678", "+442071234567", "+7", "+999999999999999"])
def test_what_does_not_begin_with_1_is_international(number: str) -> None:
    assert jurisdiction(number, "TX") == jurisdiction(number, None) == "international"


def test_without_a_state_every_domestic_call_is_interstate() -> None:
    assert to("713", None) == "interstate"
    assert to("800", None) == "mixed"


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("+0123", "must begin with a country code"),
        ("+1", "must have ten digits"),
        ("+1713555012", "must have ten digits"),
        ("+171355501234", "must have ten digits"),
        ("+10235550123", "must have ten digits"),
        ("+11135550123", "must have ten digits"),
        ("", "'\\+' and 1 to 15 digits"),
        ("+", "'\\+' and 1 to 15 digits"),
        ("++1", "'\\+' and 1 to 15 digits"),
        ("+1 713 555 0123", "'\\+' and 1 to 15 digits"),
        ("+1234567890123456", "'\\+' and 1 to 15 digits"),
        ("٣٣٣", "'\\+' and 1 to 15 digits"),
        ("+1713555012\n", "'\\+' and 1 to 15 digits"),
    ],
)
def test_what_is_no_number_is_refused_with_the_rule_and_the_number(number: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule) as caught:
        jurisdiction(number, "TX")
    assert repr(number) in str(caught.value)


def test_the_plus_may_be_left_out() -> None:
    assert digits_of("17135550123") == digits_of("+17135550123") == "17135550123"
    assert jurisdiction("17135550123", "TX") == "intrastate"


def test_the_engine_s_table_says_of_every_area_code_what_jurisdiction_says() -> None:
    table = area_regions()
    assert len(table) == 1000
    for area in range(200, 1000):
        place = table[area]
        for state in (*STATES, None):
            said = to(str(area), state)
            if place == FOREIGN:
                assert said == "international"
            elif place == NO_PLACE:
                assert said == "mixed"
            elif state is not None and place == state_number(state):
                assert said == "intrastate"
            else:
                assert said == "interstate"


def test_every_state_has_an_area_code() -> None:
    assert {*area_regions()} - {FOREIGN, NO_PLACE} == {*range(1, len(STATES) + 1)}
    assert len(STATES) == 50 + 1 + len(TERRITORIES)


def test_the_table_agrees_with_phonenumbers_on_who_is_not_in_the_country() -> None:
    ours = {"US", "PR", "VI", "GU", "AS", "MP"}
    table = area_regions()
    for country, area in CARIBBEAN.items():
        number = phonenumbers.example_number(country)
        assert str(number.national_number)[:3] == area or country in ("DO", "JM", "KN")
        assert table[int(area)] == FOREIGN
    for area in range(200, 1000):
        # Of a code that a country other than ours may use, no number is domestic.
        number = phonenumbers.parse(f"+1{area}2345678")
        country = phonenumbers.region_code_for_number(number)
        if country is not None and country not in ours:
            assert table[area] == FOREIGN, (area, country)
        elif table[area] > 0:
            assert country in ours, (area, country)


def test_a_state_has_two_capital_letters_and_the_nearest_is_named() -> None:
    assert state_number("AK") == 1
    with pytest.raises(InputError) as caught:
        state_number("Tx")
    assert str(caught.value) == (
        "state must be a US state or territory such as 'TX', not 'Tx'; did you mean 'TX'?"
    )


digits = st.text("0123456789", min_size=1, max_size=15)


@given(digits, digits)
def test_a_prefix_sorts_before_everything_that_it_holds(one: str, other: str) -> None:
    begin, length = prefix_key(one)
    number, _ = prefix_key(other)
    assert (begin <= number < begin + 10 ** (16 - length)) == other.ljust(16, "0").startswith(one)


def test_a_mixed_call_is_reported_as_interstate_and_held_to_the_lower_ceiling() -> None:
    # From a jail of 2 000 in California: $0.10 between states, $0.07 within the state.
    tariff = Tariff.loads(
        '[[facility]]\nid = "f"\nkind = "jail"\nadp = 2000\nstate = "CA"\n'
        'timezone = "America/Los_Angeles"\ncontract = "c"\n[[contract]]\nid = "c"\n'
        '[[contract.rate]]\nid = "r"\n'
        'steps = [{ price = "1.00", per_ms = 60_000, increment_ms = 60_000 }]\n'
    )
    start = datetime(2026, 5, 1, 18, tzinfo=UTC)
    said = {
        area: tariff.rate(Call("f", f"+1{area}5550123", start, 60_000))
        for area in ("213", "212", "800", "999", "416")
    }
    assert {area: (one.jurisdiction, str(one.net)) for area, one in said.items()} == {
        "213": ("intrastate", "0.070000"),
        "212": ("interstate", "0.100000"),
        "800": ("interstate", "0.070000"),
        "999": ("interstate", "0.070000"),
        "416": ("international", "0.100000"),
    }
