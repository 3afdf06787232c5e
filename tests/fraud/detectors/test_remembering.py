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
