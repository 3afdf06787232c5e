"""A tariff's values: frozen, compared by what they say and not by where they stand."""

from __future__ import annotations

import dataclasses
import pickle
from fractions import Fraction

import pytest

from securecall.money import Rounding
from securecall.rating import contract
from securecall.rating.contract import Contract, Deck, Document, Fee, Rate, Step, Tax, Where

STEP = Step(0, Fraction("0.12"), 60_000, 60_000)


def test_a_place_prints_as_file_line_and_key() -> None:
    assert str(Where("t.toml", 17, "contract[0].rate[2]")) == "t.toml:17: contract[0].rate[2]"
    assert str(Where("t.toml", None, "k")) == "t.toml: k"
    assert str(Where("t.toml", 3)) == "t.toml:3"
    assert str(Where()) == "<text>"


def test_a_step_s_price_is_exact_in_micro_dollars_a_millisecond() -> None:
    assert STEP.micros_per_ms == 2
    assert Step(0, Fraction("0.07"), 60_000, 1).micros_per_ms == Fraction(7, 6)
    assert Step(0, Fraction(1, 10**12), 7, 1).micros_per_ms == Fraction(1, 7 * 10**6)


def test_stated_counts_medium_and_bill_type_not_their_words() -> None:
    collect = frozenset({"collect"})
    assert Rate("r", ("any",), (STEP,)).stated == 0
    assert Rate("r", ("any",), (STEP,), medium="audio").stated == 1
    assert Rate("r", ("any",), (STEP,), bill_types=collect | {"prepaid"}).stated == 1
    assert Rate("r", ("any",), (STEP,), medium="audio", bill_types=collect).stated == 2


def test_where_a_thing_stands_is_no_part_of_what_it_is() -> None:
    here, there = Where("a", 1, "x"), Where("b", 2, "y")
    assert Rate("r", ("any",), (STEP,), where=here) == Rate("r", ("any",), (STEP,), where=there)
    assert Contract("c", (), where=here) == Contract("c", (), where=there)
    assert hash(Tax("t", Fraction(1), where=here)) == hash(Tax("t", Fraction(1), where=there))


def test_a_deck_s_row_is_a_rate_with_the_deck_s_options_and_its_own_price_and_place() -> None:
    options = Rate(
        "", (), (), medium="audio", switch="split", max_total=5, max_per_started_minute=Fraction(1),
        free_ms=1, min_total=2, final="prorate", priority=3, where=Where("t.toml", 9),
    )  # fmt: skip
    other = Step(0, Fraction(1), 1, 1)
    deck = Deck(
        options, (((STEP,), 7), ((other,), 8)), ("52", "44"), ("+52", "uk"), (1, 0), "d.csv", ""
    )
    assert deck.rate(1) == dataclasses.replace(
        options, id="uk", destinations=("+44",), steps=(STEP,), connect_fee=7
    )
    assert deck.rate(0).steps == (other,)
    assert str(deck.rate(1).where) == "d.csv: prefix +44"


def test_every_option_of_a_rate_reaches_the_rows_of_a_deck() -> None:
    marks = {
        field.name: object()
        for field in dataclasses.fields(Rate)
        if field.name not in ("id", "destinations", "steps", "connect_fee", "where")
    }
    deck = Deck(
        Rate("", (), (), **marks),
        (((STEP,), 0),),
        ("1",),
        ("+1",),
        (0,),
        "d",
        "",  # type: ignore[arg-type]
    )
    row = deck.rate(0)
    assert {name: getattr(row, name) for name in marks} == marks


@pytest.mark.parametrize("name", [name for name in contract.__all__ if name not in ("Moment",)])
def test_values_are_frozen_and_have_no_room_for_more(name: str) -> None:
    one = getattr(contract, name)
    assert dataclasses.is_dataclass(one)
    assert one.__dataclass_params__.frozen
    assert "__slots__" in vars(one)


def test_what_the_public_face_calls_the_default_is_the_default() -> None:
    rate = Rate("r", ("any",), (STEP,))
    assert (rate.switch, rate.final, rate.priority) == ("increment_start", "whole", 0)
    assert (rate.connect_fee, rate.free_ms, rate.min_total, rate.max_total) == (0, 0, 0, None)
    assert Tax("t", Fraction(1)).rounding == Rounding.parse("half_up", "0.01")
    assert Fee("f", "paper_bill").rounding == Rounding.parse("half_up", "0.01")
    assert (Fee("f", "paper_bill").base, Fee("f", "paper_bill").mode) == ("deposit", "deduct")


def test_a_document_pickles() -> None:
    document = Document("USD", Rounding(), (), (Contract("c", (Rate("r", ("any",), (STEP,)),)),))
    assert pickle.loads(pickle.dumps(document)) == document
