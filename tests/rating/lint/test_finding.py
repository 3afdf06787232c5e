"""Findings: their words, their order, and kinds of calls as few boxes that say no more."""

from __future__ import annotations

import pickle
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import securecall
from securecall.rating.call import Call
from securecall.rating.contract import Where
from securecall.rating.lint import finding
from securecall.rating.lint.finding import (
    CODES,
    SEVERITIES,
    Cell,
    Finding,
    Kinds,
    in_order,
    kinds_of,
    several,
)
from securecall.rating.words import BILL_TYPES, CLASSES, MEDIA

cells = st.sets(
    st.tuples(
        st.sampled_from(("a", "b", "c")),
        st.sampled_from((*CLASSES[:-1], "mixed")),
        st.sampled_from(MEDIA),
        st.sampled_from(BILL_TYPES),
    ),
    max_size=40,
)


def _cells(kinds: Kinds) -> list[Cell]:
    return list(product(kinds.facilities, kinds.destinations, kinds.media, kinds.bill_types))


@given(cells)
def test_kinds_of_calls_hold_every_cell_once_and_no_other(drawn: set[Cell]) -> None:
    boxes = kinds_of(drawn)
    found = [cell for box in boxes for cell in _cells(box)]
    assert len(found) == len(set(found))
    assert set(found) == drawn
    assert len(boxes) <= max(len(drawn), 1)
    assert kinds_of(sorted(drawn, reverse=True)) == boxes  # whatever order they come in


def test_everything_that_one_box_can_say_is_one_box() -> None:
    every = set(product(("a", "b"), ("local", "interstate"), MEDIA, BILL_TYPES))
    assert kinds_of(every) == [Kinds(("a", "b"), ("local", "interstate"), MEDIA, BILL_TYPES)]


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        (Kinds(("f",), ("local",), MEDIA, BILL_TYPES), "local calls from f"),
        (
            Kinds(("f", "g"), ("intrastate", "interstate", "mixed"), ("audio",), BILL_TYPES),
            "intrastate, interstate and mixed audio calls from f and g",
        ),
        (
            Kinds(("f",), ("interstate",), ("video",), ("prepaid", "collect")),
            "interstate video calls (prepaid, collect) from f",
        ),
    ],
)
def test_kinds_say_only_what_they_do_not_all_have(kinds: Kinds, text: str) -> None:
    assert str(kinds) == text


def test_more_than_three_names_are_counted() -> None:
    assert several(["a"]) == "a"
    assert several(["a", "b", "c"]) == "a, b and c"
    assert several(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def _at(code: str, severity: str, line: int | None, message: str = "m") -> Finding:
    return Finding(code, severity, message, Where("t.toml", line, f"k{line}"))


def test_findings_stand_by_severity_then_line_then_code() -> None:
    wanted = [
        _at("overflow", "error", 9),
        _at("unused_fee", "warning", None),
        _at("hole", "warning", 3),
        _at("overlap", "warning", 3),
        _at("overlap", "warning", 3, "n"),
        _at("unserved", "note", 1),
    ]
    assert in_order(reversed(wanted)) == wanted


def test_a_finding_prints_as_compilers_do() -> None:
    assert str(_at("hole", "error", 7)) == "t.toml:7: k7: error: m [hole]"


def test_a_finding_pickles_with_its_witness() -> None:
    call = Call("f", "+17135550123", 0, 1)
    one = Finding("hole", "error", "m", Where(), call, Kinds(("f",), ("any",), MEDIA, BILL_TYPES))
    assert pickle.loads(pickle.dumps(one)) == one
    assert securecall.Finding is Finding


def test_every_code_has_its_meaning_and_no_severity_is_unused_by_the_module() -> None:
    assert all(text and text[0].islower() and not text.endswith(".") for text in CODES.values())
    assert SEVERITIES == ("error", "warning", "note")
    assert set(finding.__all__) >= {"CODES", "Finding", "Kinds", "Payment"}
