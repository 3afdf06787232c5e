"""What a host must do."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from securecall.calls.actions import Action, Disconnect, Timer, Warn


def test_actions_are_values_that_a_host_tells_apart() -> None:
    kinds = get_args(Action)
    assert len(kinds) == 11
    for kind in kinds:
        assert dataclasses.is_dataclass(kind)
        assert kind.__slots__ is not None
    match Warn(9_000, "tone:x", 10_000):
        case Warn(left_ms=left):
            assert left == 9_000
        case _:
            raise AssertionError
    assert Disconnect("busy") == Disconnect("busy", "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Timer(None).cutoff_at = None  # type: ignore[misc]
