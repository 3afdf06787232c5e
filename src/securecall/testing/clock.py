"""A clock that stands still until it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from securecall.errors import InputError
from securecall.ledger.instant import At, instant, ms_of
from securecall.testing.tiny import NOON

__all__ = ["FakeClock"]


class FakeClock:
    """A clock that stands still until it is told to go on; hand it in wherever ``at`` is asked for.

    Parameters
    ----------
    at : datetime or int
        Where it begins.

    Source
    ------
    own.

    Examples
    --------
    >>> clock = FakeClock()
    >>> clock.pass_by(minutes=2).isoformat()
    '2026-05-01T18:02:00+00:00'
    >>> clock.ms - NOON
    120000
    """

    __slots__ = ("_ms",)

    def __init__(self, at: At = NOON) -> None:
        self._ms = ms_of(at)

    @property
    def now(self) -> datetime:
        """The instant, an aware UTC datetime."""
        return instant(self._ms)

    @property
    def ms(self) -> int:
        """The instant, whole UTC milliseconds since 1970."""
        return self._ms

    def __call__(self) -> datetime:
        """Return the instant: for who wants a function, as ``datetime.now`` is one."""
        return self.now

    def pass_by(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        milliseconds: float = 0,
    ) -> datetime:
        """Let time pass; return the new instant.

        Raises
        ------
        InputError
            It would go back.

        Source
        ------
        own.
        """
        step = timedelta(
            days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds
        )
        if step < timedelta():
            raise InputError(f"time passes forwards, not by {step}; set the clock with go_to")
        self._ms = ms_of(self.now + step)
        return self.now

    def go_to(self, at: At) -> datetime:
        """Set the clock, also back: as a machine's clock may be."""
        self._ms = ms_of(at)
        return self.now

    def __repr__(self) -> str:
        """Return it with its instant."""
        return f"FakeClock({datetime.fromtimestamp(self._ms / 1000, UTC).isoformat()!r})"
