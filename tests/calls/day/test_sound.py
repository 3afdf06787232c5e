"""Sound: which calls are heard, what of them has come by when, and what truly happens in them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from tests.calls.day.days import quiet

from securecall.calls.day.setting import DaySetting
from securecall.calls.day.sound import LEGS, Heard, Sounds
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.label import KINDS, Label
from securecall.fraud.event import Event

RATE = 8_000
OPENS_MS = quiet().opens_ms


def a_call(*, seconds: int = 2) -> Call:
    """Make a call of noise, in which 100 ms of one leg are lost and somebody is joined to it."""
    noise = np.random.default_rng(1)
    legs = {leg: noise.integers(-99, 99, seconds * RATE).astype(np.int16) for leg in LEGS}
    lost = {leg: np.zeros(seconds * 50, np.bool_) for leg in LEGS}
    lost["calling"][10:15] = True
    label = Label("three_way", "analogue", "called", 0.5, 1.0, 0.7, ("keypad",))
    return Call(1, 0, "development", legs, lost, (label,), {})


def event(kind: str, at_s: float) -> Event:
    return Event(1, kind, "alert", 0.0, None, 1000 * at_s, 0.9, "", -20.0, {})


def test_sound_comes_in_order_and_all_of_it_once() -> None:
    call = a_call()
    heard, got, lost_ms = Heard(call), Counter(), 0
    for now_ms in (0, 333, 1_000, 2_000):
        for leg, piece in heard.until(now_ms):
            if isinstance(piece, int):
                assert leg == "calling"
                lost_ms += piece
            else:
                got[leg] += len(piece) // 2
        assert all(samples <= now_ms * RATE // 1000 for samples in got.values())
    assert heard.over
    assert lost_ms == 100
    assert got == {"called": 2 * RATE, "calling": 2 * RATE - RATE // 10}


def test_what_truly_happened_is_known() -> None:
    heard = Heard(a_call())
    assert heard.really(event("three_way", 0.8))
    assert heard.really(event("keypad", 0.8))
    assert not heard.really(event("line_switch", 0.8))
    assert not heard.really(event("three_way", 0.2))


def test_without_sound_nothing_is_heard() -> None:
    sounds = Sounds(quiet())
    assert [sounds.of(f"c-{n}", OPENS_MS) for n in range(200)] == [None] * 200


def test_so_many_in_a_thousand_are_heard(monkeypatch) -> None:
    made = []
    monkeypatch.setattr(
        "securecall.fraud.bench.simulate.Simulator.call",
        lambda self, index: made.append(index) or a_call(),
    )
    sounds = Sounds(DaySetting(audio_per_mille=50, audio_kinds=False))
    heard = [sounds.of(f"c-{n}", OPENS_MS) for n in range(2_000)]
    assert 70 <= sum(each is not None for each in heard) <= 130
    assert made == list(range(1, len(made) + 1))


def test_no_telephone_rings_in_a_call_that_is_talked_in() -> None:
    # Of these calls of the bench half ring first.
    sounds = Sounds(DaySetting(audio_per_mille=1_000, audio_kinds=False, audio_s=60))
    heard = [sounds.of(f"c-{n}", OPENS_MS) for n in range(4)]
    strata = {label.stratum for each in heard if each is not None for label in each.labels}
    assert strata
    assert "first_ringback" not in strata


def test_first_comes_one_call_of_each_kind_of_fraud() -> None:
    sounds = Sounds(DaySetting(audio_per_mille=0, audio_s=60))
    assert sounds.of("c-0", OPENS_MS - 1) is None
    closes_ms = OPENS_MS + 16 * 3_600_000
    found = [sounds.of(f"c-{n}", closes_ms) for n in range(len(KINDS))]
    for kind, heard in zip(KINDS, found, strict=True):
        assert heard is not None
        assert kind in {label.kind for label in heard.labels}
    assert sounds.of("c-99", closes_ms) is None
