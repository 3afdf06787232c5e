"""The second recipe: its calls, and how they are counted. Recordings are made here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from benchmarks.elsewhere import __main__ as command
from benchmarks.elsewhere import playing
from benchmarks.elsewhere.events import EVENTS
from benchmarks.elsewhere.innocents import INNOCENTS
from benchmarks.elsewhere.playing import Heard, Play, rows
from benchmarks.elsewhere.sounds import ENDINGS, RATE_HZ, Recordings, ended, noise, tone
from tests.fraud.calls import spoken
from tests.fraud.sounds import pcm


@cache
def talk(seconds: float, seed: int) -> np.ndarray:
    """Return somebody who speaks."""
    return pcm(spoken(seconds, seed))


@dataclass(frozen=True)
class Clip:
    """A recording that is made here."""

    pack: str
    seed: int
    seconds: float = 6.0

    def audio(self) -> np.ndarray:
        return talk(self.seconds, self.seed)


TALKERS = {name: tuple(Clip(name, 10 * n + k) for k in range(3)) for n, name in enumerate("abcde")}
SOUNDS = {kind: (Clip(kind, 90 + n),) for n, kind in enumerate(("household", "music", "effects"))}
RECORDINGS = Recordings(TALKERS, SOUNDS)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "_recordings", lambda: RECORDINGS)


@pytest.mark.parametrize("name", list(INNOCENTS))
def test_an_innocent_call_is_two_legs_and_comes_from_its_seed(name: str) -> None:
    called, calling = INNOCENTS[name](RECORDINGS, np.random.default_rng([1, 2]))
    again, _ = INNOCENTS[name](RECORDINGS, np.random.default_rng([1, 2]))
    assert called.shape == calling.shape == (240 * RATE_HZ,)
    assert np.isfinite(called).all()
    assert np.array_equal(called, again)


@pytest.mark.parametrize("name", list(EVENTS))
def test_what_happens_is_heard_from_its_instant_on_and_not_before(name: str) -> None:
    made = EVENTS[name](RECORDINGS, np.random.default_rng([1, 2]))
    assert made.called.shape == made.calling.shape == (200 * RATE_HZ,)
    assert 60 <= made.first_s <= made.last_s <= 140
    assert np.isfinite(made.called).all()


def test_an_ending_says_which_steps_a_line_has() -> None:
    sound = noise(np.random.default_rng(3), 8000, -30)
    steps = {name: np.unique(np.abs(ended(sound, name).astype(int))).size for name in ENDINGS}
    assert steps["linear"] > 1.5 * max(steps["mulaw"], steps["alaw"])
    assert set(ended(sound, "mixed")) - set(ended(sound, "mulaw"))


def test_levels_are_what_they_are_called() -> None:
    def dbm0(sound: np.ndarray) -> float:
        return 10 * float(np.log10(np.mean(np.square(sound)) * 2)) + 3.14

    assert dbm0(tone(1000, -20, 1)) == pytest.approx(-20, abs=0.01)
    assert dbm0(noise(np.random.default_rng(1), 80_000, -40, -3)) == pytest.approx(-40, abs=0.1)


def test_digits_are_found_by_the_monitor_whatever_coded_the_line_last() -> None:
    for ending in ENDINGS:
        one = playing.heard(Play("event", "keys", ending, 0, 1))
        assert one.found
        assert 0 <= one.latency_s < 0.1


def test_rows_count_what_was_found_and_what_else_was_told() -> None:
    event, quiet = Play("event", "hum", "mulaw", 0, 1), Play("innocent", "weak", "mulaw", 0, 1)
    found = [
        Heard(event, True, 2.0, ()),
        Heard(event, False, float("nan"), (("line_switch", "alert"),)),
        Heard(quiet, False, float("nan"), (("three_way", "disconnect"),)),
    ]
    hum, weak = rows(iter(found))
    assert (hum.calls, hum.found, hum.latencies_s) == (2, 1, [2.0])
    assert (dict(hum.others), hum.disconnects) == ({"line_switch": 1}, 0)
    assert (dict(weak.others), weak.disconnects) == ({"three_way": 1}, 1)
    assert weak.hours == pytest.approx(240 / 3600)


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--calls", "1", "--endings", "mixed", "--only", "keys", "waiting ignored"]
    assert command.main(told) == 0
    printed = capsys.readouterr().out
    assert "1 of 1" in printed
    assert "mixed" in printed
    assert "ended falsely: 0" in printed
