"""Terminals: whether one works at an instant, and who said so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.terminal import TERMINAL_STATES, Terminal, Terminals, known_state
from securecall.errors import InputError, Unknown


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(TERMINAL_STATES)), max_size=6))
def test_the_last_word_at_an_instant_holds(marks: list[tuple[int, str]]) -> None:
    terminals = Terminals([Terminal("A-01", state="off")])
    marks = sorted(marks, key=lambda each: each[0])
    for at, state in marks:
        terminals.mark("A-01", state, at=at, by="tech-3", why="looked")
    for at in range(11):
        said = [state for begins, state in marks if begins <= at]
        assert terminals.state_at("A-01", at) == (said[-1] if said else "off")
    assert [each.state for each in terminals.marks("A-01")] == [state for _, state in marks]


def test_where_none_is_listed_every_terminal_works() -> None:
    terminals = Terminals()
    assert terminals.get("B-77") == Terminal("B-77")
    assert terminals.state_at("B-77", 0) == "working"
    terminals.mark("B-77", "faulty", at=5, by="tech-3", why="no tone")
    assert terminals.state_at("B-77", 5) == "faulty"


def test_where_some_are_listed_another_is_unknown() -> None:
    terminals = Terminals([Terminal("A-01", "block-a")])
    assert [each.id for each in terminals] == ["A-01"]
    assert len(terminals) == 1
    assert terminals.get("B-77") is None
    with pytest.raises(Unknown, match="terminal has the id 'B-77'"):
        terminals.state_at("B-77", 0)
    with pytest.raises(Unknown, match="terminal has the id 'B-77'"):
        terminals.mark("B-77", "off", at=0, by="s", why="w")


def test_what_cannot_be_said_is_refused() -> None:
    terminals = Terminals([Terminal("A-01")])
    terminals.mark("A-01", "off", at=5, by="s", why="w")
    with pytest.raises(InputError, match="later instant"):
        terminals.mark("A-01", "working", at=4, by="s", why="w")
    with pytest.raises(InputError, match="did you mean 'faulty'"):
        known_state("fawlty")
    with pytest.raises(InputError, match="two terminals"):
        Terminals([Terminal("A-01"), Terminal("A-01")])
    with pytest.raises(InputError, match="area must have 1"):
        Terminal("A-01", "")


def test_what_was_said_is_said_again_after_a_restart() -> None:
    first = Terminals([Terminal("A-01"), Terminal("A-02")])
    for at, state in ((5, "faulty"), (9, "working"), (9, "off")):
        first.mark("A-01", state, at=at, by="tech-3", why="looked")
    first.mark("A-02", "off", at=7, by="sgt-12", why="count")
    again = Terminals([Terminal("A-01"), Terminal("A-02")])
    again.recall(first.dumps())
    for name in ("A-01", "A-02"):
        assert again.marks(name) == first.marks(name)
    with pytest.raises(InputError, match="already"):
        again.recall(first.dumps())
    with pytest.raises(Unknown, match="terminal has the id"):
        Terminals([Terminal("B-01")]).recall(first.dumps())


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "{}", '{"format": "x", "marks": []}',
        '{"format": "securecall.terminals/1", "marks": [{"terminal": "A-01"}]}',
        '{"format": "securecall.terminals/1", "marks": [{"terminal": "A-01", "state": "gone", '
        '"at_ms": 5, "by": "s", "why": "w"}]}',
    ],
)  # fmt: skip
def test_what_are_no_marks_is_refused(text: str) -> None:
    terminals = Terminals()
    with pytest.raises(InputError):
        terminals.recall(text)
    assert terminals.marks("A-01") == ()


def test_areas_are_those_of_the_terminals_that_are_listed() -> None:
    terminals = Terminals([Terminal("A-01", "b"), Terminal("A-02"), Terminal("A-03", "a")])
    assert terminals.areas == ("a", "b")
    assert terminals.knows_area("a")
    assert not terminals.knows_area("c")
    assert Terminals().knows_area("c")
