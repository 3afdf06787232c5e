"""Sends the signals of each row to each receiver and counts what comes back.

A stream is made once and heard by all. Its random numbers depend on the seed, the row, the case and
the trial alone, so that a row run by itself sends the same signals as in the whole table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from securecall.fraud.conform.call_progress import sound
from securecall.fraud.conform.digits import KEYS, Placed, frequencies_hz, send
from securecall.fraud.conform.levels import Pcm
from securecall.fraud.conform.limits import Case, Expected, Limit, Sweep, drawn
from securecall.fraud.conform.line import carry
from securecall.fraud.conform.matching import match_digits, match_tone
from securecall.fraud.conform.multi_frequency import SYSTEMS
from securecall.fraud.conform.progress import ProgressRow
from securecall.fraud.conform.receivers import Receiver
from securecall.fraud.conform.tally import Tally

__all__ = [
    "RowResult",
    "SweepResult",
    "row_id",
    "run_limit",
    "run_progress",
    "run_sweep",
    "streams",
]

Step = Callable[[], None]
BELLCORE: Final = "bellcore"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What receivers made of a row.

    Attributes
    ----------
    id, standard, what, source : str
    expect : {"all", "none", "shown"} or float
    latency_ms_most : float or None
    tallies : dict
        By receiver; one that does not hear such signals is absent.
    cases : tuple of (str, dict)
        The same for each case.
    """

    id: str
    standard: str
    what: str
    source: str
    expect: Expected
    latency_ms_most: float | None
    tallies: dict[str, Tally]
    cases: tuple[tuple[str, dict[str, Tally]], ...]

    def met(self, receiver: str) -> bool | None:
        """Return whether a receiver meets the row; None if nothing is asked or it is not heard."""
        tally = self.tallies.get(receiver)
        return None if tally is None else tally.meets(self.expect, self.latency_ms_most)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What receivers made of a sweep: by receiver, a tally for each of its values."""

    sweep: Sweep
    tallies: dict[str, tuple[Tally, ...]]

    def widest(self, receiver: str) -> tuple[float, float] | None:
        """Return the longest run of values at which every digit was found and nothing else."""
        best: tuple[int, int] | None = None
        begun: int | None = None
        for place, tally in enumerate(self.tallies[receiver]):
            if tally.found < tally.sent or tally.too_much:
                begun = None
                continue
            begun = place if begun is None else begun
            if best is None or place - begun > best[1] - best[0]:
                best = begun, place
        if best is None:
            return None
        return self.sweep.values[best[0]], self.sweep.values[best[1]]

    def reach(self, receiver: str) -> tuple[float, float] | None:
        """Return the first and the last value at which anything was heard."""
        heard = [
            value
            for value, tally in zip(self.sweep.values, self.tallies[receiver], strict=True)
            if tally.found or tally.too_much
        ]
        return (heard[0], heard[-1]) if heard else None

    def met(self, receiver: str) -> bool | None:
        """Return whether everything is found where it must be, and nothing where it must not."""
        sweep = self.sweep
        if sweep.all is None and sweep.none is None:
            return None
        met = True
        for value, tally in zip(sweep.values, self.tallies[receiver], strict=True):
            if sweep.all is not None and sweep.all.holds(value):
                met &= tally.found == tally.sent and not tally.too_much
            if sweep.none is not None and sweep.none.holds(value):
                met &= not tally.found and not tally.too_much
        return met


def streams(
    case: Case,
    random_of: Callable[[int], np.random.Generator],
    trials: int,
    same_key: bool = False,
    system: str = "dtmf",
) -> Iterator[tuple[tuple[Placed, ...], Pcm]]:
    """Yield streams of all keys or signals of a system in drawn order, and what is in them."""
    names = list(KEYS)
    tones_of: Callable[[str], tuple[float, float]] = frequencies_hz
    if system != "dtmf":
        names, tones_of = list(SYSTEMS[system].pairs_hz), SYSTEMS[system].frequencies_hz
    for trial in range(trials):
        random = random_of(trial)
        keys = [names[place] for place in random.permutation(len(names))]
        if same_key:
            keys = [key for key in keys for _ in range(2)]
        sent = send(keys, case.pulse, random, tones_of)
        yield sent.placed, carry(sent, case.line, random)


def _hear(
    receivers: Sequence[Receiver],
    limit: Limit | None,
    made: Iterator[tuple[tuple[Placed, ...], Pcm]],
    step: Step,
) -> dict[str, Tally]:
    tallies = {one.name: Tally() for one in receivers}
    for placed, audio in made:
        for one in receivers:
            if limit is not None and limit.system != "dtmf":
                heard = one.signals(audio, limit.system)
            else:
                heard = one.digits(audio, BELLCORE if limit is None else limit.standard)
            match = match_digits(placed, heard)
            tallies[one.name].add(len(placed), match)
        step()
    return tallies


def _whole(cases: Sequence[dict[str, Tally]]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for case in cases:
        for name, tally in case.items():
            tallies.setdefault(name, Tally()).take(tally)
    return tallies


def row_id(limit: Limit) -> str:
    """Return the id of a row in the whole table."""
    return f"{'dtmf' if limit.system == 'dtmf' else 'mf'}/{limit.id}"


def run_limit(
    limit: Limit, receivers: Sequence[Receiver], *, trials: int, seed: int, step: Step
) -> RowResult:
    """Run a row of digits.

    Parameters
    ----------
    limit : Limit
    receivers : sequence of Receiver
    trials : int
        Streams of sixteen keys for each case.
    seed : int
    step : callable
        Called once a stream.

    Source
    ------
    own.
    """
    wanted = "digits" if limit.system == "dtmf" else limit.system
    able = [one for one in receivers if wanted in one.hears]
    cases = []
    for number, case in enumerate(limit.cases):

        def random_of(trial: int, number: int = number) -> np.random.Generator:
            return drawn(seed, limit.id, number, trial)

        made = streams(case, random_of, trials * limit.times, limit.same_key, limit.system)
        cases.append((case.text, _hear(able, limit, made, step)))
    return RowResult(
        row_id(limit),
        limit.standard,
        limit.what,
        limit.source,
        limit.expect,
        limit.latency_ms_most,
        _whole([tallies for _, tallies in cases]),
        tuple(cases),
    )


def run_sweep(
    sweep: Sweep, receivers: Sequence[Receiver], *, trials: int, seed: int, step: Step
) -> SweepResult:
    """Run a sweep; the parameters are those of a row.

    Source
    ------
    own.
    """
    able = [one for one in receivers if "digits" in one.hears]
    points = []
    for number, case in enumerate(sweep.cases):

        def random_of(trial: int, number: int = number) -> np.random.Generator:
            return drawn(seed, sweep.id, number, trial)

        points.append(_hear(able, None, streams(case, random_of, trials, sweep.same_key), step))
    tallies = {one.name: tuple(point[one.name] for point in points) for one in able}
    return SweepResult(sweep, tallies)


def run_progress(
    row: ProgressRow, receivers: Sequence[Receiver], *, trials: int, seed: int, step: Step
) -> RowResult:
    """Run a row of call progress; a trial is one tone, the parameters are those of a row.

    Source
    ------
    own.
    """
    tone = row.tone
    able = [one for one in receivers if "tones" in one.hears and one.knows(tone.plan, tone.name)]
    cases = []
    for number, off in enumerate(row.offs):
        tallies = {one.name: Tally() for one in able}
        for trial in range(trials):
            random = drawn(seed, row.id, number, trial)
            sent = sound(tone, off, random)
            audio = carry(sent, row.line, random)
            for one in able:
                tallies[one.name].add(
                    1, match_tone(sent.placed[0], one.tones(audio, tone.plan), tone.also)
                )
            step()
        text = f"frequency {off.frequency_percent:+g} %, cadence {off.cadence_percent:+g} %"
        cases.append((f"{text}, level {off.level_db:+g} dB", tallies))
    return RowResult(
        f"progress/{row.id}",
        "",
        f"{tone.name}: {row.what}",
        row.source,
        row.expect,
        tone.latency_ms_most if row.id.startswith("clean/") else None,
        _whole([tallies for _, tallies in cases]),
        tuple(cases),
    )
