"""The doors of the fee engine: what the face must never hand in is refused, not read."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from securecall import _fees

OF_DEPOSIT = -1
HALF_UP = 2


def fee(**changes: int) -> list[int]:
    """Return the numbers of a fee of 10 % of the deposit, to the cent, the long way."""
    numbers = {
        "flat": 0, "numerator": 1, "denominator": 10, "unit": 10_000, "cap": -1, "base": OF_DEPOSIT,
        "mode": HALF_UP, "added": 0, "short_base": -1, "short_flat": 0, "short_divisor": 0,
    }  # fmt: skip
    return list((numbers | changes).values())


def stack(*fees: list[int]) -> _fees.Stack:
    return _fees.Stack(array("q", [number for each in fees for number in each]))


def test_the_long_and_the_short_way_agree() -> None:
    short = {"short_base": 1 << 50, "short_flat": 0, "short_divisor": 100_000}
    for deposit in (0, 1, 49_999, 50_000, 10**15):
        one, other = stack(fee()).quote(deposit), stack(fee(**short)).quote(deposit)
        assert one == other


def test_the_largest_numbers_stay_exact() -> None:
    largest = 999_999_999_999_999_999
    found = stack(fee(flat=largest, numerator=10, denominator=1, cap=5)).quote(largest)
    assert found[:2] == (4, 0)  # what is removed overflows
    found = stack(fee(numerator=10**14 - 1, denominator=10**14, unit=1)).quote(largest)
    assert found[4] == largest - (largest * (10**14 - 1) * 2 + 10**14) // (2 * 10**14)


def test_a_stack_of_more_fees_than_fit_on_the_c_stack() -> None:
    found = stack(*[fee(numerator=0, denominator=1, flat=10_000)] * 40).quote(10**6)
    assert found[4] == 10**6 - 40 * 10_000
    assert len(found[6]) == len(found[7]) == 40


@pytest.mark.parametrize(
    "fees",
    [
        [[1, 2]],
        [fee(denominator=0)],
        [fee(unit=0)],
        [fee(base=0)],
        [fee(base=-4)],
        [fee(), fee(base=1)],
    ],
)
def test_fees_that_make_no_stack_are_refused(fees: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"must|has"):
        stack(*fees)


@pytest.mark.parametrize("rows", [None, [1], array("i", [1] * 11), array("q", [1] * 22)[::2]])
def test_other_arrays_are_refused(rows: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        _fees.Stack(rows)


def test_a_deposit_must_be_an_amount() -> None:
    for deposit in (-1, 10**18):
        with pytest.raises(ValueError, match="must be an amount"):
            stack().quote(deposit)
    with pytest.raises(OverflowError):
        stack().quote(1 << 63)


def rows(**changes: Any) -> list[Any]:
    """Return good arguments of ``quote_rows`` for two rows, with some replaced."""
    arguments: dict[str, Any] = {
        "stacks": [stack(fee())],
        "starts": array("q", [0]),
        "stack_at": array("i", [0]),
        "first": array("i", [0, 1]),
        "table": array("i", [0]),
        "method_codes": 1,
        "channel_codes": 1,
        "facility": (array("i", [0, 0]), array("i", [-1, 0])),
        "method": (array("i", [-1, -1]), array("i", [0])),
        "channel": (array("i", [-1, -1]), array("i", [0])),
        "at": array("q", [0, 0]),
        "at_unit": 1,
        "at_divisor": 1,
        "cents": array("q", [100, 100]),
        "status": array("b", [0, 0]),
        "amounts": array("q", [0] * 16),
        "valid": array("B", [0]),
    }
    return list((arguments | changes).values())


def test_rows_are_quoted() -> None:
    amounts, valid = array("q", [0] * 16), array("B", [0])
    counts = _fees.quote_rows(*rows(amounts=amounts, valid=valid))
    assert counts == [0, 0, 0, 0, 0, 2]
    assert list(amounts[:4]) == [1_000_000, 0, 1_000_000, 0]  # paid
    assert list(amounts[8:12]) == [900_000, 0, 900_000, 0]  # credited
    assert valid[0] == 0b11


@pytest.mark.parametrize(
    "changes",
    [
        {"at": array("q", [0])},
        {"cents": array("q", [0])},
        {"valid": array("B", [])},
        {"amounts": array("q", [0] * 15)},
        {"at_divisor": 0},
        {"method_codes": 0},
        {"stack_at": array("i", [1])},
        {"stack_at": array("i", [0, 0])},
        {"first": array("i", [])},
        {"first": array("i", [0, 2])},
        {"first": array("i", [1, 1])},
        {"table": array("i", [1])},
        {"facility": (array("i", [0]), array("i", [-1, 0]))},
        {"facility": (array("i", [0, 0]), array("i", [-1, 1]))},
        {"facility": (array("i", [0, 0]), array("i", []))},
        {"method": (array("i", [0, 0]), array("i", [-1]))},
        {"channel": (array("i", [0, 0]), array("i", [1]))},
    ],
    ids=str,
)
def test_rows_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        _fees.quote_rows(*rows(**changes))


@pytest.mark.parametrize("name", ["stacks", "starts", "table", "facility", "at", "cents", "status"])
def test_nothing_is_refused(name: str) -> None:
    with pytest.raises(TypeError):
        _fees.quote_rows(*rows(**{name: None}))


def test_an_index_beyond_the_dictionary_counts_as_a_null() -> None:
    status = array("b", [9, 9])
    facility = (array("i", [7, -7]), array("i", [-1, 0]))
    _fees.quote_rows(*rows(facility=facility, status=status))
    assert list(status) == [0, 0]


def test_no_rows_and_no_facilities_are_fine() -> None:
    empty = {
        name: array(code)
        for name, code in {"at": "q", "cents": "q", "status": "b", "amounts": "q"}.items()
    }
    words = {name: (array("i"), array("i", [0])) for name in ("facility", "method", "channel")}
    assert _fees.quote_rows(*rows(**empty, **words)) == [0] * 6
    nothing = {"starts": array("q"), "stack_at": array("i"), "first": array("i", [0])}
    nowhere = (array("i", [0, 0]), array("i", [-1, -1]))
    counts = _fees.quote_rows(*rows(**nothing, table=array("i"), stacks=[], facility=nowhere))
    assert counts == [2, 0, 0, 0, 0, 0]


def test_offsets_that_lie_point_at_nothing() -> None:
    cents = array("q", [0] * 3)
    _fees.cents_of_text(array("q", [0, 4, 2, 99]), b"1.00", cents)
    assert list(cents) == [100, -1, -1]
    with pytest.raises(ValueError, match="offsets are too few"):
        _fees.cents_of_text(array("q", [0, 4]), b"1.00", cents)
    with pytest.raises(ValueError, match="values are too few"):
        _fees.cents_of_decimals(bytes(47), 2, cents)


@pytest.mark.parametrize("scale", [-38, -2, 0, 2, 6, 38])
def test_decimals_of_any_scale(scale: int) -> None:
    values = [0, 1, -1, 10**38 - 1, 25 * 10**scale if 0 <= scale < 37 else 1]
    content = b"".join(value.to_bytes(16, "little", signed=True) for value in values)
    cents = array("q", [0] * len(values))
    _fees.cents_of_decimals(content, scale, cents)
    most = 99_999_999_999_999
    for value, found in zip(values, cents, strict=True):
        exact, rest = divmod(value * 100 * 10 ** max(-scale, 0), 10 ** max(scale, 0))
        assert found == (exact if not rest and 0 < exact <= most else -1)
