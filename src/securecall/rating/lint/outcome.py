"""Which of some rates applies when: worked out for every instant, without sampling any.

Effective dates cut the time looked at into eras; in each, windows cut the types of day into
stretches of wall clock in which the same rates are in force. The first in order wins a stretch;
where there is none, it is a hole. Whether the clock ever shows a stretch in an era is asked of the
zone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from securecall.rating.lint.clock import Clock, Era, Spot, Term, spans_of
from securecall.rating.lint.numberspace import Levels
from securecall.rating.windows import DAY_MS

__all__ = ["Hole", "Outcome", "Win", "outcome_of"]

WHOLE_DAY = ((0, DAY_MS),)


class Win(NamedTuple):
    """Where an entry applies in an interval: the longest stretch of a day in which it does."""

    length_ms: int
    instant_ms: int


class Hole(NamedTuple):
    """An era and the stretches of its types of day in which no rate is in force.

    ``cells`` has (day type, first ms, ms after); ``whole`` says that nothing is in force at all.
    """

    era: Era
    cells: tuple[tuple[int, int, int], ...]
    whole: bool
    instant_ms: int


@dataclass(slots=True)
class Outcome:
    """What becomes of some entries on a clock.

    Attributes
    ----------
    served : bool
        Whether any of them is in force at any time looked at.
    wins : dict
        By (interval, entry): where it applies.
    holes : list of Hole
        In order of time.
    overlaps : dict
        By (winner, other) of one level: the first instant at which both are in force.
    """

    served: bool = False
    wins: dict[tuple[int, int], Win] = field(default_factory=dict)
    holes: list[Hole] = field(default_factory=list)
    overlaps: dict[tuple[int, int], int] = field(default_factory=dict)


class _Cell(NamedTuple):
    """A stretch of a type of day, and the entries in force in it, in order."""

    day_type: int
    first_ms: int
    after_ms: int
    entries: tuple[int, ...]


def _cells(day_type: int, active: Sequence[tuple[int, Term]]) -> Iterator[_Cell]:
    """Cut a type of day at the edges of the active entries' windows."""
    spans = [
        (entry, WHOLE_DAY if term.when is None else spans_of(term.when, day_type))
        for entry, term in active
    ]
    edges = {0, DAY_MS}
    for _, parts in spans:
        for part in parts:
            edges.update(part)
    last: _Cell | None = None
    for first, after in pairwise(sorted(edges)):
        here = tuple(entry for entry, parts in spans if any(a <= first < b for a, b in parts))
        if last is not None and last.entries == here:
            last = last._replace(after_ms=after)
        else:
            if last is not None:
                yield last
            last = _Cell(day_type, first, after, here)
    if last is not None:
        yield last


class _Work:
    """One outcome being worked out."""

    def __init__(
        self, clock: Clock, intervals: Sequence[int], partners: Callable[[int, int], bool]
    ) -> None:
        self.clock = clock
        self.intervals = intervals
        self.partners = partners
        self.found = Outcome()

    def won(self, era: Era, entry: int, spot: Spot, length_ms: int) -> None:
        interval = bisect_right(self.intervals, era.first_ms) - 1
        win = Win(length_ms, spot.instant_ms)
        known = self.found.wins.get((interval, entry))
        if known is None or win.length_ms > known.length_ms:
            self.found.wins[interval, entry] = win

    def both(self, entries: Sequence[int], instant_ms: int) -> None:
        """Record which other entries are in force where the first one applies."""
        for other in entries[1:]:
            pair = (entries[0], other)
            if pair not in self.found.overlaps and self.partners(*pair):
                self.found.overlaps[pair] = instant_ms

    def era(self, era: Era, active: list[tuple[int, Term]]) -> None:
        """Work out one era."""
        found = self.found
        if not active:
            found.holes.append(Hole(era, (), True, era.first_ms))
            return
        found.served = True
        entry, term = active[0]
        others = [one for one in active[1:] if self.partners(entry, one[0])]
        if term.when is None and all(other.when is None for _, other in others):
            spot = Spot(era.first_ms, era.after_ms - era.first_ms, True)
            self.won(era, entry, spot, min(spot.length_ms, DAY_MS))
            self.both([entry, *(one for one, _ in others)], era.first_ms)
            return
        holes: list[tuple[tuple[int, int, int], int]] = []
        for day_type in self.clock.days(era):
            for cell in _cells(day_type, active):
                self.cell(era, cell, holes)
        if holes:
            cells = tuple(sorted(cell for cell, _ in holes))
            found.holes.append(Hole(era, cells, False, min(at for _, at in holes)))

    def cell(self, era: Era, cell: _Cell, holes: list[tuple[tuple[int, int, int], int]]) -> None:
        """Work out one stretch, if the clock ever shows it."""
        day_type, first, after, entries = cell
        if entries:
            interval = bisect_right(self.intervals, era.first_ms) - 1
            known = self.found.wins.get((interval, entries[0]))
            longer = known is None or known.length_ms < after - first
            pairs = ((entries[0], other) for other in entries[1:])
            fresh = any(p not in self.found.overlaps and self.partners(*p) for p in pairs)
            if not longer and not fresh:
                return
        spot = self.clock.spot(era, day_type, first, after)
        if spot is None:
            return
        if not entries:
            holes.append(((day_type, first, after), spot.instant_ms))
            return
        self.won(era, entries[0], spot, spot.length_ms)
        self.both(entries, spot.instant_ms)


def outcome_of(
    clock: Clock,
    levels: Levels,
    terms: Sequence[Term],
    intervals: Sequence[int],
    partners: Callable[[int, int], bool],
) -> Outcome:
    """Work out which entry applies when.

    Parameters
    ----------
    clock : Clock
    levels : Levels
        Entries in the order in which they apply, by destination.
    terms : sequence of Term
        By entry: when it is in force.
    intervals : sequence of int
        Instants from which on other rules govern; the first is the first instant looked at.
    partners : callable
        Whether two entries, if both are in force and the first applies, are an overlap to know of.
    """
    work = _Work(clock, intervals, partners)
    whole = clock.whole
    kept: list[tuple[int, Term]] = []
    for level in levels:
        always = False
        for entry in level:
            term = terms[entry]
            if term.from_ms < whole.after_ms and term.to_ms > whole.first_ms:
                kept.append((entry, term))
                always = always or term.holds_throughout(whole)
        if always:
            break  # what comes behind is never asked
    cuts = [*intervals, *(edge for _, term in kept for edge in term[:2])]
    for era in clock.eras(cuts):
        active = [
            (entry, term)
            for entry, term in kept
            if term.from_ms <= era.first_ms and term.to_ms >= era.after_ms
        ]
        last = next((n for n, (_, term) in enumerate(active) if term.when is None), len(active))
        # Behind one that is in force all the time nothing applies; it may still overlap.
        reached = active[: last + 1]
        reached += [
            one
            for one in active[last + 1 :]
            if any(partners(before, one[0]) for before, _ in reached)
        ]
        work.era(era, reached)
    return work.found
