"""Quick values are what slow ones were."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from securecall.ledger.values.money import Deposit, Entry
from securecall.ledger.values.quick import maker

MADE = Deposit("ok", "d", "a", 5, 10, 7, (("card", 3),))


def test_a_value_is_made_by_place_and_by_name() -> None:
    names = {field.name: getattr(MADE, field.name) for field in fields(Deposit)}
    assert Deposit(**names) == MADE
    assert list(names) == list(Deposit.__slots__)
    assert repr(MADE).startswith("Deposit(code='ok', id='d', account='a', at_ms=5")
    assert replace(MADE, at_ms=6).at_ms == 6
    assert hash(MADE) == hash(Deposit(**names))


def test_a_value_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        MADE.at_ms = 6  # type: ignore[misc]
    with pytest.raises(AttributeError):
        object.__setattr__(MADE, "other", 1)


def test_a_value_can_be_copied_and_sent() -> None:
    assert copy.deepcopy(MADE) == pickle.loads(pickle.dumps(MADE)) == MADE


def test_every_field_must_be_given() -> None:
    with pytest.raises(TypeError, match="ref"):
        Entry(1, 1, 5, "a", "cash", 100, "deposit")  # type: ignore[call-arg]


def test_what_a_maker_makes_is_the_value_itself() -> None:
    made = maker(Deposit)("ok", "d", "a", 5, 10, 7, (("card", 3),))
    assert type(made) is Deposit
    assert (made, repr(made), hash(made)) == (MADE, repr(MADE), hash(MADE))
    assert replace(made, at_ms=6) == replace(MADE, at_ms=6)
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == MADE
    with pytest.raises(FrozenInstanceError):
        made.at_ms = 6  # type: ignore[misc]
    with pytest.raises(TypeError, match="fee_micros"):
        maker(Deposit)("ok", "d", "a", 5, 10, 7)  # type: ignore[call-arg]
