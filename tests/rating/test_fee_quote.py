"""What goes back of the fees when some of the credit does."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import fees as judge

from securecall.errors import AmountOverflow, InputError, InputTypeError
from securecall.money import dollars
from securecall.rating.fee_quote import FeeLine, FeeQuote

AMOUNTS = st.integers(0, 10**8) | st.integers(0, 10**17)


def quote(credited: int, *fees: int) -> FeeQuote:
    lines = tuple(
        FeeLine(f"fee{number}", "other", "", "deduct", fee, 0, "no_rule", "")
        for number, fee in enumerate(fees)
    )
    total = sum(fees)
    return FeeQuote("f", "card", "web", 0, credited + total, total, credited, 0, lines)


def test_a_full_refund_gives_every_fee_back() -> None:
    back = quote(7_000_000, 3_000_000, 0, 5_950_000).refund("7.00")
    assert (back.credited_back, back.fees_back) == (Decimal("7.00"), Decimal("8.95"))
    assert back.paid_back == Decimal("15.95")
    assert [(line.id, line.amount) for line in back.lines] == [
        ("fee0", Decimal("3.00")),
        ("fee2", Decimal("5.95")),
    ]


def test_a_part_gives_its_part_back_rounded_down_on_all_so_far() -> None:
    one = quote(3_000_000, 1_000_000)
    given_back = [one.refund("1.00", already).fees_back for already in ("0", "1.00", "2.00")]
    assert given_back == [Decimal("0.333333"), Decimal("0.333333"), Decimal("0.333334")]


@settings(deadline=None)
@given(
    fees=st.lists(AMOUNTS, max_size=4),
    pieces=st.lists(st.integers(1, 10**7) | st.integers(1, 10**15), min_size=1, max_size=8),
    rest=st.integers(0, 10**6),
)
def test_refunds_in_any_pieces_add_up_to_one_refund(
    fees: list[int], pieces: list[int], rest: int
) -> None:
    credited = sum(pieces) + rest
    one = quote(credited, *fees)
    already = 0
    totals = dict.fromkeys(one.fees_by_id, 0)
    given_back: list[list[int]] = []
    for piece in pieces:
        back = one.refund(dollars(piece), already=dollars(already))
        already += piece
        for line in back.lines:
            assert line.amount_micros >= 0
            totals[line.id] += line.amount_micros
        given_back.append([line.amount_micros for line in back.lines])
    charged = [fee for fee in fees if fee]
    for place, fee in enumerate(charged):
        assert [each[place] for each in given_back] == judge.refunds(fee, credited, pieces)
    at_once = one.refund(dollars(already))
    assert sum(totals.values()) == at_once.fees_back_micros <= sum(fees)
    if rest:
        at_once = one.refund(dollars(rest), already=dollars(already))
        assert sum(totals.values()) + at_once.fees_back_micros == sum(fees)


@pytest.mark.parametrize(
    ("amount", "already", "rule"),
    [
        ("0", "0", "amount must be more than 0, not 0"),
        ("-1", "0", "amount must be more than 0"),
        ("1", "-1", "already must be 0 or more, not -1"),
        ("7.01", "0", "not 7.01: \\$7.00 was credited, and \\$0.00 of it went back already"),
        ("5.00", "2.01", "not 5.00: \\$7.00 was credited, and \\$2.01 of it went back already"),
        ("1.0000001", "0", "at most 6 decimals"),
    ],
)
def test_no_more_goes_back_than_was_credited(amount: str, already: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        quote(7_000_000, 3_000_000).refund(amount, already)


@pytest.mark.parametrize(("amount", "already"), [(1, "0"), ("1", 0), (1.0, "0"), (True, "0")])
def test_refunds_of_numbers_that_are_no_money_are_refused(amount: Any, already: Any) -> None:
    with pytest.raises(InputTypeError):
        quote(7_000_000, 3_000_000).refund(amount, already)
    with pytest.raises(AmountOverflow):
        quote(7_000_000, 3_000_000).refund("1000000000000")


def test_nothing_credited_leaves_nothing_to_refund() -> None:
    with pytest.raises(InputError, match="at most what is left"):
        quote(0, 3_000_000).refund("0.01")


def test_kinds_that_occur_twice_are_summed() -> None:
    assert quote(1, 5, 7).fees_by_kind == {"other": 12}
    assert quote(1, 5, 7).fees_by_id == {"fee0": 5, "fee1": 7}


def test_refunds_pickle() -> None:
    back = quote(7_000_000, 3_000_000).refund("1.00")
    assert pickle.loads(pickle.dumps(back)) == back
