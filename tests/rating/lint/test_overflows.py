"""Prices so high that an ordinary call cannot be counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rating.lint.small import found, only, rate, small, sold

from securecall.errors import AmountOverflow
from securecall.rating.call import Call
from securecall.rating.lint.overflows import countable_ms

HEADER = "prefix,price,per_ms,initial_ms,increment_ms\n"
HOUR = 3_600_000


def per_ms(price: str) -> str:
    return f'steps = [{{ price = "{price}", per_ms = 1, increment_ms = 1 }}]'


def test_the_shortest_call_that_cannot_be_counted_is_told() -> None:
    # A million dollars a millisecond: 999 999 ms are 999 999 000 000 dollars, one more is beyond.
    tariff = small(rate("r", steps=per_ms("1000000")), regulation="none")
    finding = only(tariff, "overflow")
    assert finding.severity == "error"
    assert isinstance(finding.witness, Call)
    assert finding.message == (
        f'rate "r": a call of 1000 s to {finding.witness.number} costs more than can be counted '
        "and is rejected"
    )
    assert finding.witness.duration_ms == 1_000_000
    shorter = replace(finding.witness, duration_ms=999_999)
    assert str(tariff.rate(shorter).total) == "999999000000.000000"


def test_a_call_is_at_most_as_long_as_the_facility_lets_it_be() -> None:
    text = rate("r", steps=per_ms("1000000"))
    assert found(small(text, regulation="none", max_call_ms=999_999)) == []
    assert len(found(small(text, regulation="none", max_call_ms=1_000_000))) == 1


def test_without_a_longest_call_a_day_is_looked_at() -> None:
    # A day at 11 574 dollars a millisecond is a hair below the bound, and at 11 575 beyond.
    assert found(small(rate("r", steps=per_ms("11574")), regulation="none")) == []
    finding = only(small(rate("r", steps=per_ms("11575")), regulation="none"), "overflow")
    assert isinstance(finding.witness, Call)
    assert finding.witness.duration_ms == 10**12 // 11_575 + 1


def test_a_price_of_a_deck_is_told_with_a_number_of_its_own_and_how_many_share_it() -> None:
    deck = HEADER + "52,1000000,1,1,1\n5255,1000000,1,1,1\n44,0.05,60000,60000,60000\n"
    here = '[[contract.deck]]\nfile = "d.csv"\n'
    tariff = small(rate("all"), here, decks={"d.csv": deck}, regulation="none")
    finding = only(tariff, "overflow")
    assert finding.prefixes == 2
    assert isinstance(finding.witness, Call)
    assert finding.witness.number.startswith("+52")


def test_a_tax_may_lift_a_call_beyond() -> None:
    # 9 dollars a millisecond for a day is below the bound; with a tax of 1000 % it is not.
    tax = '[[tax]]\nid = "t"\npercent = "1000"\n'
    tariff = small(rate("r", steps=per_ms("9000")), regulation="none", tail=tax)
    finding = only(tariff, "overflow")
    assert isinstance(finding.witness, Call)
    with pytest.raises(AmountOverflow):
        tariff.rate(finding.witness)


def test_how_long_a_call_can_be_counted_is_exact() -> None:
    tariff = small(rate("r", steps=per_ms("1000000")), regulation="none")
    call = Call("f", "+17135550123", 1_777_658_400_000, 1)
    assert countable_ms(tariff, call, 24 * HOUR) == 999_999
    assert countable_ms(tariff, call, 999_999) == 999_999
    assert countable_ms(tariff, call, 5) == 5


def test_a_call_of_which_nothing_can_be_counted_has_none() -> None:
    tariff = small(rate("r", steps=sold("999999999999", 120_000)), regulation="none")
    assert countable_ms(tariff, Call("f", "+17135550123", 1_777_658_400_000, 1), HOUR) == 0
