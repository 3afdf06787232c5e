"""A line: what a leg's sound goes through between the microphone and the monitor.

In this order: level, automatic gain, the band of the telephone; echo of the other leg and sounds of
the network; noise and hum; silence suppression; codecs. Losses and slips follow, for the whole leg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.bench.codec import coded, missing
from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.network import silence_suppressed
from securecall.fraud.bench.sound import (
    FRAME,
    HALF,
    SAMPLE_RATE_HZ,
    Audio,
    band,
    filtered,
    gain,
    narrow,
    noise,
    response,
)
from securecall.fraud.conform.levels import Pcm, amplitude

__all__ = ["ACCESSES", "AROUND", "Line", "drawn_line", "near_end", "other_line", "through"]

#: How a leg may be connected, and the codecs on its way; those marked are in the sealed part only.
CHAINS: Final = {
    "analogue": (("mulaw",), ("mulaw", "mulaw"), ("alaw",), ("alaw", "mulaw")),
    "cellular": (("gsm", "mulaw"), ("gsm", "alaw"), ("amr", "mulaw"), ("amr122", "mulaw")),
    "voip": (("mulaw",), ("g726", "mulaw"), ("g722", "mulaw")),
}
CHAINS_SEALED: Final = {
    "analogue": (("mulaw", "alaw", "mulaw"),),
    "cellular": (("gsm", "gsm", "mulaw"), ("amr475", "mulaw"), ("amr122", "alaw", "gsm")),
    "voip": (("opus", "mulaw"), ("gsm", "mulaw", "gsm"), ("g723", "mulaw")),
}
ACCESSES: Final = tuple(CHAINS)
#: Tilt of line noise in dB per octave.
COLOURS: Final = (0.0, -3.0, -6.0)
COLOURS_SEALED: Final = (3.0, -1.5, -4.5, -9.0)
#: What automatic gain aims at, and how far it goes.
AGC_DBM0: Final = -18.0
AGC_DB_MOST: Final = 12.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line; what is None or zero is absent.

    Attributes
    ----------
    access : {"analogue", "cellular", "voip"}
    codecs : tuple of str
        One after the other.
    low_hz, high_hz, tilt : float
        Band of the telephone; tilt in dB per octave.
    level_dbm0 : float
        Of speech that enters at -20 dBm0.
    noise_dbm0, noise_tilt : float
    hum_hz, hum_dbm0 : float
        Mains hum and two harmonics; ``hum_hz`` 0 is none.
    echo_ms, erl_db : float
        Echo of the other leg: its delay and loss; a loss of 90 dB or more is none.
    agc, dtx : bool
    """

    access: str = "analogue"
    codecs: tuple[str, ...] = ("mulaw",)
    low_hz: float = 200.0
    high_hz: float = 3500.0
    tilt: float = 0.0
    level_dbm0: float = -20.0
    noise_dbm0: float = -60.0
    noise_tilt: float = 0.0
    hum_hz: float = 0.0
    hum_dbm0: float = -70.0
    echo_ms: float = 20.0
    erl_db: float = 99.0
    agc: bool = False
    dtx: bool = False


def _chains(access: str, wide: bool) -> list[tuple[str, ...]]:
    """Return the chains of an access that this machine can do."""
    absent = set(missing())
    known = CHAINS[access] + (CHAINS_SEALED[access] if wide else ())
    return [chain for chain in known if not absent & set(chain)] or [("mulaw",)]


def drawn_line(draw: Dice, access: str | None = None) -> Line:
    """Draw a line, of an access if one is given.

    Source
    ------
    own; ranges of docs/bench.md.
    """
    access = access or draw.one_of(ACCESSES)
    analogue = access == "analogue"
    cancelled = draw.chance(0.2 if analogue else 0.7)
    return Line(
        access=access,
        codecs=draw.one_of(_chains(access, draw.wide)),
        low_hz=draw.between(150, 350),
        high_hz=draw.between(3000, 3600),
        tilt=draw.between(-2.5, 1.5),
        level_dbm0=draw.between(-32, -14),
        noise_dbm0=draw.between(-68, -48),
        noise_tilt=draw.one_of(COLOURS + (COLOURS_SEALED if draw.wide else ())),
        hum_hz=draw.one_of((50.0, 60.0)) if analogue and draw.chance(0.25) else 0.0,
        hum_dbm0=draw.between(-65, -52),
        echo_ms=draw.between(10, 60),
        erl_db=99.0 if cancelled else draw.between(12, 35),
        agc=not analogue and draw.chance(0.3),
        dtx=not analogue and draw.chance(0.35),
    )


