"""Reading a table: each kind of value, what is said when it is another, every fault at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from securecall.errors import TariffError
from securecall.money import Rounding
from securecall.rating.toml_table import Source, Table


def table(text: str) -> Table:
    return Source(text, "t.toml").root()


def said(root: Table) -> list[str]:
    return [str(fault) for fault in root.source.faults]


# What is no TOML ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb = \n", "t.toml:2: TOML: "),
        ("a = 1\n[b", "t.toml:2: TOML: "),
        ("a = 1\n\na = 2\n", "t.toml:3: TOML: "),
        ("a = '''\n1\n", "t.toml:3: TOML: "),
        ("a = " + "9" * 5000, "t.toml: TOML: Exceeds the limit"),
        ("a = " + "[" * 100_000, "t.toml: TOML: is nested too deeply"),
        ("a = 1\nb = '\ud800'", "t.toml:2: text: must be UTF-8"),
    ],
)
def test_a_text_that_is_no_toml_is_one_fault_with_its_line(text: str, said: str) -> None:
    with pytest.raises(TariffError) as caught:
        Source(text, "t.toml")
    [fault] = caught.value.faults
    assert str(fault).startswith(said)


# Kinds of values ---------------------------------------------------------------------------------


def test_a_value_of_another_kind_is_told_with_what_it_must_be() -> None:
    root = table('a = 5\nb = ""\nc = "x"\nd = true\ne = 1.5\nf = "7"\ng = 3\nh = { x = 1 }\n')
    assert root.text("a") is None
    assert root.text("b") is None
    assert root.whole("c", 0, 9) is None
    assert root.whole("d", 0, 9) is None  # a truth is no whole number, though Python says so
    assert root.whole("e", 0, 9) is None
    assert root.flag("f", False) is False
    assert root.tables("g") == []
    assert root.text("h") is None
    assert root.text("i") is None
    assert said(root) == [
        "t.toml:1: a = 5: must be text in quotes",
        't.toml:2: b = "": must not be empty',
        't.toml:3: c = "x": must be a whole number from 0 to 9',
        "t.toml:4: d = true: must be a whole number from 0 to 9",
        "t.toml:5: e = 1.5: must be a whole number from 0 to 9",
        't.toml:6: f = "7": must be true or false',
        "t.toml:7: g = 3: must be tables headed [[g]]",
        "t.toml:8: h = { x = 1 }: must be text in quotes",
        "t.toml: i: is missing; it must be text in quotes",
    ]


def test_a_default_stands_for_what_is_missing_and_is_no_fault() -> None:
    root = table("")
    assert root.text("a", None) is None
    assert root.word("b", ("x", "y"), "x") == "x"
    assert root.words("c", None, ("any",)) == ("any",)
    assert root.amount("d", 0) == 0
    assert root.price("e", None) is None
    assert root.whole("f", 0, 9, 5) == 5
    assert root.moment("g") is None
    assert root.clock("h", 3) == 3
    assert said(root) == []


def test_a_bad_value_with_a_default_is_a_fault_all_the_same() -> None:
    root = table('a = "z"\nb = 12\nc = "1.2.3"\n')
    assert root.word("a", ("x", "y"), "x") == "x"
    assert root.whole("b", 0, 9, 5) == 5
    assert root.amount("c", 7) == 7
    assert len(said(root)) == 3


def test_a_word_of_a_closed_list_is_told_with_the_list_and_the_nearest() -> None:
    root = table('kind = "jial"\n')
    assert root.word("kind", ("prison", "jail")) is None
    assert said(root) == [
        't.toml:1: kind = "jial": must be one of "prison", "jail"; did you mean \'jail\'?'
    ]


def test_every_word_of_a_list_is_told_at_its_own_place_and_line() -> None:
    root = table('days = [\n  "mon",\n  3,\n  "mon",\n  "tues",\n  "fri",\n]\n')
    assert root.words("days", ("mon", "tue", "fri")) == ("mon", "fri")
    one_of = 'must be one of "mon", "tue", "fri"'
    assert said(root) == [
        "t.toml:3: days[1] = 3: must be text in quotes",
        't.toml:4: days[2] = "mon": stands here twice',
        f"t.toml:5: days[3] = \"tues\": {one_of}; did you mean 'tue'?",
    ]


def test_words_keep_their_places_when_others_are_wrong() -> None:
    root = table('local = [1713, "a", "a", "b"]\n')
    assert root.placed("local", None) == ((1, "a"), (3, "b"))


def test_an_empty_list_is_told_apart_from_a_missing_one() -> None:
    root = table("days = []\n")
    root.words("days", ("mon",), None)
    assert said(root) == ['t.toml:1: days = []: must not be empty; leave it out or list "mon"']


def test_milliseconds_go_to_366_days() -> None:
    root = table("a = 31_622_400_000\nb = 31_622_400_001\nc = 0\n")
    assert root.milliseconds("a", 1) == 366 * 86_400_000
    assert root.milliseconds("b", 1) is None
    assert root.milliseconds("c", 1) is None
    rule = "must be a whole number from 1 to 31622400000"
    assert said(root) == [f"t.toml:2: b = 31622400001: {rule}", f"t.toml:3: c = 0: {rule}"]


# Money -------------------------------------------------------------------------------------------


def test_money_is_written_in_quotes() -> None:
    root = table('a = "0.50"\nb = 0.50\nc = 1\nd = "0.07"\ne = 0.07\n')
    assert root.amount("a") == 500_000
    assert root.amount("b") is root.amount("c") is None
    assert root.price("d") == Fraction(7, 100)
    assert root.price("e") is None
    assert said(root) == [
        "t.toml:2: b = 0.5: must be dollars in quotes, such as '0.50'",
        "t.toml:3: c = 1: must be dollars in quotes, such as '0.50'",
        "t.toml:5: e = 0.07: must be a decimal number in quotes, such as '0.07'",
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("-0.01", "must be 0 or more"),
        ("0.0000001", "must have at most 6 decimals"),
        ("five", "must be plain decimal digits such as '25.00'"),
        ("1000000000000", "is beyond 999 999 999 999.999999 dollars: 1000000000000"),
    ],
)
def test_an_amount_is_told_by_the_rule_that_it_breaks(text: str, rule: str) -> None:
    root = table(f'connect_fee = "{text}"\n')
    assert root.amount("connect_fee") is None
    assert said(root) == [f't.toml:1: connect_fee = "{text}": {rule}']


def test_a_price_may_have_a_bound() -> None:
    root = table('percent = "1000.1"\n')
    assert root.price("percent", high=1000) is None
    assert said(root) == ['t.toml:1: percent = "1000.1": must be 1000 or less']
    assert table('percent = "1000"\n').price("percent", high=1000) == 1000


def test_a_rounding_is_a_mode_and_a_unit() -> None:
    default = Rounding("half_up", 10_000)
    least = table('a = { unit = "0.000001" }\n')
    assert least.rounding("a", default) == Rounding("half_up", 1)
    assert said(least) == []
    root = table('a = { mode = "up" }\nb = { unit = "0.05" }\nc = { mode = "near", unit = "0" }\n')
    assert root.rounding("a", default) == Rounding("up", 10_000)
    assert root.rounding("b", default) == Rounding("half_up", 50_000)
    root.rounding("c", default)
    assert root.rounding("d", default) == default
    assert said(root) == [
        't.toml:3: c.mode = "near": must be one of "up", "down", "half_up", "half_even"',
        't.toml:3: c.unit = "0": must be 0.000001 or more',
    ]


# Times -------------------------------------------------------------------------------------------


def test_a_moment_is_a_date_a_local_time_or_an_instant_without_quotes() -> None:
    root = table(
        "a = 2026-04-06\nb = 2026-04-06T01:30:00\nc = 2026-04-06T00:00:00Z\n"
        'd = "2026-04-06"\ne = 1776\nf = 1969-12-31\ng = 2100-01-01\n'
    )
    assert root.moment("a") == date(2026, 4, 6)
    assert root.moment("b") == datetime(2026, 4, 6, 1, 30)
    assert root.moment("c") == datetime(2026, 4, 6, tzinfo=UTC)
    assert [root.moment(key) for key in "defg"] == [None] * 4
    rule = "must be a date or date-time without quotes, such as 2026-04-06"
    assert said(root) == [
        f't.toml:4: d = "2026-04-06": {rule}',
        f"t.toml:5: e = 1776: {rule}",
        "t.toml:6: f = 1969-12-31: must be in the years 1970 to 2099",
        "t.toml:7: g = 2100-01-01: must be in the years 1970 to 2099",
    ]


def test_a_time_of_day_is_in_quotes_and_ends_at_24() -> None:
    root = table(
        'a = "19:00"\nb = "24:00"\nc = "07:30:15"\nd = "24:01"\ne = "7:00"\nf = 19:00:00\n'
    )
    hour = 3_600_000
    assert root.clock("a", 0) == 19 * hour
    assert root.clock("b", 0) == 24 * hour
    assert root.clock("c", 0) == 7 * hour + 30 * 60_000 + 15_000
    for key in "def":
        root.clock(key, 0)
    assert said(root) == [
        't.toml:4: d = "24:01": must be a time of day from 00:00 to 24:00',
        't.toml:5: e = "7:00": must be a time of day from 00:00 to 24:00',
        "t.toml:6: f = 19:00:00: must be in quotes, such as '19:00'",
    ]


# Keys that nobody asked for ----------------------------------------------------------------------


def test_an_unknown_key_is_told_with_what_is_allowed_and_the_nearest() -> None:
    root = table('[[rate]]\nid = "a"\nincremnt_ms = 1\n')
    [rate] = root.tables("rate")
    rate.text("id")
    rate.milliseconds("increment_ms", 1, 1)
    rate.done()
    root.done()
    assert said(root) == [
        "t.toml:3: rate[0].incremnt_ms = 1: is not known here; allowed: id, increment_ms; "
        "did you mean 'increment_ms'?"
    ]


def test_a_table_knows_where_it_stands() -> None:
    root = table("\n[[rate]]\n[rate.rounding]\nmode = 1\n")
    [rate] = root.tables("rate")
    assert str(rate.where) == "t.toml:2: rate[0]"
    inner = rate.table("rounding")
    assert inner is not None
    assert str(inner.where) == "t.toml:3: rate[0].rounding"


def test_items_of_an_array_of_tables_must_be_tables() -> None:
    root = table("rate = [{ a = 1 }, 2]\n")
    assert len(root.tables("rate")) == 1
    assert said(root) == ["t.toml:1: rate[1] = 2: must be a table"]


def test_long_and_deep_values_are_shown_short() -> None:
    root = table(f'a = "{"x" * 100}"\nb = {"[" * 50}1{"]" * 50}\n')
    root.whole("a", 0, 1)
    root.whole("b", 0, 1)
    shown = [fault.value for fault in root.source.faults]
    assert shown[0] == '"' + "x" * 56 + "..."
    exact = table(f'a = "{"x" * 58}"\n')
    exact.whole("a", 0, 1)
    assert exact.source.faults[0].value == '"' + "x" * 58 + '"'  # sixty with its quotes
    assert shown[1].startswith("[[[[")
    assert all(len(value) <= 60 for value in shown)
