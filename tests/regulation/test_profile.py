"""What a question says about the facility."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from securecall.errors import AmountOverflow, InputError, InputTypeError
from securecall.regulation.profile import Commission, Profile, adp_of


@pytest.mark.parametrize("adp", [99.5, Decimal("99.5"), Fraction(199, 2)])
def test_a_population_may_have_a_fraction(adp: Any) -> None:
    assert adp_of(adp) == Fraction(199, 2)


@pytest.mark.parametrize("adp", [-1, float("nan"), float("inf"), Decimal("NaN"), Decimal("-0.5")])
def test_a_population_is_a_number_of_0_or_more(adp: Any) -> None:
    with pytest.raises(InputError, match="adp must be 0 or more"):
        adp_of(adp)


@pytest.mark.parametrize("adp", ["100", True, [100]])
def test_a_population_is_a_number(adp: Any) -> None:
    with pytest.raises(InputTypeError, match="adp must be int"):
        adp_of(adp)


def test_a_prison_has_no_population() -> None:
    one = Profile.of(facility_kind="prison", adp=100)
    assert one == Profile.of(facility_kind="prison")
    assert not one.adp_unknown
    assert Profile.of(facility_kind="jail").adp_unknown


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None),
        ("0.02", Commission(Decimal("0.02"))),
        (Decimal("0.02"), Commission(Decimal("0.02"))),
        ({"per_minute": "0.02"}, Commission(Decimal("0.02"))),
        ({"per_minute": "0.02", "kind": "law"}, Commission(Decimal("0.02"), "law")),
        (Commission(Decimal("0.02"), "law"), Commission(Decimal("0.02"), "law")),
    ],
)
def test_a_commission_can_be_written_in_several_ways(value: Any, wanted: Any) -> None:
    assert Commission.of(value) == wanted


def test_a_commission_given_as_text_is_held_as_decimal() -> None:
    assert isinstance(Commission("0.02").per_minute, Decimal)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.02, InputTypeError, "commission must not be float"),
        (1, InputTypeError, "commission must not be int"),
        ("-0.02", InputError, "commission must be 0 or more"),
        ("1" * 20, AmountOverflow, "commission is beyond"),
        ({"per_minute": "0.02", "kind": "statute"}, InputError, "must be one of contract, law"),
        ({"per_minute": "0.02", "kin": "law"}, InputError, "did you mean 'kind'"),
        ({"kind": "law"}, InputError, "must have the key per_minute"),
    ],
)
def test_a_bad_commission_is_refused(value: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Commission.of(value)


@pytest.mark.parametrize(
    ("different", "error", "text"),
    [
        ({"facility_kind": "gaol"}, InputError, "facility_kind must be one of prison, jail"),
        ({"facility_kind": None}, InputTypeError, "facility_kind must be text"),
        ({"state": "tx"}, InputError, "did you mean 'TX'"),
        ({"state": 48}, InputTypeError, "state must be text"),
        ({"additive": 0.02}, InputTypeError, "additive must not be float"),
        ({"additive": "-0.01"}, InputError, "additive must be 0 or more"),
        ({"facility": 7}, InputTypeError, "facility must be text"),
    ],
)
def test_a_bad_part_is_refused_by_name(
    different: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        Profile.of(**{"facility_kind": "jail", **different})
