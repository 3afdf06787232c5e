"""What a wire says is a value, and shows no audio where it is printed."""

from __future__ import annotations

import pickle

from securecall.integrations.media import Audio, Closed, Opened, Signal


def test_events_are_values() -> None:
    for event in (
        Opened("c", ("called",), {"from": "x"}),
        Audio("called", b"ab", "mulaw", 8000, 7),
        Signal("dtmf", "5"),
        Closed("hangup"),
    ):
        assert pickle.loads(pickle.dumps(event)) == event


def test_audio_is_not_shown() -> None:
    assert "secret" not in repr(Audio("called", b"secret"))
