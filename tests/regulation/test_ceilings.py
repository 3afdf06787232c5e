"""A ceiling and its parts."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.regulation.asking import ask

from securecall.regulation import Ceiling, ceiling
from securecall.regulation.ceilings import lower

D = Decimal


def test_the_first_four_fields_are_those_of_the_public_face() -> None:
    assert [one.name for one in fields(Ceiling)][:4] == [
        "per_minute",
        "source",
        "citation",
        "saved",
    ]
    assert Ceiling(None, "contract", "max_total").per_minute_exact is None


def test_a_ceiling_is_frozen_pickles_and_can_be_copied_with_what_it_saved() -> None:
    found = ask("2026-05-01").ceiling
    assert found is not None
    with pytest.raises(FrozenInstanceError):
        found.per_minute = D(1)  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(found)) == found
    assert replace(found, saved=D("0.10")).saved == D("0.10")


def test_the_exact_price_is_a_fraction() -> None:
    found = ask("2026-05-01", relay="tty").ceiling
    assert found is not None
    assert found.per_minute_exact == Fraction(25, 1000)


@pytest.mark.parametrize(
    ("additive", "price", "component"),
    [
        (None, "0.10", "0.02"),
        ("0.02", "0.10", "0.02"),
        ("0", "0.08", "0"),
        ("0.005", "0.085", "0.005"),
        ("0.5", "0.10", "0.02"),
    ],
)
def test_the_additive_of_2025_is_what_is_recovered_up_to_two_cents(
    additive: str | None, price: str, component: str
) -> None:
    found = ask("2026-05-01", additive=additive).ceiling
    assert found is not None
    assert (found.per_minute, found.base, found.facility_component) == (
        D(price),
        D("0.08"),
        D(component),
    )


@pytest.mark.parametrize("day", ["2022-01-01", "2025-09-01"])
@pytest.mark.parametrize(
    ("paid", "kind", "prison", "large", "small"),
    [
        (None, "contract", "0.12", "0.14", "0.21"),
        ("0.0004", "contract", "0.12", "0.14", "0.21"),
        ("0.0005", "contract", "0.121", "0.141", "0.21"),
        ("0.0137", "contract", "0.134", "0.154", "0.21"),
        ("0.02", "contract", "0.14", "0.16", "0.21"),
        ("0.9", "contract", "0.14", "0.16", "0.21"),
        ("0.0137", "law", "0.1337", "0.1537", "0.21"),
        ("0.07", "law", "0.19", "0.21", "0.21"),
        ("0.15", "law", "0.21", "0.21", "0.21"),
    ],
)
def test_commissions_pass_through_as_in_2021(
    *, day: str, paid: str | None, kind: str, prison: str, large: str, small: str
) -> None:
    commission = None if paid is None else {"per_minute": paid, "kind": kind}
    for facility, price in (
        ({"facility_kind": "prison", "adp": None}, prison),
        ({"adp": 1000}, large),
        ({"adp": 999}, small),
    ):
        found = ask(day, commission=commission, **facility).ceiling
        assert found is not None
        assert found.per_minute == D(price)


def test_the_additive_does_nothing_before_2025_and_the_commission_nothing_after() -> None:
    assert ask("2022-01-01", additive="0").ceiling == ask("2022-01-01").ceiling
    assert ask("2026-05-01", commission="0.02").ceiling == ask("2026-05-01").ceiling


@given(st.decimals(0, 1, places=12), st.decimals(0, "0.02", places=12))
def test_the_parts_add_up_whatever_the_host_s_decimal_context(cost: D, additive: D) -> None:
    with localcontext() as context:
        context.prec = 3
        found = ask(
            "2026-05-01",
            jurisdiction="international",
            relay="tty",
            termination_per_minute=cost,
            additive=additive,
        ).ceiling
    assert found is not None
    assert found.per_minute_exact == (Fraction("0.08") + Fraction(additive) + Fraction(cost)) / 4
    parts = [found.base, found.facility_component, found.termination]
    assert sum(Fraction(part) for part in parts if part is not None) == found.per_minute_exact


def test_an_international_ceiling_says_when_its_termination_cost_was_not_given() -> None:
    found = ask("2026-05-01", jurisdiction="international", destination="MX").ceiling
    assert found is not None
    assert found.per_minute == D("0.10")
    assert found.termination == 0
    assert found.citation.endswith("; termination cost to MX not given, counted as 0")


def test_termination_is_added_once_and_named() -> None:
    found = ask(
        "2022-06-01", jurisdiction="international", termination_per_minute="0.118", destination="MX"
    ).ceiling
    assert found is not None
    assert found.per_minute == D("0.258")
    assert found.citation.endswith("; with 0.118 for termination to MX")
    assert found.with_termination(D("0.5")) is found


def test_domestic_calls_have_no_termination_cost() -> None:
    one = ask("2026-05-01", termination_per_minute="0.118")
    assert one.ceiling == ask("2026-05-01").ceiling


def test_an_unknown_population_is_flagged_in_the_citation() -> None:
    found = ask("2026-05-01", adp=None).ceiling
    assert found is not None
    assert "population unknown, lowest ceiling of all jail tiers" in found.citation
    flat = ask("2015-05-01", adp=None).ceiling
    assert flat is not None
    assert "unknown" not in flat.citation


@pytest.mark.parametrize(
    ("day", "medium", "commission", "price"),
    [
        ("2026-05-01", "audio", None, "0.10"),
        ("2026-05-01", "video", None, "0.19"),
        ("2025-05-01", "audio", None, "0.06"),
        ("2025-05-01", "video", None, "0.11"),
        ("2025-02-01", "audio", None, "0.06"),
        ("2022-05-01", "audio", "0.02", "0.16"),
        ("2022-05-01", "audio", None, "0.14"),
    ],
)
def test_an_unknown_population_takes_the_lowest_of_all_tiers(
    day: str, medium: str, commission: str | None, price: str
) -> None:
    found = ask(day, adp=None, medium=medium, commission=commission).ceiling
    assert found is not None
    assert found.per_minute == D(price)


def test_the_face_s_ceiling_carries_its_candidates_and_they_do_not_count_as_value() -> None:
    found = ceiling(
        at=date(2026, 5, 1),
        medium="audio",
        jurisdiction="interstate",
        facility_kind="jail",
        adp=2000,
        bill_type="prepaid",
        state="TX",
    )
    assert found is not None
    assert found.candidates
    assert found == ask("2026-05-01").ceiling


def test_the_lower_of_two_is_the_first_on_a_tie() -> None:
    one, two = Ceiling(D("0.1"), "one", "c"), Ceiling(D("0.10"), "two", "c")
    assert lower(one, two) is one
    assert lower(two, one) is two
    assert lower(None, None) is None
    assert lower(one, Ceiling(None, "contract", "c")) is one
