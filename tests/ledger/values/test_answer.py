"""What every answer has."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from securecall.ledger.values.answer import Done


def test_an_answer_is_done_or_refused() -> None:
    assert (Done("ok", 5).ok, Done("ok", 5).refused) == (True, False)
    assert (Done("late", 5).ok, Done("late", 5).refused) == (False, True)


def test_answers_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Done("ok", 5).code = "late"  # type: ignore[misc]