def other_line(draw: Dice, line: Line, what: Sequence[str]) -> Line:
    """Return a line of which some things are audibly other: codec, band, noise, level, echo.

    Codecs that are heard as others are of another family; a floor differs by 7 dB or more.
    """
    fresh = drawn_line(draw)
    changed = line
    if "codec" in what:
        # G.711 alone, and a coder of speech: these two families differ for any ear.
        plain = all(name in ("mulaw", "alaw") for name in line.codecs)
        access = draw.one_of(("cellular", "voip") if plain else ("analogue",))
        other = [
            chain
            for chain in _chains(access, draw.wide)
            if all(name in ("mulaw", "alaw") for name in chain) != plain
        ]
        chains = other or [("gsm",) if plain else ("mulaw",)]
        changed = replace(changed, access=access, codecs=draw.one_of(chains))
    if "band" in what:
        narrow_band = line.high_hz > 3250
        changed = replace(
            changed,
            low_hz=line.low_hz + (draw.between(120, 250) if narrow_band else -80),
            high_hz=draw.between(2500, 2800) if narrow_band else draw.between(3500, 3650),
            tilt=-line.tilt + draw.between(-1, 1),
        )
    if "noise" in what:
        step = draw.between(8, 16)
        up = line.noise_dbm0 < -58
        changed = replace(
            changed,
            noise_dbm0=line.noise_dbm0 + (step if up else -step),
            noise_tilt=draw.one_of(COLOURS),
        )
    if "level" in what:
        changed = replace(changed, level_dbm0=min(-12.0, max(-36.0, fresh.level_dbm0)))
    if "echo" in what:
        gone = line.erl_db < 50
        changed = replace(
            changed,
            echo_ms=draw.between(10, 60),
            erl_db=99.0 if gone else draw.between(12, 22),
        )
    return changed


def _with_gain(samples: Audio) -> Audio:
    """Return what a slow automatic gain makes of samples, by frames of 20 ms."""
    frames = len(samples) // FRAME
    whole = samples[: frames * FRAME].reshape(frames, FRAME)
    power: NDArray[np.float64] = np.square(whole).sum(axis=1, dtype=np.float64) / FRAME
    wanted = 0.5 * 10.0 ** ((AGC_DBM0 - 3.14) / 10.0)
    most = 10.0 ** (AGC_DB_MOST / 20.0)
    heard, factor, factors = wanted, 1.0, []
    for one in power.tolist():
        if one > 1e-7:  # -70 dBm0: what is softer is no speech
            heard += (one - heard) * (0.10 if one > heard else 0.01)
            aim = min(most, max(1.0 / most, (wanted / heard) ** 0.5))
            factor += (aim - factor) * 0.02
        factors.append(factor)
    if not factors:
        return samples
    middle = np.arange(frames) * FRAME + FRAME // 2
    made = np.interp(np.arange(len(samples)), middle, np.array(factors))
    louder: Audio = samples * made.astype(np.float32)
    return louder


def near_end(samples: Audio, line: Line) -> Audio:
    """Return what a telephone sends: at its level, gained, in its band."""
    made = samples * gain(line.level_dbm0 + 20.0)
    if line.agc:
        made = _with_gain(made)
    return filtered(made, response(band(line.low_hz, line.high_hz, line.tilt)))


def _hum(line: Line, count: int, first: int) -> Audio:
    at = 2 * np.pi * line.hum_hz / SAMPLE_RATE_HZ * np.arange(first, first + count)
    made = np.sin(at) + 0.4 * np.sin(3 * at + 1.0) + 0.2 * np.sin(5 * at + 2.0)
    hum: Audio = (amplitude(line.hum_dbm0) / np.sqrt(1.2) * made).astype(np.float32)
    return hum


def through(
    near: Audio, echo_of: Audio, network: Audio, dead: np.ndarray, line: Line,
    *, first: int, draw: Dice,
) -> Pcm:  # fmt: skip
    """Return what arrives of a piece of a leg.

    Parameters
    ----------
    near : float32
        What the telephone sends, by `near_end`.
    echo_of : float32
        What the other leg sends, from ``echo_ms`` before the piece on.
    network : float32
        Sounds that switches add.
    dead : bool
        Where the line is cut: neither sound nor noise nor echo of it, but the network's.
    line : Line
    first : int
        Sample of the leg at which the piece begins.
    draw : Dice
    """
    made = near.copy()
    if line.erl_db < 90.0:
        made += echo_of * gain(-line.erl_db)
    colour = band(100, 3700, line.noise_tilt)
    made += noise(draw.random, len(made), line.noise_dbm0, colour)
    if line.hum_hz:
        made += _hum(line, len(made), first)
    made[dead] = 0.0
    made += network
    if line.dtx:
        made = silence_suppressed(made, draw, error_db=draw.exactly(-3, 1))
    heard = narrow(made)
    for codec in line.codecs:
        heard = coded(heard, codec)
    return heard


#: Samples around a piece that a filter needs.
AROUND: Final = HALF
