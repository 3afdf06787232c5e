"""Live calls on one core: how many hold with sound and without, in real time.

    python -m benchmarks.calls [--heard 2000] [--silent 10000] [--seconds 20]

Sessions are whole ones: each has its account, its cutoff, its warnings and, with sound, a monitor
of two legs with every detector; 20 ms frames come in turn. Turns are paced by the clock, as those
of a host are: a turn that is not done after 20 ms is late. Processor time is this one process's.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import time
from decimal import Decimal
from typing import Any, Final

from benchmarks.measure import say
from securecall.calls.attempt import CallAttempt
from securecall.calls.decision import Decision, Limits
from securecall.calls.sessions import Sessions
from securecall.calls.terms import Terms
from securecall.ledger.instant import instant
from securecall.ledger.ledger import Ledger
from securecall.rating.tariff import Tariff

__all__ = ["Figures", "begin", "heard", "sessions_of", "silent", "sound", "tariff"]

START_MS: Final = 1_777_658_400_000
TURN_MS: Final = 20
TARIFF: Final = """
[[facility]]
id = "f"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "all"
steps = [{ from_ms = 0, price = "0.06", per_ms = 60_000, increment_ms = 1_000 }]
"""


def tariff() -> Tariff:
    """Return the tariff of these calls."""
    return Tariff.loads(TARIFF)


def sessions_of(calls: int, **terms: Any) -> Sessions:
    """Return no live calls yet, and an account for each, with money for ten minutes and some."""
    ledger = Ledger.open("memory:")
    for number in range(calls):
        ledger.open_account(f"a-{number}", kind="prepaid", at=START_MS - 1_000)
        cents = 60 + number % 600
        paid = f"{cents // 100}.{cents % 100:02}"
        ledger.deposit(f"a-{number}", paid, at=START_MS - 500, request_id=f"d-{number}")
    return Sessions(Terms(ledger, tariff(), **terms))


def begin(sessions: Sessions, number: int, at_ms: int, *, monitor: bool = True) -> Any:
    """Begin a call that is accepted at once."""
    call_id, account = f"c-{number}-{at_ms}", f"a-{number}"
    decision = Decision(
        call_id, True, (), Limits(1_800_000, None, Decimal(0)),
        privileged=False, monitor=monitor, record=True, billable=True, at=instant(at_ms),
    )  # fmt: skip
    attempt = CallAttempt(call_id, f"p-{number}", "+17135550123", "A-01", accounts=(account,))
    return sessions.begin(attempt, decision, facility="f", at=at_ms, accepted=True)


def sound(calls: int = 12, seconds: int = 60) -> list[tuple[list[bytes], list[bytes]]]:
    """Return 20 ms frames of both legs of calls of the bench, some with fraud in them."""
    from securecall.fraud.bench import Simulator

    made = []
    for call in Simulator(1, call_s=seconds).calls(0, calls):
        legs = [call.legs[name].astype("<i2").tobytes() for name in ("called", "calling")]
        frames = [[leg[at : at + 320] for at in range(0, len(leg) - 319, 320)] for leg in legs]
        made.append((frames[0], frames[1]))
    return made


class Figures:
    """What a run took: processor and wall time, and how long turns took."""

    def __init__(self) -> None:
        self.turns_ms: list[float] = []
        self.cpu_s = self.wall_s = 0.0
        self.actions = 0

    def quantile(self, share: float) -> float:
        """Return how long a turn took that is longer than a share of all."""
        ordered = sorted(self.turns_ms)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    @property
    def late(self) -> int:
        """How many turns took longer than they may."""
        return sum(each > TURN_MS for each in self.turns_ms)


def _paced(turns: int, work: Any) -> Figures:
    figures = Figures()
    gc.collect()
    gc.freeze()
    cpu, began = time.process_time(), time.perf_counter()
    for turn in range(turns):
        starts = time.perf_counter()
        figures.actions += work(turn)
        now = time.perf_counter()
        figures.turns_ms.append(1_000 * (now - starts))
        wait = began + (turn + 1) * TURN_MS / 1_000 - now
        if wait > 0:
            time.sleep(wait)
    figures.cpu_s, figures.wall_s = time.process_time() - cpu, time.perf_counter() - began
    gc.unfreeze()
    return figures


def heard(calls: int, seconds: int, audio: list[tuple[list[bytes], list[bytes]]]) -> Figures:
    """Hold calls with sound: two legs, a frame of each in every turn, all calls of one process."""
    sessions = sessions_of(calls, monitor={"legs": ("called", "calling")})
    live = [begin(sessions, number, START_MS + number % TURN_MS) for number in range(calls)]
    feeds = []
    for number, session in enumerate(live):
        called, calling = audio[number % len(audio)]
        feeds.append((session.feed, called, calling, 37 * number % len(called)))

    def turn(place: int) -> int:
        told = 0
        for feed, called, calling, offset in feeds:
            at = (place + offset) % len(called)
            told += len(feed(called[at])) + len(feed(calling[at], "calling"))
        told += len(sessions.tick(START_MS + TURN_MS * (place + 1)))
        return told

    return _paced(seconds * 1_000 // TURN_MS, turn)


def silent(calls: int, seconds: int) -> Figures:
    """Hold calls without sound: some end and begin in every turn, others move their cutoffs."""
    sessions = sessions_of(calls, monitor=None)
    for number in range(calls):
        begin(sessions, number, START_MS + number % 1_000, monitor=False)
    live = {session.person: session for session in sessions}
    renewed = max(calls * TURN_MS // 600_000, 1)  # calls of ten minutes on average
    place = [0]

    def turn(number: int) -> int:
        at_ms = START_MS + 1_000 + TURN_MS * (number + 1)
        told = 0
        for call, _ in sessions.tick(at_ms):
            told += 1
            if not call.running:
                account = int(call.person[2:])
                sessions.terms.ledger.deposit(
                    f"a-{account}", "1.00", at=at_ms, request_id=f"again-{account}-{at_ms}"
                )
                live[call.person] = begin(sessions, account, at_ms, monitor=False)
        for _ in range(renewed):
            account = place[0] % calls
            place[0] += 1
            live[f"p-{account}"].hang_up(at_ms, by="called", cause=16)
            live[f"p-{account}"] = begin(sessions, account, at_ms, monitor=False)
            told += 1
        return told

    return _paced(seconds * 1_000 // TURN_MS, turn)


def _resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def _told(name: str, calls: int, figures: Figures) -> None:
    turns = len(figures.turns_ms)
    say(
        f"{name}: {calls:,} calls for {turns * TURN_MS / 1_000:.0f} s in {figures.wall_s:.1f} s of "
        f"wall, {figures.cpu_s:.1f} s of processor ({100 * figures.cpu_s / figures.wall_s:.0f} % "
        f"of one core); a turn of 20 ms took p50 {figures.quantile(0.5):.2f}, p99 "
        f"{figures.quantile(0.99):.2f}, at most {max(figures.turns_ms):.2f} ms; {figures.late} of "
        f"{turns} turns late; {figures.actions:,} told; resident {_resident_mb():.0f} MB"
    )


def main() -> None:
    """Measure and say the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heard", type=int, default=2_000)
    parser.add_argument("--silent", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=20)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    say(f"one core; load {os.getloadavg()[0]:.1f}")
    if asked.silent:
        _told("without sound", asked.silent, silent(asked.silent, asked.seconds))
    if asked.heard:
        _told("two legs of sound", asked.heard, heard(asked.heard, asked.seconds, sound()))


if __name__ == "__main__":
    main()
