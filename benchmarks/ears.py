"""How fast the ears are: one channel through Python, many at once, and peers on the same audio.

All in one run on one core, in processor seconds; a figure is seconds of audio for each of them,
which is how many channels a core can follow.
"""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.line_audio import RATE_HZ, line_audio
from benchmarks.measure import least_seconds
from benchmarks.peers.c_code import CannotCompileError
from benchmarks.peers.limits import MFLOP_A_SECOND, Limits
from benchmarks.peers.spandsp_loop import WHAT, loop
from benchmarks.row import Row

__all__ = ["channels", "ears"]

FRAME: Final = 160
KEPT_FRAMES: Final = 1800  # 36 s: what a monitor compares with
MF: Final = "r1"  # everything is on, as with spandsp's three
CHAIN: Final = 2_000_000
TOGETHER: Final = "DTMF + super_tone + bell_mf"
Audio = NDArray[np.int16]


def _streaming(audio: Audio) -> Callable[[], int]:
    """Return what one channel does: a frame of 20 ms after the other, through Python."""
    from securecall.fraud import ToneDetector

    frames = [audio[at : at + FRAME].tobytes() for at in range(0, len(audio) - FRAME + 1, FRAME)]
    ToneDetector(RATE_HZ, mf=MF)  # the first one makes the tables that all share

    def work() -> int:
        feed = ToneDetector(RATE_HZ, mf=MF).feed
        events = 0
        for frame in frames:
            events += len(feed(frame))
        return events

    return work


def _rows_of(audio: Audio, count: int, steps: int) -> list[Audio]:
    """Return frames for many channels, each of which hears the audio from another place on."""
    starts = np.arange(count) * 7919 * FRAME % (len(audio) - FRAME * (steps + 1))
    within = np.arange(FRAME)
    return [audio[starts[:, None] + step * FRAME + within] for step in range(steps)]


def _lines(count: int, everything: bool) -> Callable[[Audio], list[Any]]:
    """Return what feeds many lines: a `ToneBank`, or an engine with all that a line can have.

    That is the network that tells speech from other sound, and the measures of each frame, too, as
    a monitor of calls switches them on.
    """
    from securecall import _dsp
    from securecall.fraud import ToneBank
    from securecall.fraud.hearing import Hearing
    from securecall.fraud.speech import packed_network

    if not everything:
        return ToneBank(count, RATE_HZ, mf=MF).feed
    setup = Hearing(
        RATE_HZ, "s16le", dtmf="bellcore", mf=MF, plan="north_america", dial_tone_filter=True,
        report_ends=False, speech=packed_network(),
    ).setup  # fmt: skip
    return _dsp.Channels(setup, count).feed


def _many(audio: Audio, count: int, steps: int, everything: bool = False) -> Callable[[], int]:
    """Return what many channels do, all of them at each call."""
    feed = _lines(count, everything)
    rows = _rows_of(audio, count, steps)

    def work() -> int:
        return sum(len(feed(row)) for row in rows)

    work()  # every channel has heard something before it is measured
    return work


def _watching(audio: Audio) -> Callable[[], int]:
    """Return what a monitor of one leg does with every detector: a frame after the other."""
    from securecall.fraud import CallMonitor

    frames = [audio[at : at + FRAME].tobytes() for at in range(0, len(audio) - FRAME + 1, FRAME)]
    CallMonitor(legs=("called",))

    def work() -> int:
        feed = CallMonitor(legs=("called",)).feed
        return sum(len(feed(frame)) for frame in frames)

    return work


