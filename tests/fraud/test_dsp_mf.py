"""R1 and R2: every signal at the limits of its receiver, and what is no signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.fraud.sounds import MF, digit, heard, noise, pair, pcm, silence, sine

from securecall.errors import InputError
from securecall.fraud import ToneDetector

# The shortest signal: ITU-T Q.323 and its receivers take 30 ms, KP 55; those of R2 last until they
# are answered. Deviations: 1.5 % and 10 Hz for R1, 10 Hz for R2 (ITU-T Q.455).
SHORTEST_MS = {"r1": 30, "r2_forward": 45, "r2_backward": 45}
OFF = {"r1": 0.015, "r2_forward": 0.0, "r2_backward": 0.0}
SENT_MS = 68
SIGNALS = [(system, signal) for system in MF for signal in MF[system]]


def shortest_ms(system: str, signal: str) -> int:
    return 55 if signal.startswith("KP") else SHORTEST_MS[system]


def told(system: str, sound: Any, place: int = 0) -> str:
    line = pcm(silence(60), np.zeros(place), sound, silence(90))
    return heard(ToneDetector(dtmf=None, mf=system, plan=None).feed(line), "mf")


def wrong(
    system: str, signal: str, ms: float, *, off: bool = False, noise_db: float | None = None,
    **levels: float,
) -> list[str]:  # fmt: skip
    """Return where a signal is not heard, or as another, for drawn phases and places in a hop."""
    chance = np.random.default_rng((len(signal), *map(ord, signal)))
    low, high = MF[system][signal]
    found = []
    for trial in range(8):
        up = chance.choice((-1, 1), 2) if off else (0, 0)
        one, two = (
            hz * (1 + OFF[system] * sign) + 10 * sign
            for hz, sign in zip((low, high), up, strict=True)
        )
        phases = (float(chance.uniform(0, 6.28)), float(chance.uniform(0, 6.28)))
        sound = pair(one, two, ms, phases=phases, **levels)
        if noise_db is not None:
            sound += noise(-7 - noise_db, ms, trial)
        got = told(system, sound, int(chance.integers(160)))
        if got != signal:
            found.append(f"{got or 'nothing'} at {one:.0f} and {two:.0f} Hz")
    return found


@pytest.mark.parametrize(("system", "signal"), SIGNALS)
class TestEverySignal:
    def test_as_it_is_sent(self, system: str, signal: str) -> None:
        assert wrong(system, signal, 100 if signal.startswith("KP") else SENT_MS) == []

    def test_as_short_as_it_may_be(self, system: str, signal: str) -> None:
        assert wrong(system, signal, shortest_ms(system, signal)) == []

    @pytest.mark.parametrize(("low_dbm0", "high_dbm0"), [(0, 0), (-22, -22), (-14, -14)])
    def test_loud_and_faint(
        self, system: str, signal: str, low_dbm0: float, high_dbm0: float
    ) -> None:
        ms = shortest_ms(system, signal)
        assert wrong(system, signal, ms, low_dbm0=low_dbm0, high_dbm0=high_dbm0) == []

    @pytest.mark.parametrize(("low_dbm0", "high_dbm0"), [(-16, -10), (-10, -16)])
    def test_with_a_twist_of_6_db(
        self, system: str, signal: str, low_dbm0: float, high_dbm0: float
    ) -> None:
        ms = shortest_ms(system, signal)
        assert wrong(system, signal, ms, low_dbm0=low_dbm0, high_dbm0=high_dbm0) == []

    def test_with_both_tones_off_as_far_as_they_may_be(self, system: str, signal: str) -> None:
        assert wrong(system, signal, 55, off=True) == []

    def test_off_and_twisted_and_in_noise_of_20_db(self, system: str, signal: str) -> None:
        levels = {"low_dbm0": -8.0, "high_dbm0": -14.0}
        assert wrong(system, signal, SENT_MS, off=True, noise_db=20, **levels) == []

    def test_in_noise_15_db_below(self, system: str, signal: str) -> None:
        assert wrong(system, signal, SENT_MS, noise_db=15) == []

    @pytest.mark.parametrize("skew_ms", [4, 8])
    def test_with_one_tone_late(self, system: str, signal: str, skew_ms: int) -> None:
        low, high = MF[system][signal]
        ms = shortest_ms(system, signal)
        for place in (0, 11, 77):
            early, late = sine(low, -10, ms + skew_ms), sine(high, -10, ms + skew_ms)
            late[: 8 * skew_ms] = 0
            assert told(system, early + late, place) == signal

    def test_twice_with_a_pause_of_30_ms(self, system: str, signal: str) -> None:
        one = pair(*MF[system][signal], shortest_ms(system, signal))
        for place in (3, 50, 131):
            assert (
                told(system, np.concatenate([one, silence(30), one]), place) == f"{signal} {signal}"
            )


class TestNoSignal:
    @pytest.mark.parametrize("system", MF)
    def test_what_is_too_short_or_too_faint(self, system: str) -> None:
        for low, high in MF[system].values():
            assert told(system, pair(low, high, SHORTEST_MS[system] - 15)) == ""
            assert told(system, pair(low, high, 100, low_dbm0=-45, high_dbm0=-45)) == ""

    @pytest.mark.parametrize("system", MF)
    def test_one_tone_alone_and_three_at_once(self, system: str) -> None:
        tones = sorted({hz for pair_hz in MF[system].values() for hz in pair_hz})
        for hz in tones:
            assert told(system, sine(hz, -10, 100)) == ""
        assert told(system, sum(sine(hz, -10, 100, hz) for hz in tones[:3])) == ""

    @pytest.mark.parametrize("system", MF)
    def test_a_twist_of_20_db(self, system: str) -> None:
        for low, high in MF[system].values():
            assert told(system, pair(low, high, 100, high_dbm0=-30)) == ""

    def test_dtmf_is_no_r2(self) -> None:
        assert told("r2_forward", digit("5", 100)) == ""
        assert told("r2_forward", digit("A", 100)) == ""

    def test_another_system_is_refused(self) -> None:
        with pytest.raises(InputError, match="mf must be one of r1, r2_forward, r2_backward"):
            ToneDetector(mf="c5")
