"""Limits of the receivers and the tones of the bank: what the engine of the ears is set up with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isnan
from typing import Any, Final

from securecall.errors import InputError, did_you_mean

__all__ = ["DTMF_KEYS", "MF_SYSTEMS", "STANDARDS", "TONES_HZ", "DtmfLimits", "limits_of"]

DTMF_KEYS: Final = "123A456B789C*0#D"
"""Keys by row and column. Source: ITU-T Q.23 (1988), clause 6."""

TONES_HZ: Final[tuple[float, ...]] = (
    697, 770, 852, 941, 1209, 1336, 1477, 1633, 350, 400, 425, 440, 480, 620, 913.8, 950, 985.2,
    1370.6, 1400, 1428.5, 1776.7, 1800, 2130, 2750, 2060, 2450, 2600, 1100, 2100, 2225, 1300, 700,
    900, 1500, 1700, 540, 660, 780, 1020, 1140, 1380, 1620, 1740, 1860, 1980, 2350, 3000, 3400,
)  # fmt: skip
"""The tones of the bank in Hz, lane by lane; at the last three networks have none: guards."""


@dataclass(frozen=True, slots=True)
class DtmfLimits:
    """What a receiver of DTMF must accept and must refuse.

    Length and level are decided half-way between; frequency, twist and noise a little beyond what
    must be accepted (`engine`), because voices and metal come close and telephones don't.

    Attributes
    ----------
    accept_ms, refuse_ms : float
        A tone of ``accept_ms`` or more is a digit, one of ``refuse_ms`` or less is none.
    accept_deviation, refuse_deviation : float
        Of each tone's frequency, relative, up or down.
    twist_db_max, twist_db_min : float
        High tone less low tone that must be accepted; up to 1.2 dB more is.
    level_dbm0_min : float
        Of each tone that must be accepted.
    refuse_dbm0 : float
        Of each tone that must be refused.
    pause_ms : float
        Silence that must separate two equal digits.
    bridge_ms : float
        Interruption that must not.
    snr_db_min : float
        Both tones over all else, white noise in 4 kHz, that must be accepted.

    Raises
    ------
    InputError
        An accepted value is not on the accepting side of its refused one, or one is out of range.

    Source
    ------
    ITU-T Q.24 (1988), table A-1, column AT&T; Bellcore GR-506 and TR-TSY-000181 with the same
    figures; margins are own, docs/dsp.md.

    Examples
    --------
    >>> DtmfLimits().accept_ms
    40.0
    """

    accept_ms: float = 40.0
    refuse_ms: float = 23.0
    accept_deviation: float = 0.015
    refuse_deviation: float = 0.035
    twist_db_max: float = 4.0
    twist_db_min: float = -8.0
    level_dbm0_min: float = -25.0
    refuse_dbm0: float = -55.0
    pause_ms: float = 40.0
    bridge_ms: float = 10.0
    snr_db_min: float = 15.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or isnan(value):
                raise InputError(f"{each.name} must be a number, not {value!r}")
        if not 15 <= self.window_ms <= 42 or self.accept_ms < self.window_ms + 5.5:
            raise InputError(
                f"accept_ms ({self.accept_ms:g}) must be at least 11 above refuse_ms "
                f"({self.refuse_ms:g}), and half-way between them 15 to 42"
            )
        if not 0 < self.accept_deviation < self.refuse_deviation <= 0.05:
            raise InputError("0 < accept_deviation < refuse_deviation <= 0.05 must hold")
        if not -30 <= self.twist_db_min <= 0 <= self.twist_db_max <= 30:
            raise InputError("-30 <= twist_db_min <= 0 <= twist_db_max <= 30 must hold")
        if not -80 <= self.refuse_dbm0 < self.level_dbm0_min <= 0:
            raise InputError("-80 <= refuse_dbm0 < level_dbm0_min <= 0 must hold")
        if not 0 < self.bridge_ms < self.pause_ms <= 500:
            raise InputError("0 < bridge_ms < pause_ms <= 500 must hold")
        if not 3 <= self.snr_db_min <= 30:
            raise InputError("snr_db_min must be 3 to 30")

    @property
    def window_ms(self) -> float:
        """Half-way between the shortest tone to accept and the longest to refuse."""
        return (self.accept_ms + self.refuse_ms) / 2

    def engine(self) -> dict[str, Any]:
        """Return the thresholds of the engine.

        Source
        ------
        own; docs/dsp.md.
        """
        return {
            "window_samples": round(self.window_ms * 8 * 0.992),
            "level_dbm0_min": (self.level_dbm0_min + self.refuse_dbm0) / 2,
            # Margins over the estimates' scatter in the noise that must be borne: at least 4 sigma.
            "twist_db_max": self.twist_db_max + 1.2,
            "twist_db_min": self.twist_db_min - 1.2,
            "deviation_max": 0.8 * self.accept_deviation + 0.2 * self.refuse_deviation,
            "deviation_hz": 0.0,
            "snr_db_min": self.snr_db_min - 2.0,
            "block_max": 0.25,
            "steady_db_max": 3.4,  # an echo 10 dB down needs 2.94
            "bend_max": 0.35,
            "sure_db": 20.0,  # less clear digits must begin sharply
            "pause_hops": max(1, round((self.pause_ms + self.bridge_ms) / 2 / 5 + 1)),
        }


STANDARDS: Final[Mapping[str, DtmfLimits]] = {
    "bellcore": DtmfLimits(),
    "ntt": DtmfLimits(
        refuse_ms=24, accept_deviation=0.018, refuse_deviation=0.03, twist_db_max=5,
        twist_db_min=-5, level_dbm0_min=-24, refuse_dbm0=-29, pause_ms=30,
    ),
    "etsi": DtmfLimits(twist_db_max=6, twist_db_min=-6),
    "denmark": DtmfLimits(twist_db_max=6, twist_db_min=-6),
    "brazil": DtmfLimits(twist_db_max=9, twist_db_min=-9),
    "australia": DtmfLimits(twist_db_max=10, twist_db_min=-10),
    "codec": DtmfLimits(accept_deviation=0.008, refuse_deviation=0.03, snr_db_min=12),
}  # fmt: skip
"""Limits by name. Source: ITU-T Q.24, table A-1 (AT&T and NTT); twist of the others as in the
sample of Asterisk's dsp.conf. ``codec`` is own: what a coder of speech adds counts as noise, so
that more of it is let pass; frequencies as generators with a crystal keep them (0.75 %) pay for
it."""


def limits_of(standard: str | DtmfLimits | None) -> DtmfLimits | None:
    """Return the limits of a standard, of whoever brings his own, or None for no DTMF at all.

    Raises
    ------
    InputError
        There is no standard of that name.
    """
    if standard is None or isinstance(standard, DtmfLimits):
        return standard
    found = STANDARDS.get(standard) if isinstance(standard, str) else None
    if found is None:
        hint = did_you_mean(standard, STANDARDS) or f"; there are {', '.join(STANDARDS)}"
        raise InputError(f"no DTMF standard is called {standard!r}{hint}")
    return found


def _pairs(signals: str, lanes: int) -> list[tuple[int, int, int]]:
    """Return which two tones each signal has; the higher one counts up."""
    pairs = [(low, high) for high in range(1, lanes) for low in range(high)]
    return [(low, high, code) for code, (low, high) in enumerate(pairs[: len(signals.split())])]


@dataclass(frozen=True, slots=True)
class MfSystem:
    """Signals of two tones out of six.

    Attributes
    ----------
    lanes : tuple of int
        Of the bank.
    signals : str
        In the order 0+1, 0+2, 1+2, 0+3, 1+3, 2+3, ...
    limits : dict
        Of the engine.

    Source
    ------
    ITU-T Q.320 to Q.323 (R1), Q.441 and Q.455 (R2).
    """

    lanes: tuple[int, ...]
    signals: str
    limits: Mapping[str, Any]

    def engine(self) -> tuple[dict[str, Any], list[int], list[tuple[int, int, int]]]:
        """Return what the engine takes."""
        return dict(self.limits), list(self.lanes), _pairs(self.signals, len(self.lanes))


_MF: Final = {
    # Two tones 200 Hz apart, as far off as they may be, disturb each other's estimates: what must
    # be accepted and 3 dB. Voices and metal are kept out by noise and by how a signal begins.
    "window_samples": 192, "level_dbm0_min": -27.0, "twist_db_max": 9.0, "twist_db_min": -9.0,
    "deviation_max": 0.0175, "deviation_hz": 10.0, "snr_db_min": 13.0, "block_max": 0.3,
    "steady_db_max": 3.0, "bend_max": 0.6, "sure_db": 99.0, "pause_hops": 4,
}  # fmt: skip
# Tones of R2 are 120 Hz apart, 100 if both are off, and last until they are answered: 35 ms are
# there to be looked at, and fewer voices pass.
_R2: Final = _MF | {"window_samples": 280, "level_dbm0_min": -38.0}
MF_SYSTEMS: Final[Mapping[str, MfSystem]] = {
    "r1": MfSystem((31, 32, 27, 30, 33, 34), "1 2 3 4 5 6 7 8 9 0 ST3P STP KP KP2 ST", _MF),
    "r2_forward": MfSystem((40, 33, 41, 42, 43, 44), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", _R2),
    "r2_backward": MfSystem((39, 38, 32, 37, 36, 35), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", _R2),
}
"""R1: within 1.5 % + 10 Hz, 0 to -14 dBm and down to -22, twist 6 dB, signals of 30 ms; at both
deviations at once 55 ms. R2: the same but down to -35 dBm0, and 45 ms."""

assert len(TONES_HZ) == 48, "the bank has 48 lanes"
