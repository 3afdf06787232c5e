"""A little audio that every receiver must hear right."""

from __future__ import annotations

from typing import Final

from securecall.fraud.conform.call_progress import Off, sound
from securecall.fraud.conform.digits import Pulse, send
from securecall.fraud.conform.levels import Pcm
from securecall.fraud.conform.limits import drawn
from securecall.fraud.conform.line import Line, carry
from securecall.fraud.conform.multi_frequency import SYSTEMS
from securecall.fraud.conform.progress import tones

__all__ = ["DIAL", "DIGITS", "KEYS_SENT", "SIGNALS", "SIGNALS_SENT"]

KEYS_SENT: Final = "1590*#AD22"
DIGITS: Final[Pcm] = carry(
    send(list(KEYS_SENT), Pulse(on_ms=80, off_ms=80), drawn(1)), Line(), drawn(2)
)
SIGNALS_SENT: Final = ("KP", "1", "5", "0", "ST3P", "STP", "KP2", "ST")
SIGNALS: Final[Pcm] = carry(
    send(SIGNALS_SENT, Pulse(on_ms=80, off_ms=80), drawn(5), SYSTEMS["r1"].frequencies_hz),
    Line(),
    drawn(6),
)
DIAL: Final[Pcm] = carry(sound(tones()["dial"], Off(), drawn(3)), Line(), drawn(4))
