"""Who calls: enrolled, not suspended, and proved by what the facility asks for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.calls.gates import NOON_MS, Broken, asked, fast_identity

from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.identity import Identity
from securecall.calls.identity_check import IdentityAnswer, identified
from securecall.calls.voice import VoiceAnswer


class Ear:
    """Says what it is told to say."""

    def __init__(self, verified: bool | None, why: str = "") -> None:
        self.answer = VoiceAnswer(verified, 0.9, 0.8, why)
        self.heard: list[tuple[str, Any]] = []

    def verify(self, person: str, voice: Any, *, at_ms: int) -> VoiceAnswer:
        self.heard.append((person, voice))
        return self.answer


def answer(
    pins: Identity | None, /, directory: Any = None, wants: dict[str, Any] | None = None,
    **rules: Any,
) -> IdentityAnswer:  # fmt: skip
    facility = Facility("f", "UTC", **rules)
    return identified(
        facility, Directory() if directory is None else directory, pins,
        asked(**(wants or {})), NOON_MS,
    )  # fmt: skip


def codes(found: IdentityAnswer) -> list[str]:
    return [each.code for each in found.reasons]


def test_where_nothing_is_asked_nothing_is_proved() -> None:
    assert answer(None) == IdentityAnswer((), "none", None)


def test_a_person_must_be_enrolled_where_that_is_asked() -> None:
    directory = Directory()
    assert codes(answer(None, directory, enrolled=True)) == ["person_unknown"]
    directory.enrol("p-1", at=0, by="s", max_call_ms=300_000)
    assert answer(None, directory, enrolled=True) == IdentityAnswer((), "none", 300_000)


def test_of_somebody_unknown_no_pin_is_looked_at() -> None:
    identity = fast_identity()
    wants = {"pin": "1"}
    for _ in range(5):
        found = answer(identity, wants=wants, enrolled=True, identity="pin")
        assert codes(found) == ["person_unknown"]
    assert answer(identity, identity="pin").proved == "pin"


def test_a_suspended_person_is_told_until_when() -> None:
    directory = Directory()
    directory.suspend("p-1", at=0, by="s", why="fight", until=NOON_MS + 60_000)
    (found,) = answer(None, directory).reasons
    assert (found.code, found.detail) == ("person_suspended", "until 2026-05-01T18:01:00+00:00")
    directory.suspend("p-1", at=0, by="s", why="fight")
    assert answer(None, directory).reasons[0].detail == "until staff lift it"


def test_a_wrong_pin_says_how_many_are_left() -> None:
    identity = fast_identity()
    told = [
        answer(identity, wants={"pin": pin}, identity="pin").reasons
        for pin in ("1", "2", "3", "4711")
    ]
    assert [(each[0].code, each[0].detail) for each in told] == [
        ("pin_invalid", "2 left"),
        ("pin_invalid", "1 left"),
        ("pin_invalid", "locked until 2026-05-01T18:15:00+00:00"),
        ("pin_locked", "locked until 2026-05-01T18:15:00+00:00"),
    ]
    assert codes(answer(identity, wants={"pin": None}, identity="pin")) == ["pin_missing"]


@pytest.mark.parametrize(
    ("verified", "code"), [(True, None), (False, "voice_mismatch"), (None, "voice_not_verified")]
)
def test_a_voice_is_that_persons_or_not_or_it_is_not_known(
    verified: bool | None, code: str | None
) -> None:
    ear = Ear(verified, "too short")
    identity = fast_identity(voice=ear)
    found = answer(identity, wants={"voice": b"aah"}, identity="pin+voice")
    assert codes(found) == ([] if code is None else [code])
    assert found.proved == ("pin+voice" if verified else "pin")
    assert ear.heard == [("p-1", b"aah")]
    if verified is None:
        assert found.reasons[0].detail == "too short"


def test_a_verifier_that_fails_has_verified_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> VoiceAnswer:
        raise ValueError("an odd number of bytes")

    ear = Ear(True)
    monkeypatch.setattr(ear, "verify", fails)
    found = answer(fast_identity(voice=ear), wants={"voice": b"a"}, identity="voice")
    assert [str(each.code) for each in found.reasons] == ["voice_not_verified"]
    assert found.reasons[0].detail == "the verifier raised ValueError"


def test_a_voice_that_is_not_there_is_missing() -> None:
    ear = Ear(True)
    assert codes(answer(fast_identity(voice=ear), identity="voice")) == ["voice_missing"]
    assert ear.heard == []


def test_records_that_cannot_be_read_let_nobody_through() -> None:
    assert codes(answer(None, Broken())) == ["identity_silent"]
    identity: Any = Broken()
    assert codes(answer(identity, identity="pin")) == ["identity_silent"]
