"""A made-up month of calls with fraud planted in it, and labels that say where.

The ordinary part is meant to be hard: families that share prisoners, lawyers whom many call, lines
that are engaged and dialled again and again, PINs mistyped, people moved between facilities,
accounts suspended and released. The planted part is of all strengths, also below what the patterns'
defaults find, so that recall says something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from securecall.fraud.patterns.busy_number import BusyNumber
from securecall.fraud.patterns.evaluation import Label
from securecall.fraud.patterns.forwarding import Forwarding
from securecall.fraud.patterns.hot_number import HotNumber
from securecall.fraud.patterns.hours import Hours
from securecall.fraud.patterns.schedule import Schedule
from securecall.fraud.patterns.shared_number import SharedNumber

__all__ = ["Planted", "plant"]

BEGIN: Final = datetime(2026, 3, 1, tzinfo=UTC)  # the clocks of most zones change a week later
DAY_S: Final = 86_400
ZONES: Final = ("America/Chicago", "America/New_York", "America/Los_Angeles", "America/Phoenix")
OPEN_S, CLOSED_S = 7 * 3600, 22 * 3600
Row = tuple[float, float, str, str, str | None, str | None, str, str]
SCHEMA: Final = pa.schema(
    [
        ("call_id", pa.string()),
        ("start", pa.timestamp("ms", "UTC")),
        ("duration_ms", pa.int64()),
        ("facility", pa.string()),
        ("number", pa.string()),
        ("person", pa.string()),
        ("account", pa.string()),
        ("outcome", pa.string()),
        ("station", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Planted:
    """Calls, where fraud was planted, and what a scan must be told.

    Attributes
    ----------
    calls : pyarrow.Table
        In the order of time.
    labels : tuple of Label
    parameters : tuple of dataclass
        Hot numbers, hours and most of the lawyers, which no scan can know by itself.

    Source
    ------
    own.
    """

    calls: pa.Table
    labels: tuple[Label, ...]
    parameters: tuple[Any, ...]


def plant(seed: int, people: int = 1500, days: int = 14, each: int = 20) -> Planted:
    """Make calls with fraud in them.

    Parameters
    ----------
    seed : int
        The same seed gives the same calls.
    people : int, optional
        Prisoners; each makes about four calls a day.
    days : int, optional
    each : int, optional
        Frauds of each pattern.

    Source
    ------
    own; docs/patterns.md says what is in it.
    """
    return _Planter(seed, people, days).planted(each)


class _Planter:
    def __init__(self, seed: int, people: int, days: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.days = days
        self.facilities = [f"jail-{at:02}" for at in range(8)]
        self.zones = {name: ZONES[at % 4] for at, name in enumerate(self.facilities)}
        self.people = people
        # Where each is on each day: a few are moved overnight.
        home = self.rng.integers(0, len(self.facilities), people)
        self.home = np.empty((days, people), np.int64)
        for day in range(days):
            moved = self.rng.random(people) < 0.005
            home = np.where(moved, self.rng.integers(0, len(self.facilities), people), home)
            self.home[day] = home
        self.rows: list[Row] = []
        self.labels: list[Label] = []
        self.hours = {name: Hours(zone) for name, zone in self.zones.items()}
        self._fresh = 0
        # Families: a number is called by one prisoner, by two or by three.
        self.numbers: list[list[str]] = [[] for _ in range(people)]
        for slot in range(4):
            order = self.rng.permutation(people).tolist()
            while order:
                family = f"+1312{slot * people + len(order):07}"
                for _ in range(min(int(self.rng.choice([1, 1, 2, 3])), len(order))):
                    self.numbers[order.pop()].append(family)
        self.lawyers = [f"+1800{at:07}" for at in range(12)]
        self.engaged: dict[str, float] = {}

    # -- small parts ---------------------------------------------------------------------------

    def number(self) -> str:
        """Return a number that nobody else calls."""
        self._fresh += 1
        return f"+1646{self._fresh * 37:07}"

    def local(self, facility: str, day: int, second: float) -> float:
        """Return the instant of a local time of day, in seconds from the beginning."""
        midnight = BEGIN + timedelta(days=day)
        at = int((midnight - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() + second) * 1000
        hours = self.hours[facility]
        ahead = int(hours.local_ms(np.array([at]))[0]) - at
        return day * DAY_S + second - ahead / 1000

    def somebody(self) -> tuple[int, str]:
        """Return a prisoner who is never moved, and the facility."""
        while True:
            who = int(self.rng.integers(0, self.people))
            if np.all(self.home[:, who] == self.home[0, who]):
                return who, self.facilities[self.home[0, who]]

    def noon(self) -> float:
        """Return an instant at which every facility's telephones are on for hours."""
        day = int(self.rng.integers(0, self.days))
        return self.local(self.facilities[0], day, self.between(9.5 * 3600, 13 * 3600))

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def sometime(self, facility: str, spare_s: float = 7200) -> float:
        """Return an instant within the hours that leaves some time before they end."""
        day = int(self.rng.integers(0, self.days))
        return self.local(facility, day, self.between(OPEN_S + 600, CLOSED_S - spare_s))

    def add(
        self, at_s: float, lasts_s: float, facility: str, number: str, person: str | None,
        outcome: str = "answered", account: str | None = None, station: str | None = None,
    ) -> None:  # fmt: skip
        """Put a record down."""
        phone = station or f"{facility}-t{int(self.rng.integers(0, 40)):02}"
        account = account or (None if person is None else f"a{person[1:]}")
        self.rows.append((at_s, lasts_s, facility, number, person, account, outcome, phone))

    def label(self, pattern: str, subject: str, first_s: float, last_s: float) -> None:
        """Say what was planted."""
        first, last = (BEGIN + timedelta(milliseconds=round(at * 1000)) for at in (first_s, last_s))
        self.labels.append(Label(pattern, subject, first, last))

    # -- ordinary calls ------------------------------------------------------------------------

    def ordinary(self) -> None:
        """Make what happens anyway."""
        attempts = []
        for day in range(self.days):
            for who in range(self.people):
                facility = self.facilities[self.home[day, who]]
                for _ in range(int(self.rng.poisson(4))):
                    at = self.local(facility, day, self.between(OPEN_S + 60, CLOSED_S - 1500))
                    attempts.append((at, who, facility))
        free: dict[int, float] = {}
        for at, who, facility in sorted(attempts):
            at = max(at, free.get(who, 0.0))
            free[who] = self.call(at, who, facility) + self.between(5, 90)

    def call(self, at: float, who: int, facility: str) -> float:
        """Make one ordinary call, with what comes before it; return when it is over."""
        person = f"p{who:05}"
        number = self.numbers[who][int(self.rng.integers(0, 4))]
        if self.rng.random() < 0.02:
            number = self.lawyers[int(self.rng.integers(0, len(self.lawyers)))]
        phone = f"{facility}-t{int(self.rng.integers(0, 40)):02}"
        while self.rng.random() < 0.06:  # mistyped
            self.add(at, 0, facility, number, f"x{int(self.rng.integers(0, 10**6))}",
                     "invalid_pin", station=phone)  # fmt: skip
            at += self.between(8, 25)
        for _ in range(int(self.rng.geometric(0.7)) - 1):  # nobody is there; dialled again
            self.add(at, 0, facility, number, person, "unanswered", station=phone)
            at += self.between(25, 60)
        lines = 4 if number in self.lawyers else 1
        busy_until = self.engaged.get(number, 0.0)
        if lines == 1 and at < busy_until and self.rng.random() > 0.05:  # few have call waiting
            self.add(at, 0, facility, number, person, "busy", station=phone)
            return at + 5
        lasts = min(float(self.rng.lognormal(5.6, 1.1)), 900.0)
        self.engaged[number] = max(busy_until, at + lasts)
        self.add(at, lasts, facility, number, person, station=phone)
        return at + lasts

    # -- planted calls -------------------------------------------------------------------------

    def velocity(self) -> None:
        who, facility = self.somebody()
        at = first = self.sometime(facility)
        calls, within = int(self.rng.integers(9, 30)), self.between(1200, 3500)
        for _ in range(calls):
            lasts = self.between(10, 0.8 * within / calls)
            self.add(at, lasts, facility, self.number(), f"p{who:05}")
            at += within / calls
        self.label("velocity", f"p{who:05}", first, at)

    def shared_number(self) -> None:
        number = self.number()
        first = at = self.noon()
        for _ in range(int(self.rng.integers(4, 16))):
            who, facility = self.somebody()
            lasts = self.between(30, 500)
            self.add(at, lasts, facility, number, f"p{who:05}")
            at += lasts + self.between(30, 300)
        self.label("shared_number", number, first, at)

    def shared_pin(self) -> None:
        who, facility = self.somebody()
        other = self.facilities[int(self.rng.integers(0, 8))]
        while other == facility:
            other = self.facilities[int(self.rng.integers(0, 8))]
        first = self.sometime(facility)
        last = first + self.between(300, 9000)
        self.add(first, 120, facility, self.numbers[who][0], f"p{who:05}")
        self.add(last, 120, other, self.number(), f"p{who:05}")
        self.label("shared_pin", f"p{who:05}", first, last)

    def invalid_pin(self) -> None:
        _, facility = self.somebody()
        phone = f"{facility}-t{int(self.rng.integers(40, 60)):02}"  # at the end of the corridor
        at = first = self.sometime(facility)
        for _ in range(int(self.rng.integers(4, 25))):
            pin = f"x{int(self.rng.integers(0, 10**6))}"
            self.add(at, 0, facility, self.number(), pin, "invalid_pin", station=phone)
            at += self.between(6, 60)
        self.label("invalid_pin", phone, first, at)

    def chain(self) -> None:
        who, facility = self.somebody()
        at = first = self.sometime(facility)
        for _ in range(int(self.rng.integers(3, 9))):
            lasts = self.between(30, 400)
            self.add(at, lasts, facility, self.number(), f"p{who:05}")
            at += lasts + self.between(2, 12)
        self.label("chain", f"p{who:05}", first, at)

    def sequence(self) -> None:
        who, facility = self.somebody()
        at = first = self.sometime(facility)
        value = 1_917_000_0000 + int(self.rng.integers(0, 9_000_000))
        for _ in range(int(self.rng.integers(4, 12))):
            self.add(at, 0, facility, f"+{value}", f"p{who:05}", "unanswered")
            value += 1
            at += self.between(250, 400)
        self.label("sequence", f"p{who:05}", first, at)

    def short_burst(self) -> None:
        who, facility = self.somebody()
        at = first = self.sometime(facility)
        number = self.number()
        for _ in range(int(self.rng.integers(5, 11))):
            self.add(at, self.between(1, 9), facility, number, f"p{who:05}")
            at += self.between(60, 240)
        self.label("short_burst", f"p{who:05}", first, at)

    def hot_number(self) -> str:
        who, facility = self.somebody()
        number, at = self.number(), self.sometime(facility)
        self.add(at, self.between(0, 300), facility, number, f"p{who:05}")
        self.label("hot_number", number, at, at)
        return number

    def busy_number(self) -> None:
        number, callers = self.number(), [self.somebody() for _ in range(3)]
        at = first = self.noon()
        for turn in range(int(self.rng.integers(15, 45))):
            who, facility = callers[turn % 3]
            self.add(at, self.between(60, 500), facility, number, f"p{who:05}")
            at += 600
        self.label("busy_number", number, first, at)

    def forwarding(self) -> None:
        number, callers = self.number(), [self.somebody() for _ in range(4)]
        at = first = last = self.noon()
        for turn in range(int(self.rng.integers(2, 7))):
            last = at + self.between(20, 200)
            for begin, (who, facility) in ((at, callers[turn % 4]), (last, callers[turn % 4 - 1])):
                self.add(begin, self.between(250, 800), facility, number, f"p{who:05}")
            at += self.between(1200, 2400)
        self.label("forwarding", number, first, last)

    def suspended(self) -> None:
        who, facility = self.somebody()
        account = f"s{len(self.labels)}"
        at = self.sometime(facility)
        for _ in range(2):
            self.add(at, 0, facility, self.numbers[who][0], f"p{who:05}", "suspended", account)
            at += self.between(20, 90)
        first = at
        self.add(at, 300, facility, self.numbers[who][0], f"p{who:05}", "answered", account)
        self.label("suspended", account, first, at)

    def schedule(self) -> None:
        who, facility = self.somebody()
        day = int(self.rng.integers(0, self.days))
        at = first = self.local(facility, day, CLOSED_S + self.between(0, 6 * 3600))
        for _ in range(int(self.rng.integers(1, 4))):
            self.add(at, 200, facility, self.numbers[who][0], f"p{who:05}")
            at += self.between(210, 900)
        self.label("schedule", facility, first, at)

    def innocent_suspensions(self) -> None:
        """Let accounts be suspended, refused, released, and call again."""
        for turn in range(30):
            who, facility = self.somebody()
            at, account = self.sometime(facility), f"r{turn}"
            for outcome, lasts in (("suspended", 0), ("suspended", 0), ("released", 0),
                                   ("answered", 200)):  # fmt: skip
                self.add(at, lasts, facility, self.numbers[who][0], f"p{who:05}", outcome, account)
                at += self.between(300, 600)

    # -- together ------------------------------------------------------------------------------

    def planted(self, each: int) -> Planted:
        """Return all of it."""
        self.ordinary()
        self.innocent_suspensions()
        hot = [self.hot_number() for _ in range(each)]
        for kind in (
            self.velocity, self.shared_number, self.shared_pin, self.invalid_pin, self.chain,
            self.sequence, self.short_burst, self.busy_number, self.forwarding, self.suspended,
            self.schedule,
        ):  # fmt: skip
            for _ in range(each):
                kind()
        # Two of the lawyers are new, and nobody has put them on the list yet.
        known = self.lawyers[:-2]
        parameters = (
            HotNumber(numbers=hot),
            Schedule(hours=self.hours),
            SharedNumber(known=known),
            Forwarding(known=known),
            BusyNumber(known=known),
        )
        return Planted(self._table(), tuple(self.labels), parameters)

    def _table(self) -> pa.Table:
        rows = sorted(self.rows, key=lambda row: row[0])
        columns: Iterator[tuple[Any, ...]] = zip(*rows, strict=True)
        starts, lasts, *texts = columns
        begin = int(BEGIN.timestamp() * 1000)
        return pa.table(
            [
                [f"c-{at}" for at in range(len(rows))],
                [begin + round(at * 1000) for at in starts],
                [round(one * 1000) for one in lasts],
                *texts,
            ],
            schema=SCHEMA,
        )