def _watching_many(audio: Audio, count: int, steps: int) -> Callable[[], int]:
    """Return what a bank of monitors does, all channels at each call."""
    from securecall.fraud import MonitorBank

    bank = MonitorBank(count)
    rows = _rows_of(audio, count, steps)
    # What a leg is compared with must be there: nothing is compared in a call's first six seconds,
    # and all of it when 36 s are kept.
    for _ in range(-(-KEPT_FRAMES // len(rows))):
        for row in rows:
            bank.feed(row)

    def work() -> int:
        return sum(len(bank.feed(row)) for row in rows)

    return work


def _multimon(audio: Audio, rounds: int) -> list[Row]:
    import soxr

    from securecall.fraud.conform.multimon import RATE_HZ as WIDE_HZ
    from securecall.fraud.conform.multimon import Multimon
    from securecall.fraud.conform.receivers import NotInstalledError

    try:
        program = Multimon()._program
    except NotInstalledError as missing:
        return [Row("ears", "multimon-ng: not installed", 0, "", note=str(missing))]
    wide = soxr.resample(audio, RATE_HZ, WIDE_HZ).astype("<i2").tobytes()
    least = float("inf")
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [program, "-q", "-t", "raw", "-a", "DTMF", "-"]
        subprocess.run(command, input=wide, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        least = min(least, spent)
    seconds = len(audio) / RATE_HZ
    note = "its processor seconds, resampling to 22.05 kHz not counted"
    return [Row("ears", "multimon-ng, DTMF", seconds / least, "channels", note=note)]


def _webrtcvad(audio: Audio, rounds: int) -> list[Row]:
    try:
        import webrtcvad
    except ImportError:
        note = "pip install webrtcvad-wheels"
        return [Row("ears", "webrtcvad: not installed", 0, "", note=note)]
    frames = [audio[at : at + FRAME].tobytes() for at in range(0, len(audio) - FRAME + 1, FRAME)]

    def work() -> int:
        says = webrtcvad.Vad(3).is_speech
        return sum(says(frame, RATE_HZ) for frame in frames)

    spent = least_seconds(work, rounds)
    return [Row("ears", "webrtcvad, 20 ms", len(audio) / RATE_HZ / spent, "channels")]


def _spandsp(audio: Audio, rounds: int) -> tuple[list[Row], dict[str, float]]:
    try:
        run = loop()
    except CannotCompileError as reason:
        note = f"{reason}; apt-get install libspandsp2 gcc, or `make peers`"
        return [Row("ears", "spandsp: not installed", 0, "", note=note)], {}
    rates = {}
    for what in WHAT:
        spent = least_seconds(lambda what=what: run(what, audio, FRAME), rounds)
        rates[what] = len(audio) / RATE_HZ / spent
    note = "in a C loop, 20 ms a call"
    rows = [Row("ears", f"spandsp, {name}", rate, "channels", note=note)
            for name, rate in rates.items()]  # fmt: skip
    return rows, rates


def _limits(audio: Audio, rounds: int) -> tuple[list[Row], float, float]:
    """Return rows, the Goertzels' channels, and how many the multiply-adds would allow."""
    try:
        limits = Limits()
    except CannotCompileError as reason:
        return [Row("ears", "limits of the core", 0, "", note=str(reason))], 0.0, 0.0
    peaks = []
    for lanes in (8, 16):
        spent = least_seconds(lambda lanes=lanes: limits.multiply_adds(lanes, CHAIN), rounds)
        peaks.append(CHAIN * 10 * lanes * 2 / spent / 1e9)
    spent = least_seconds(lambda: limits.goertzel(audio), rounds)
    bare = len(audio) / RATE_HZ / spent
    allowed = max(peaks) * 1e3 / MFLOP_A_SECOND
    compiled = "C, compiled for this core with -O3 -march=native"
    rows = [
        Row("ears", "peak of multiply-adds", max(peaks), "GFLOP/s",
            note=f"ten chains, 8 lanes {peaks[0]:.0f}, 16 lanes {peaks[1]:.0f}; {compiled}"),
        Row("ears", "40 bare Goertzels", bare, "channels", note=compiled),
        Row("ears", "what the peak allows", allowed, "channels",
            note=f"{MFLOP_A_SECOND} MFLOP for each second of a channel"),
    ]  # fmt: skip
    return rows, bare, allowed


def ears(seconds: int, rounds: int, many: int) -> list[Row]:
    """Everything that is compared, in one run."""
    audio, about = line_audio(seconds)
    spent = least_seconds(_streaming(audio), rounds)
    streaming = seconds / spent
    steps = max(1, min(100, len(audio) // FRAME - 2))
    spent = least_seconds(_many(audio, many, steps), rounds)
    batch = many * steps * FRAME / RATE_HZ / spent
    spent = least_seconds(_many(audio, many, steps, everything=True), rounds)
    everything = many * steps * FRAME / RATE_HZ / spent
    spent = least_seconds(_watching(audio), rounds)
    watching = seconds / spent
    spent = least_seconds(_watching_many(audio, many, steps), rounds)
    watching_many = many * steps * FRAME / RATE_HZ / spent
    peers, rates = _spandsp(audio, rounds)
    limits, bare, allowed = _limits(audio, rounds)
    rows = [
        Row("ears", "securecall, a frame a call", streaming, "channels",
            note=f"20 ms through Python; {seconds} s of {about}"),
        Row("ears", "securecall, many channels a call", batch, "channels",
            note=f"{many:,} channels, 20 ms a call"),
        Row("ears", "securecall, everything on", everything, "channels",
            note=f"{many:,} channels; speech and measures, too"),
        Row("ears", "CallMonitor, a frame a call", watching, "channels", 8000,
            note="one leg, every detector"),
        Row("ears", "MonitorBank", watching_many, "channels", 12_000,
            note=f"{many:,} channels of one leg, 20 ms a call"),
        *peers,
        *_multimon(audio, min(rounds, 3)),
        *_webrtcvad(audio, rounds),
        *limits,
    ]  # fmt: skip
    if rates:
        rows += [
            Row("ears", "a frame a call, over spandsp's three", streaming / rates[TOGETHER],
                "x", 3.5, note=f"{TOGETHER}, eleven tones"),
            Row("ears", "a frame a call, over the three without SIT",
                streaming / rates["the three, without SIT"], "x"),
            Row("ears", "many channels, over spandsp's DTMF", batch / rates["DTMF"], "x", 1.0),
            Row("ears", "everything on, over spandsp's DTMF", everything / rates["DTMF"], "x", 1.0),
        ]  # fmt: skip
    for what, against in (("40 bare Goertzels", bare), ("what the peak allows", allowed)):
        if against:
            rows.append(Row("ears", f"many channels, of {what}", 100 * batch / against, "%"))
    return rows


def channels(counts: tuple[int, ...], rounds: int, frames: int) -> list[Row]:
    """What a channel costs among few and among many; about as many frames are heard each time."""
    audio, _ = line_audio(60)
    costs: list[float] = []
    for count in counts:
        steps = max(2, min(frames // count, len(audio) // FRAME - 2))
        spent = least_seconds(_many(audio, count, steps), rounds)
        costs.append(1e6 * spent / (count * steps))
    rows: list[Row] = [
        Row("ears-channels", f"a frame of a channel, {count:,} channels", cost, "us")
        for count, cost in zip(counts, costs, strict=True)
    ]
    name, most = "ears-channels", f"{counts[-1]:,} channels"
    note = "one channel pays for a whole call of Python"
    rows.append(Row(name, f"{most} over {counts[0]:,}", costs[-1] / costs[0], "x", note=note))
    rows.append(Row(name, f"{most} over the cheapest", costs[-1] / min(costs), "x", 1.25, "most"))
    return rows
