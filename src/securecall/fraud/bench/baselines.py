"""Rules that anybody would write first, to compare with: what they cost is the point of the bench.

``click``
    A click of at most 40 ms between silences of 100 ms, as US 8,396,200 describes it.
``energy``
    A pulse below 500 Hz and then little energy, as US 5,319,702 describes it.
``silence``
    Nobody speaks for 1.5 s after speech.
``tones``
    `securecall.fraud.ToneDetector` on both legs: digits are the keypad, call-waiting tones are call
    waiting, special information tones and a ringback after the first 30 s are forwarding.
``half_space_trees``
    River's HalfSpaceTrees over levels, tilt and zero crossings: ``pip install securecall[river]``.

The first three say ``disconnect`` at once, as such systems do, and know no packet loss: they hear a
gap as the silence that it is to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from securecall.errors import BuildError
from securecall.fraud.bench.sound import SAMPLE_RATE_HZ, Audio
from securecall.fraud.detector import ToneDetector
from securecall.fraud.event import Event

__all__ = ["BASELINES", "Click", "Energy", "HalfSpaceTrees", "Silence", "Tones"]

HOP: Final = 80  # 10 ms
HOP_MS: Final = 10.0
#: Where quiet ends: so far above the tracked floor, and never below this level.
QUIET_DB: Final = 9.0
QUIET_DBM0: Final = -55.0
#: A click is so far above the floor; a pulse so far above the last 30 ms, and above a minimum.
CLICK_DB: Final = 24.0
PULSE_DB: Final = 18.0
PULSE_DBM0: Final = -30.0


class _Leg:
    """What is remembered of a leg: the rest of a hop, the floor, and a rule's own counters."""

    __slots__ = ("before", "floor", "hop", "low_before", "notes", "rest")

    def __init__(self) -> None:
        self.rest = np.zeros(0, np.float32)
        self.before = np.zeros(7, np.float32)
        self.floor = -60.0
        self.hop = 0
        self.low_before = -60.0
        self.notes: dict[str, float] = {}


