"""The states of a call."""

from __future__ import annotations

import pytest

from securecall.calls.course import COURSE, STATES, after, chart
from securecall.errors import InputError


def test_every_state_can_be_reached_and_only_the_end_is_final() -> None:
    reached, waits = {"dialing"}, ["dialing"]
    while waits:
        state = waits.pop()
        for (place, _), target in COURSE.items():
            if place == state and target not in reached:
                reached.add(target)
                waits.append(target)
    assert reached == set(STATES)
    leads_on = {place for place, _ in COURSE}
    assert set(STATES) - leads_on == {"ended"}


def test_any_state_can_end() -> None:
    assert {after(state, "end") for state in STATES[:-1]} == {"ended"}


@pytest.mark.parametrize(
    ("state", "verb", "words"),
    [
        ("dialing", "accept", "it can ring, answer, end"),
        ("talking", "answer", "it can pause, end"),
        ("ended", "ring", "it can do nothing more"),
        ("talking", "sing", "cannot sing"),
    ],
)
def test_what_cannot_happen_is_said_with_what_can(state: str, verb: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        after(state, verb)


def test_the_chart_has_a_row_a_step() -> None:
    assert len(chart().splitlines()) == len(COURSE) + 2
