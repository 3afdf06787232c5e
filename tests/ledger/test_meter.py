"""Purses and meters: who pays what, in which order, and how it comes back."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat, curve_of
from tests.ledger.table import T0

from securecall.ledger.meter import Meter, Purse

PRORATED = {
    "rates": [[0, 600_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "final": "prorate_1s",
}


def test_a_purse_has_what_is_there_and_no_more_than_its_limit() -> None:
    purse = Purse("a", 100)
    assert purse.funds_micros == 100
    purse.left_micros = 30
    assert purse.funds_micros == 30
    purse.take(40)
    assert (purse.room_micros, purse.left_micros, purse.funds_micros) == (60, -10, 0)
    assert Purse("b", -5).funds_micros == 0


@pytest.mark.parametrize(
    ("split", "price", "paid"),
    [
        (False, 50, [("a", 50)]),
        (False, 60, [("b", 60)]),
        (False, 101, None),
        (True, 60, [("a", 50), ("b", 10)]),
        (True, 150, [("a", 50), ("b", 100)]),
        (True, 151, None),
        (False, 0, []),
    ],
)
def test_who_pays(split: bool, price: int, paid: list[tuple[str, int]] | None) -> None:
    purses = [Purse("a", 50), Purse("b", 100), Purse("c", -70)]
    meter = Meter("m", Flat(), T0, purses, split=split)
    assert meter.pay(price) == (paid is not None)
    assert [(purse.id, amount) for purse, amount in meter.takings] == (paid or [])


def test_takings_are_undone_last_first() -> None:
    purses = [Purse("a", 50), Purse("b", 100)]
    meter = Meter("m", Flat(), T0, purses, split=True)
    meter.pay(60)
    meter.give_back(15)
    assert [(purse.id, amount) for purse, amount in meter.takings] == [("a", 45)]
    assert [purse.room_micros for purse in purses] == [5, 100]


def test_an_increment_that_cannot_be_paid_whole_is_sold_by_the_second() -> None:
    purse = Purse("a", 25_000)
    meter = Meter("m", curve_of(PRORATED, T0), T0, [purse])
    now = T0
    while meter.ended_ms is None:
        meter.step(now)
        now = meter.due_ms
    assert (meter.bought_ms, meter.charged_micros) == (2_000, 20_000)
    assert meter.by_second == [(0, 60_000)]
    assert meter.reason == "balance"


def test_seconds_go_on_to_the_natural_end_and_then_whole_increments_resume() -> None:
    purse = Purse("a", 25_000)
    meter = Meter("m", curve_of(PRORATED, T0), T0, [purse])
    meter.step(T0)
    purse.room_micros += 5_000_000
    for second in range(1, 60):
        meter.step(T0 + second * 1_000)
    assert (meter.bought_ms, meter.in_seconds) == (60_000, False)
    meter.step(T0 + 60_000)
    assert meter.bought_ms == 120_000
    # A hangup that is reported late falls on the pieces as they were sold.
    assert [meter.owed_ms(ms) for ms in (0, 1, 1_000, 1_001, 59_500, 60_000, 60_001)] == [
        0, 1_000, 1_000, 2_000, 60_000, 60_000, 120_000,
    ]  # fmt: skip


def test_a_limit_ends_inside_an_increment_that_is_owed_whole() -> None:
    meter = Meter("m", Flat(), T0, [Purse("a", 10**9)], limit_ms=90_000)
    for at in (0, 60_000, 90_000):
        meter.step(T0 + at)
    assert (meter.ended_ms, meter.reason) == (T0 + 90_000, "limit")
    assert (meter.bought_ms, meter.charged_micros) == (120_000, 420_000)


@pytest.mark.parametrize(
    ("split", "rooms", "payer", "held"),
    [
        (False, (70, 0, 0), "a", 0),
        (False, (69, 70, 0), "b", 69),
        (False, (7, 69, 500), "c", 69),
        (False, (69, 0, 50), "a", 0),  # nobody
        (True, (0, 1, 500), "b", 0),
        (True, (0, 0, 0), "a", 0),
    ],
)
def test_who_pays_what_comes_next(
    split: bool, rooms: tuple[int, ...], payer: str, held: int
) -> None:
    purses = [Purse(name, room) for name, room in zip("abc", rooms, strict=True)]
    meter = Meter("c", Flat(70, 1_000), T0, purses, split=split)
    assert (meter.payer()[0].id, meter.payer()[1]) == (payer, held)


def test_what_costs_nothing_is_passed_over_to_see_who_pays() -> None:
    free = {**PRORATED, "rates": [[0, 0], [120_000, 600_000]]}
    purses = [Purse("a", 599_999), Purse("b", 600_000)]
    meter = Meter("c", curve_of(free, T0), T0, purses)
    assert (meter.payer()[0].id, meter.payer()[1]) == ("b", 599_999)
    never = Meter("c", Flat(0, 1_000), T0, purses)
    assert (never.payer()[0].id, never.payer()[1]) == ("a", 0)
    meter = Meter("c", TooMuch(), T0, purses)
    assert (meter.payer()[0].id, meter.payer()[1]) == ("a", 0)


class TooMuch(Flat):
    """Costs more than there are amounts."""

    def total_micros(self, bought_ms: int) -> int:
        raise OverflowError
