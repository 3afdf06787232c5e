"""What a layout may say, and what it refuses."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from securecall.errors import InputError
from securecall.rating.layout import (
    Among,
    Clock,
    Field,
    Layout,
    NotAmong,
    NotNamed,
    Same,
    Span,
    declared,
)
from securecall.rating.layouts import ASTERISK_MASTER, LAYOUTS


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(", "pattern must be a regular expression"),
        ("abc", "pattern must have one group, the value, not 0"),
        ("(a)(b)", "pattern must have one group, the value, not 2"),
    ],
)
def test_a_pattern_has_one_group(pattern: str, text: str) -> None:
    with pytest.raises(InputError, match=text):
        Field("userfield", pattern)


def test_units_are_a_closed_list() -> None:
    with pytest.raises(InputError, match=r"unit must be one of wall, s, ms, us, not 'seconds'"):
        Clock("start", "seconds")
    with pytest.raises(InputError, match=r"unit must be one of s, ms, us, go, not 'wall'"):
        Span("billsec", "wall")


def test_a_layout_knows_its_columns() -> None:
    with pytest.raises(InputError, match=r"number must be a field of layout 'x', not 'dts'.*'dst'"):
        Layout(name="x", form="csv", columns=(("dst", "s"),), number="dts", duration=Span("s", "s"))
    with pytest.raises(InputError, match=r"billable\[0\].other must be a field of layout"):
        replace(ASTERISK_MASTER, billable=(Same("uniqueid", "linkid"),))
    with pytest.raises(InputError, match="form must be one of csv, csv_header, json, acc"):
        replace(ASTERISK_MASTER, form="xml")  # type: ignore[arg-type]


def test_rules_say_why_a_record_is_set_aside() -> None:
    assert [
        rule.reason
        for rule in (
            Same("a", "b"),
            NotNamed("a", "b"),
            Among("a", ("x", "y")),
            NotAmong("a", ("x",)),
        )
    ] == ["its a is not its b", "its a is another record's b", "its a is not x or y", "its a is x"]


def test_layouts_are_values() -> None:
    for layout in LAYOUTS.values():
        assert pickle.loads(pickle.dumps(layout)) == layout
        assert hash(layout) == hash(replace(layout))
        with pytest.raises(FrozenInstanceError):
            layout.name = "other"  # type: ignore[misc]
    field = Field("a", "(b)", words={"c": "d"})
    assert pickle.loads(pickle.dumps(field)) == field
    assert hash(field) == hash(Field("a", "(b)", {"c": "d"}))


def test_a_constant_or_a_field_as_text() -> None:
    assert declared("") == ""
    assert declared("@a.b") == Field("a.b")
    assert declared("@a~x=(.)~") == Field("a", "x=(.)~")
    with pytest.raises(InputError, match="a field must be named after '@', not '@~x'"):
        declared("@~x")
