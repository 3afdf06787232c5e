"""What a line does to a signal on its way: noise, other tones, echo, coders, lost packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from securecall.fraud.conform.companding import Law, round_trip
from securecall.fraud.conform.concealment import FRAME, Concealment, conceal, lost_frames
from securecall.fraud.conform.digits import Sent
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Pcm, Samples, amplitude, pcm, samples_of

__all__ = ["Line", "carry"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line; all that is None or zero is absent.

    Attributes
    ----------
    snr_db : float or None
        White noise: the power of the signal while it is on, all tones together, over the power of
        the noise from 0 to 4 kHz. (Of one of two equal tones it is 3 dB less.)
    dial_tone_dbm0 : float or None
        350 + 440 Hz all the time, of that level together.
    hum_dbm0 : float or None
        A sine of 60 Hz.
    echo_db, echo_ms : float or None, float
        The signal again, so many dB louder (so it is negative) and later.
    law : {"", "mulaw", "alaw"}
        A G.711 coder and decoder.
    loss_percent, concealment : float, str
        Frames of 20 ms that are lost, each by its own throw, and how that is concealed.
    """

    snr_db: float | None = None
    dial_tone_dbm0: float | None = None
    hum_dbm0: float | None = None
    echo_db: float | None = None
    echo_ms: float = 20.0
    law: Literal["", "mulaw", "alaw"] = ""
    loss_percent: float = 0.0
    concealment: Concealment = "pitch"


def carry(sent: Sent, line: Line, random: np.random.Generator) -> Pcm:
    """Return what arrives of a stream at the far end."""
    samples = sent.samples
    if line.echo_db is not None:
        late = samples_of(line.echo_ms)
        echo = 10 ** (line.echo_db / 20) * samples[: len(samples) - late]
        samples = samples.copy()
        samples[late:] += echo
    if line.dial_tone_dbm0 is not None:
        part = line.dial_tone_dbm0 - 10 * np.log10(2)
        samples = samples + _sine(350, part, len(samples), random)
        samples += _sine(440, part, len(samples), random)
    if line.hum_dbm0 is not None:
        samples = samples + _sine(60, line.hum_dbm0, len(samples), random)
    if line.snr_db is not None:
        deviation = np.sqrt(sent.power * 10 ** (-line.snr_db / 10))
        samples = samples + random.normal(0, deviation, len(samples))
    if line.loss_percent:
        frames = len(samples) // FRAME
        lost = lost_frames(frames, line.loss_percent, random)
        samples = conceal(samples, lost, line.concealment)
    arrived = pcm(samples)
    if line.law:
        law: Law = line.law
        arrived = round_trip(law, arrived)
    return arrived


def _sine(hz: float, dbm0: float, count: int, random: np.random.Generator) -> Samples:
    turns = 2 * np.pi * hz / SAMPLE_RATE_HZ * np.arange(count) + random.uniform(0, 2 * np.pi)
    sine: Samples = amplitude(dbm0) * np.sin(turns)
    return sine
