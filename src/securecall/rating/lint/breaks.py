"""The shortest call of which regulation takes something off, and why it does.

The engine lays out what one call buys and at which prices, with regulation and without. Along
increments of one length and price every amount of the charging law is a straight line; the law
takes the larger or the lower of some of them. So a call is cut where two of those lines cross, and
in each part what is asked, what is held and the ceiling are one line each, of which `crossing`
finds the first increment that differs. Nothing is sampled.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

from securecall.money import MODES
from securecall.rating.lint.crossing import Held, Line, first_higher, rounded

__all__ = ["CAUSES", "Laid", "first_breaks"]

MINUTE_MS: Final = 60_000
NO_LIMIT: Final = 1 << 200

#: Why something is taken off, the plainest reason first.
CAUSES: Final = ("barred", "price", "connect", "minimum", "increment", "rounding")


class _Usage:
    """Cumulative usage at prices that change at some elapsed times, scaled micro-dollars."""

    def __init__(self, prices: tuple[tuple[int, int], ...]) -> None:
        self.begins = [begins for begins, _ in prices]
        self.prices = [price for _, price in prices]
        self.before = [0]
        for index in range(1, len(prices)):
            length = self.begins[index] - self.begins[index - 1]
            self.before.append(self.before[-1] + self.prices[index - 1] * length)

    def at(self, bought_ms: int) -> int:
        """Return the usage of the time bought, which is above 0."""
        index = bisect_left(self.begins, bought_ms) - 1
        return self.before[index] + self.prices[index] * (bought_ms - self.begins[index])


@dataclass(frozen=True, slots=True)
class Laid:
    """A call as the engine lays it out.

    Attributes
    ----------
    held, asked : tuple
        The engine's states with regulation and without; see `_rating.Plan.curve`.
    """

    held: tuple[Any, ...]
    asked: tuple[Any, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        """What the answer depends on."""
        return (*self.held[1:10], *self.held[12:14], *self.held[16:], self.asked[17])


class _At(NamedTuple):
    """Every amount after one more increment, scaled micro-dollars."""

    asked: int  # usage
    held: int
    ceiling: int
    minutes: int  # max_per_started_minute


class _Part(NamedTuple):
    """Amounts as lines over a part's increments, counted from its first."""

    asked: Line
    held: Line
    ceiling: Line
    minutes: Line
    length: int

    def later(self, first: int, after: int) -> _Part:
        """Return a piece of the part."""
        asked, held, ceiling, minutes = (Line(one.at(first), one.step) for one in self[:4])
        return _Part(asked, held, ceiling, minutes, after - first)


