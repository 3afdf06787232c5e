"""Three-way calls by flash and hold, on a line that is made here and not by the simulator."""

from __future__ import annotations

import numpy as np
from tests.fraud.calls import spoken
from tests.fraud.sounds import noise, pcm, silence

from securecall.fraud import CallMonitor


def click(seed: int) -> np.ndarray:
    """Return what the breaking of a loop sounds like: some ms, heavy in the lows."""
    at = np.arange(120)
    random = np.random.default_rng(seed)
    return 0.35 * np.exp(-at / 22) * np.cos(2 * np.pi * random.uniform(250, 450) / 8000 * at)


def line(seconds: float, dbm0: float, seed: int) -> np.ndarray:
    """Return a line on which nobody speaks."""
    return noise(dbm0, seconds * 1000, seed)


def talked(seconds: float, dbm0: float, seed: int) -> np.ndarray:
    """Return a line on which somebody speaks in turns."""
    sound = line(seconds, dbm0, seed)
    voice = spoken(seconds, seed)
    turns = (np.arange(len(voice)) // 20_000) % 2 == 0
    sound[: len(voice)] += voice * turns
    return sound


def flash(seconds: float, seed: int) -> np.ndarray:
    """Return two clicks and a dead line between them."""
    return np.concatenate([click(seed), silence(seconds * 1000), click(seed + 1)])


def kinds(*parts: np.ndarray) -> list[str]:
    """Return what a monitor of the called leg says, digits and tones left out."""
    monitor = CallMonitor(legs=("called",))
    events = [*monitor.feed(pcm(*parts).tobytes()), *monitor.finish()]
    return [event.kind for event in events if event.kind not in ("dtmf", "tone")]


def test_a_flash_a_hold_and_another_flash_are_a_three_way_call() -> None:
    found = kinds(
        talked(40, -55, 1), flash(0.6, 3), line(8, -66, 5), flash(0.5, 7),
        talked(15, -50, 9),
    )  # fmt: skip
    assert "three_way" in found


def test_talk_alone_is_none() -> None:
    assert kinds(talked(70, -55, 1)) == []


def test_a_click_alone_is_none() -> None:
    assert "three_way" not in kinds(talked(40, -55, 1), click(3), talked(20, -55, 2))
