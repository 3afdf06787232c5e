"""A connection of a server: what its wire says goes to a listener of your host.

Beside the servers, and not below them: whoever has a server of their own needs none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from securecall.errors import SecurecallError
from securecall.integrations.carrier import Carrier, Listener
from securecall.integrations.limits import HELLO_S_MAX
from securecall.integrations.media import MediaEvent, Opened

__all__ = ["Connection", "Host"]


class Host(Protocol):
    """What you have to bring: who listens to a call, and who is told what was found."""

    def opened(self, opened: Opened) -> Listener:
        """Return who listens to a call that begins; raise to refuse it."""

    def found(self, opened: Opened, found: list[Any]) -> None:
        """Take what the listener said: events, or what is to be done."""

    def closed(self, opened: Opened | None, reason: str) -> None:
        """Know that nothing more comes, and why; None if the call never began."""


class Connection:
    """Carries one connection's events, each at the time of a clock that only goes forward.

    Parameters
    ----------
    host : Host
    clock : callable
        Seconds, such as ``asyncio.get_running_loop().time``.
    sample_rate_hz : {8000, 16000}
        Of the host's listeners.

    Source
    ------
    own.
    """

    __slots__ = ("_begun", "_carrier", "_clock", "_host", "_opened", "_rate_hz", "last")

    def __init__(self, host: Host, clock: Callable[[], float], sample_rate_hz: int = 8000) -> None:
        self._host, self._clock, self._rate_hz = host, clock, sample_rate_hz
        self._carrier: Carrier | None = None
        self._opened: Opened | None = None
        self._begun = self.last = clock()

    @property
    def over(self) -> bool:
        """Whether the wire has said that nothing more comes."""
        return self._carrier is not None and self._carrier.closed is not None

    def stale(self, idle_s: float) -> bool:
        """Return whether it has brought nothing for so long, or not said in time which call it is.

        Parameters
        ----------
        idle_s : float

        Source
        ------
        own.
        """
        now = self._clock()
        return now - self.last >= idle_s or (
            self._opened is None and now - self._begun >= min(HELLO_S_MAX, idle_s)
        )

    def take(self, events: Iterable[MediaEvent]) -> None:
        """Carry what came just now.

        Parameters
        ----------
        events : iterable of MediaEvent

        Raises
        ------
        WireError
            As `Carrier.take`; close the connection.

        Source
        ------
        own.
        """
        self.last = self._clock()
        found: list[Any] = []
        for event in events:
            if self._carrier is None:
                if not isinstance(event, Opened):
                    continue
                listener = self._host.opened(event)
                self._opened = event
                self._carrier = Carrier(listener, sample_rate_hz=self._rate_hz)
            found += self._carrier.take(event, self._at_ms())
        self._tell(found)

    def tick(self) -> None:
        """Let time pass though nothing came.

        Source
        ------
        own.
        """
        if self._carrier is not None:
            self._tell(self._carrier.tick(self._at_ms()))

    def close(self, reason: str, rest: Iterable[MediaEvent] = ()) -> None:
        """Carry what is left, and tell the host that it is over; once.

        Parameters
        ----------
        reason : str
            If the wire has said none.
        rest : iterable of MediaEvent
            What the wire says at its end.

        Source
        ------
        own.
        """
        try:
            self.take(rest)
        except SecurecallError as error:
            reason = str(error)
        said = None if self._carrier is None else self._carrier.closed
        self._host.closed(self._opened, reason if said is None else said.reason)

    def _at_ms(self) -> float:
        return (self._clock() - self._begun) * 1000

    def _tell(self, found: list[Any]) -> None:
        if found and self._opened is not None:
            self._host.found(self._opened, found)
