"""Voices: any object with `verify` is a verifier, and not knowing is an answer of its own."""

from __future__ import annotations

from typing import Any

from securecall.calls.voice import VoiceAnswer, VoiceVerifier


class Parrot:
    def verify(self, person: str, voice: Any, *, at_ms: int) -> VoiceAnswer:
        return VoiceAnswer(voice == person)


def test_whoever_verifies_is_a_verifier() -> None:
    assert isinstance(Parrot(), VoiceVerifier)
    assert not isinstance(object(), VoiceVerifier)


def test_not_knowing_is_neither_yes_nor_no() -> None:
    answer = VoiceAnswer(None, why="no voice is enrolled")
    assert answer.verified is None
    assert (answer.score, answer.threshold) == (None, None)