class _Search:
    def __init__(self, laid: Laid, limit_ms: int, price_from_ms: int | None) -> None:
        (
            _, scale, connect, minimum, maximum, per_minute, ceiling, _, unit, mode,
            _, _, bars, actual, _, _, billing, prices,
        ) = laid.held  # fmt: skip
        self.limit_ms = limit_ms
        self.price_from_ms = price_from_ms
        self.connect = connect * scale
        self.minimum = minimum * scale
        self.maximum = NO_LIMIT if maximum < 0 else maximum * scale
        self.per_minute = per_minute
        self.ceiling = ceiling
        self.unit = unit * scale
        self.mode: str = MODES[mode]
        self.bars = bool(bars)
        self.actual = bool(actual)
        self.billing = billing
        self.held = _Usage(prices)
        self.asked = _Usage(laid.asked[17])
        self.found: dict[str, int] = {}
        self.wanted = self._wanted()
        self.by_minute = per_minute >= 0

    def _wanted(self) -> set[str]:
        wanted = set()
        if self.bars and self.connect:
            wanted.add("barred")
        if self.ceiling >= 0:
            if self.price_from_ms is not None:
                wanted.add("price")
            if self.connect and not self.bars:
                wanted.add("connect")
            if self.minimum:
                wanted.add("minimum")
            if self.actual:
                wanted.add("increment")
            wanted.add("rounding")
        return wanted

    @property
    def done(self) -> bool:
        """Whether nothing is left to find; rounding behind a plainer reason does not matter."""
        return self.wanted <= {"rounding"} and bool(self.found or not self.wanted)

    def at(self, begins: int, increment_ms: int, k: int) -> _At:
        begun_ms = begins + increment_ms * k
        bought_ms = begun_ms + increment_ms
        basis_ms = begun_ms + 1 if self.actual else bought_ms
        return _At(
            self.asked.at(bought_ms),
            self.held.at(bought_ms),
            NO_LIMIT if self.ceiling < 0 else self.ceiling * basis_ms,
            self.per_minute * -(-bought_ms // MINUTE_MS) if self.by_minute else NO_LIMIT,
        )

    def bends(self, begins: int, increment_ms: int) -> Iterator[int]:
        """Yield the increments from which on usage grows otherwise than before."""
        edges = [*self.asked.begins, *self.held.begins]
        if self.price_from_ms is not None:
            edges.append(self.price_from_ms)
        for edge in edges:
            yield (edge - begins) // increment_ms  # the first after which more than that is bought

    def run(self) -> dict[str, int]:
        for index, (begins, increment_ms) in enumerate(self.billing):
            if begins >= self.limit_ms or self.done:
                break
            last = index + 1 == len(self.billing)
            ends = self.limit_ms if last else min(self.billing[index + 1][0], self.limit_ms)
            count = -(-(ends - begins) // increment_ms)
            bends = {k for k in self.bends(begins, increment_ms) if 0 < k < count}
            for first, after in pairwise([0, *sorted(bends), count]):
                if self.per_minute >= 0 and increment_ms % MINUTE_MS:
                    self.minutes(begins, increment_ms, first, after)
                else:
                    self.part(begins, increment_ms, first, after)
        return self.found

    def minutes(self, begins: int, increment_ms: int, first: int, after: int) -> None:
        """Look at increments of which started minutes are no straight line.

        The limit on started minutes lowers what is asked and what is held to the same amount. So
        where nothing is found without it nothing is there, and no minute need be looked at.
        """
        before = set(self.wanted), dict(self.found)
        self.by_minute = False
        self.part(begins, increment_ms, first, after)
        self.by_minute = True
        if self.found == before[1]:
            return
        self.wanted, self.found = before
        if increment_ms > MINUTE_MS:
            edges = list(range(first, after + 1))
        else:
            start_ms = begins + increment_ms * first
            end_ms = begins + increment_ms * after
            bends = {
                (minute * MINUTE_MS - begins) // increment_ms
                for minute in range(start_ms // MINUTE_MS, end_ms // MINUTE_MS + 1)
            }
            edges = [first, *sorted(k for k in bends if first < k < after), after]
        for one, other in pairwise(edges):
            if self.done:
                break
            if not self.exhausted(begins, increment_ms, one):
                self.part(begins, increment_ms, one, other)

    def exhausted(self, begins: int, increment_ms: int, k: int) -> bool:
        """Return whether what is held is all that the started minutes allow.

        Until the next minute starts, what is asked is the same then.
        """
        here = self.at(begins, increment_ms, k)
        bound = min(here.ceiling, here.minutes, self.maximum)
        dues = here.held + (0 if self.bars else self.connect)
        amount = min(bound, max(self.minimum, dues))
        units = min(rounded(amount, self.unit, self.mode), bound // self.unit)
        return bool(units >= here.minutes // self.unit)

    def part(self, begins: int, increment_ms: int, first: int, after: int) -> None:
        """Look at increments along which every amount is a straight line."""
        if self.done:
            return
        here = self.at(begins, increment_ms, first)
        there = self.at(begins, increment_ms, after - 1)
        steps = max(after - 1 - first, 1)
        asked, held, ceiling, minutes = (
            Line(a, (b - a) // steps) for a, b in zip(here, there, strict=True)
        )
        part = _Part(asked, held, ceiling, minutes, after - first)
        self.cut(part, begins + increment_ms * first, increment_ms)

    def cut(self, part: _Part, begins: int, increment_ms: int) -> None:
        """Cut a part where amounts cross, and look at each piece."""
        connect, minimum, maximum = self.connect, self.minimum, self.maximum
        asked, held, ceiling, minutes, count = part
        flat = [(minimum, 0), (maximum, 0)]
        lines = [
            *(Line(*line) for line in flat),
            asked, held, ceiling, minutes,
            Line(asked.at0 + connect, asked.step), Line(held.at0 + connect, held.step),
        ]  # fmt: skip
        cuts: set[int] = set()
        for index, one in enumerate(lines):
            for other in lines[:index]:
                gap, step = one.at0 - other.at0, one.step - other.step
                if step:
                    cross = -gap // step  # the last increment before the lines cross, or there
                    cuts.update(k for k in (cross, cross + 1) if 0 < k < count)
        edges = [0, *sorted(cuts), count]
        for first, after in pairwise(edges):
            if not self.done:
                self.piece(part.later(first, after), begins + increment_ms * first, increment_ms)

    def piece(self, part: _Part, begins: int, increment_ms: int) -> None:
        """Look at increments over which no two amounts change places."""
        count = part.length

        def lower(*lines: Line) -> Line:
            return min(lines, key=lambda line: line.at(0) + line.at(count - 1))

        def larger(*lines: Line) -> Line:
            return max(lines, key=lambda line: line.at(0) + line.at(count - 1))

        def above(one: Line, other: Line) -> bool:
            return one.at(0) + one.at(count - 1) > other.at(0) + other.at(count - 1)

        def found(cause: str, k: int | None) -> None:
            if k is not None and cause in self.wanted:
                self.wanted.discard(cause)
                self.found[cause] = begins + increment_ms * k + 1

        minimum, maximum = Line(self.minimum, 0), Line(self.maximum, 0)
        with_connect = Line(part.asked.at0 + self.connect, part.asked.step)
        dues = part.asked if self.bars else with_connect
        agreed = lower(part.minutes, maximum)  # the contract's own limits
        asked = Held(lower(agreed, larger(minimum, dues)), agreed)
        if "barred" in self.wanted:
            barred = Held(lower(agreed, larger(minimum, with_connect)), agreed)
            found("barred", first_higher(barred, asked, count, self.unit, self.mode))
        if self.ceiling < 0:
            return
        held_dues = Line(part.held.at0 + (0 if self.bars else self.connect), part.held.step)
        causes = {
            "price": self.price_from_ms is not None and begins + increment_ms > self.price_from_ms,
            "connect": above(held_dues, part.ceiling) and not above(part.held, part.ceiling),
            "minimum": above(minimum, part.ceiling) and above(minimum, dues),
            "increment": self.actual and above(part.held, part.ceiling),
        }
        here = {cause for cause, holds in causes.items() if holds}
        if not here and not above(part.asked, part.held):
            here = {"rounding"}
        if not here & self.wanted:
            return
        bound = lower(part.ceiling, agreed)
        held = Held(lower(bound, larger(minimum, held_dues)), bound)
        first = first_higher(asked, held, count, self.unit, self.mode)
        for cause in here:
            found(cause, first)


def first_breaks(laid: Laid, limit_ms: int, price_from_ms: int | None) -> dict[str, int]:
    """Return the shortest duration of which regulation takes something off, for every cause.

    Parameters
    ----------
    laid : Laid
    limit_ms : int
        Longest duration to look at, or the elapsed time at which another rate takes over.
    price_from_ms : int or None
        The elapsed time from which on the rate's own price is above the ceiling; None if it
        never is.

    Returns
    -------
    dict
        Milliseconds by cause: ``barred`` (a connect fee that may not be), ``price``, ``connect`` (a
        connect fee that lifts a call above the ceiling), ``minimum`` (``min_total`` does),
        ``increment`` (an increment of which less was used, with ``cap_basis = "actual"``), and
        ``rounding``, where only rounding lifts a price above the ceiling, unless that begins
        later than everything else.
    """
    return _Search(laid, limit_ms, price_from_ms).run()
