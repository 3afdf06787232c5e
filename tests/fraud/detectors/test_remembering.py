"""Dataclasses that are their own memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from securecall.fraud.detectors import Remembering


@dataclass(slots=True)
class Two(Remembering):
    """Something to remember."""

    one: int = 1
    more: list[float] = field(default_factory=list)


def test_fields_come_back() -> None:
    other = Two()
    other.load(Two(5, [0.1]).save())
    assert other == Two(5, [0.1])


def test_what_lacks_a_field_is_no_memory() -> None:
    with pytest.raises(KeyError, match="more"):
        Two().load({"one": 1})


@dataclass(slots=True)
class Three(Two):
    """Something of which a part is made anew."""

    found: set[int] = field(default_factory=set, init=False)


def test_what_is_made_of_the_rest_is_not_saved() -> None:
    made = Three(5)
    made.found.add(7)
    assert made.save() == {"one": 5, "more": []}
    made.load({"one": 1, "more": [0.5]})
    assert (made.one, made.more, made.found) == (1, [0.5], {7})
