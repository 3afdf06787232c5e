"""Hits of one subject that belong together become one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from securecall.fraud.patterns.finding import Finding
from securecall.fraud.patterns.hits import Hits, Named
from securecall.fraud.patterns.pattern import Pattern

__all__ = ["Episode", "Episodes"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Episode:
    """What is known of a finding that may still grow.

    Attributes
    ----------
    subject, facility, call_id : str
        Of the call that opened it.
    first_ms, last_ms : int
    calls : int
    score : float
        The highest.
    measure : int
        The pattern's own number where the score was highest.

    Source
    ------
    own.
    """

    subject: str
    facility: str
    call_id: str | None
    first_ms: int
    last_ms: int
    calls: int
    score: float
    measure: int


class Episodes:
    """The findings of one pattern that are still open.

    Parameters
    ----------
    pattern : Pattern
    """

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._open: dict[int, Episode] = {}

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def add(self, keys: list[int], hits: Hits, name: Callable[[int], Named]) -> Iterator[Finding]:
        """Take hits in order of time; yield the findings that they show to be over.

        Parameters
        ----------
        keys : list of int
            Of each hit's subject.
        hits : Hits
        name : function
            Returns subject, facility and call id of a hit by its index.

        Source
        ------
        own.
        """
        columns = (hits.at, hits.first, hits.calls, hits.more, hits.measure, hits.score)
        listed = zip(*(column.tolist() for column in columns), strict=True)
        for index, (at, first, calls, more, measure, score) in enumerate(listed):
            key = keys[index]
            now = self._open.get(key)
            if now is not None and at - now.last_ms > self._pattern.quiet_ms:
                yield self._finding(now)
                now = None
            if now is None:
                self._open[key] = Episode(*name(index), first, at, calls, score, measure)
                continue
            now.first_ms = min(now.first_ms, first)
            now.last_ms = max(now.last_ms, at)
            now.calls += more
            if score > now.score:
                now.score, now.measure = score, measure

    def close(self, before_ms: int | None) -> Iterator[Finding]:
        """Yield what no later hit can belong to; everything if there are none to come.

        Parameters
        ----------
        before_ms : int or None
            No hit will lie before it.

        Source
        ------
        own.
        """
        quiet = self._pattern.quiet_ms
        for key, now in list(self._open.items()):
            if before_ms is None or before_ms - now.last_ms > quiet:
                del self._open[key]
                yield self._finding(now)

    def _finding(self, episode: Episode) -> Finding:
        pattern = self._pattern
        return Finding(
            pattern.name,
            episode.subject,
            episode.facility,
            _EPOCH + timedelta(milliseconds=episode.first_ms),
            _EPOCH + timedelta(milliseconds=episode.last_ms),
            episode.calls,
            episode.score,
            pattern.reason(episode),
            pattern.evidence(episode),
        )