class _Rule:
    """Cuts legs into hops of 10 ms and asks a rule about each."""

    piece_ms = 1000

    def __init__(self) -> None:
        self._legs: dict[str, _Leg] = {}
        self._said = 0

    def feed(self, frame: bytes, leg: str) -> list[Event]:
        """Hear audio of a leg."""
        return self._hear(np.frombuffer(frame, "<i2").astype(np.float32) / np.float32(32768), leg)

    def feed_gap(self, duration_ms: int, leg: str) -> list[Event]:
        """Hear a gap as silence."""
        return self._hear(np.zeros(duration_ms * SAMPLE_RATE_HZ // 1000, np.float32), leg)

    def finish(self) -> list[Event]:
        """End; nothing is held back."""
        return []

    def _hear(self, samples: Audio, leg: str) -> list[Event]:
        state = self._legs.setdefault(leg, _Leg())
        whole = np.concatenate([state.rest, samples])
        hops = len(whole) // HOP
        state.rest = whole[hops * HOP :]
        whole = whole[: hops * HOP]
        if not hops:
            return []
        # A mean of eight samples lets pass what is below 500 Hz.
        joined = np.cumsum(np.concatenate([[0.0], state.before, whole]), dtype=np.float64)
        low = (joined[8:] - joined[:-8]) / 8
        state.before = whole[-7:]
        found = []
        levels, lows = _dbm0(whole), _dbm0(low)
        for level, low_level in zip(levels.tolist(), lows.tolist(), strict=True):
            # The floor falls at once and rises by 1 dB a second.
            state.floor = min(level, state.floor + 0.01) if level > -90 else state.floor
            quiet = level < max(state.floor + QUIET_DB, QUIET_DBM0)
            strength = self._hop(state, level, low_level, quiet)
            state.hop += 1
            if strength > 0:
                found.append(self._event(state, strength))
        return found

    def _hop(self, state: _Leg, level: float, low: float, quiet: bool) -> float:
        raise NotImplementedError

    def _event(self, state: _Leg, strength: float) -> Event:
        self._said += 1
        now = state.hop * HOP_MS
        return Event(
            id=self._said, kind="three_way", grade="disconnect", start_ms=now - HOP_MS,
            end_ms=None, detected_ms=now, probability=strength / (1.0 + strength),
            detail=type(self).__name__.lower(), level_dbm0=0.0,
        )  # fmt: skip


def _dbm0(samples: np.ndarray) -> np.ndarray:
    power = np.mean(np.square(samples.reshape(-1, HOP)), axis=1, dtype=np.float64)
    return 10.0 * np.log10(np.maximum(power, 1e-12) / 0.5) + 3.14


class Click(_Rule):
    """A click between silences.

    Source
    ------
    US 8,396,200: at most 40 ms, 100 ms of silence on both sides.
    """

    def _hop(self, state: _Leg, level: float, low: float, quiet: bool) -> float:
        notes = state.notes
        if quiet:
            notes["quiet"] = notes.get("quiet", 0) + 1
            if notes.get("loud", 0):
                if notes["quiet"] == 1:
                    notes["length"] = notes["loud"]
                if notes["quiet"] >= 10:
                    loud, notes["loud"] = notes["length"], 0
                    if loud <= 4 and notes.get("before", 0) >= 10:
                        return (
                            max(0.0, notes.get("peak", -99.0) - max(state.floor, -60.0) - CLICK_DB)
                            / 10.0
                        )
            return 0.0
        if notes.get("quiet", 0) or not notes.get("loud", 0):
            notes["before"] = notes.get("quiet", 0)
            notes["loud"], notes["peak"] = 0, -99.0
        notes["loud"] += 1
        notes["peak"] = max(notes["peak"], level)
        notes["quiet"] = 0
        return 0.0


class Energy(_Rule):
    """A pulse of low frequency, then little energy.

    Source
    ------
    US 5,319,702: below about 500 Hz, a pulse over a minimum, then no activity within a window.
    """

    def _hop(self, state: _Leg, level: float, low: float, quiet: bool) -> float:
        notes = state.notes
        if low > state.low_before + PULSE_DB and low > PULSE_DBM0:
            notes["pulse"], notes["rise"] = state.hop, low - state.low_before
        state.low_before = 0.7 * state.low_before + 0.3 * low
        notes["quiet"] = notes.get("quiet", 0) + 1 if quiet else 0
        since = state.hop - notes.get("pulse", -1000)
        if notes["quiet"] >= 30 and since <= 100:
            notes["pulse"] = -1000
            return notes["rise"] / 20.0
        return 0.0


class Silence(_Rule):
    """Nobody speaks for 1.5 s.

    Source
    ------
    US 7,079,636: a threshold and a duration.
    """

    def _hop(self, state: _Leg, level: float, low: float, quiet: bool) -> float:
        notes = state.notes
        if not quiet:
            notes["spoken"] = notes.get("spoken", 0) + 1
            notes["quiet"] = 0
            return 0.0
        notes["quiet"] = notes.get("quiet", 0) + 1
        if notes["quiet"] == 150 and notes.get("spoken", 0) >= 20:
            notes["spoken"] = 0
            return 1.0
        return 0.0


#: A ringback sooner than this may be the first one.
ANSWERED_MS: Final = 30_000.0


class Tones:
    """Our ears alone, without a thought about what they hear.

    Source
    ------
    own; docs/dsp.md.
    """

    def __init__(self) -> None:
        self._ears: dict[str, ToneDetector] = {}

    def _ear(self, leg: str) -> ToneDetector:
        if leg not in self._ears:
            self._ears[leg] = ToneDetector(mf="r1")
        return self._ears[leg]

    def feed(self, frame: bytes, leg: str) -> list[Event]:
        """Hear audio of a leg."""
        return _renamed(self._ear(leg).feed(frame))

    def feed_gap(self, duration_ms: int, leg: str) -> list[Event]:
        """Let lost audio pass."""
        return _renamed(self._ear(leg).feed_gap(duration_ms))

    def finish(self) -> list[Event]:
        """End."""
        return [each for ear in self._ears.values() for each in _renamed(ear.finish())]

    def save(self) -> bytes:
        """Return the state of one leg's ear."""
        return next(iter(self._ears.values())).save()


def _renamed(events: list[Event]) -> list[Event]:
    made = []
    for event in events:
        kind = ""
        if event.kind in ("dtmf", "mf") or event.detail == "sf_2600":
            kind = "keypad"
        elif event.detail.startswith(("call_waiting", "cas")):
            kind = "call_waiting"
        elif event.detail.startswith("sit"):
            kind = "call_forwarding"
        elif event.detail.startswith("ringback") and event.start_ms > ANSWERED_MS:
            kind = "call_forwarding"
        if kind:
            made.append(Event(
                event.id, kind, "alert", event.start_ms, event.end_ms, event.detected_ms,
                event.probability, event.detail, event.level_dbm0, event.cues, event.ended,
            ))  # fmt: skip
    return made


class HalfSpaceTrees:
    """River's HalfSpaceTrees over features of half a second: any surprise is a three-way call.

    Raises
    ------
    BuildError
        river is not installed.

    Source
    ------
    Tan, Ting, Liu, Fast anomaly detection for streaming data, IJCAI 22 (2011).
    """

    piece_ms = 500

    def __init__(self, seed: int = 1) -> None:
        try:
            from river.anomaly import HalfSpaceTrees as Trees
        except ImportError as error:
            raise BuildError(
                f"half_space_trees needs river ({error}): pip install securecall[river]"
            ) from None
        self._make: Callable[[], Any] = lambda: Trees(
            n_trees=10, height=6, window_size=60, seed=seed,
            limits={"level": (-90, 5), "low": (-90, 5), "least": (-90, 5), "crossings": (0, 1)},
        )  # fmt: skip
        self._legs: dict[str, tuple[Any, list[int]]] = {}

    def feed(self, frame: bytes, leg: str) -> list[Event]:
        """Hear half a second of a leg, or what is left of one before a loss."""
        trees, seen = self._legs.setdefault(leg, (self._make(), [0, -20_000]))
        samples = np.frombuffer(frame, "<i2").astype(np.float32) / np.float32(32768)
        seen[0] += len(samples)
        whole = samples[: len(samples) // HOP * HOP]
        if len(whole) < 10 * HOP:
            return []
        levels = _dbm0(whole)
        low = np.convolve(whole, np.ones(8, np.float32) / 8, mode="same")
        features = {
            "level": float(np.mean(levels)),
            "low": float(np.mean(_dbm0(low.astype(np.float32)))),
            "least": float(np.min(levels)),
            "crossings": float(np.mean(np.signbit(whole[1:]) != np.signbit(whole[:-1]))),
        }
        surprise = float(trees.score_one(features))
        trees.learn_one(features)
        # Two surprises in two seconds are one; nothing is told before the trees are filled.
        if surprise < 0.9 or seen[0] - seen[1] < 16_000 or seen[0] < 30 * 8_000:
            return []
        seen[1] = seen[0]
        now = seen[0] / 8
        return [Event(
            id=seen[0], kind="three_way", grade="alert", start_ms=now - 500, end_ms=None,
            detected_ms=now, probability=min(surprise, 1.0), detail="surprise", level_dbm0=0.0,
        )]  # fmt: skip

    def feed_gap(self, duration_ms: int, leg: str) -> list[Event]:
        """Let lost audio pass."""
        self._legs.setdefault(leg, (self._make(), [0, -20_000]))[1][0] += 8 * duration_ms
        return []

    def finish(self) -> list[Event]:
        """End."""
        return []


BASELINES: Final[dict[str, Callable[[], Any]]] = {
    "click": Click, "energy": Energy, "silence": Silence, "tones": Tones,
    "half_space_trees": HalfSpaceTrees,
}  # fmt: skip
"""Makers of baselines by name."""
