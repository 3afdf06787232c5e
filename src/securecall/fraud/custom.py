"""Detectors of one's own: rows of measures in, events out, live or on the bench.

A detector is a small class with ``observe`` (`Observer`) or a step over rows that numba compiles
(`securecall.fraud.custom_step`). `CustomDetector` feeds either from audio; a monitor that measures
anyway hands rows to a `LegObserver`. Needs numpy: ``pip install securecall[audio]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from securecall.errors import InputError, did_you_mean
from securecall.fraud.event import Event
from securecall.fraud.leg_observer import Claim, LegObserver, Observer, columns
from securecall.fraud.measures import Measurer
from securecall.fraud.plain_state import packed, unpacked

__all__ = ["Claim", "CustomDetector", "LegObserver", "Observer", "columns"]

LEGS: Final = ("calling", "called")


class CustomDetector:
    r"""Hears calls with a detector of one's own: live, or as a listener of `securecall bench`.

    Audio may come in pieces of any length; the events are the same. Not for two threads at once.

    Parameters
    ----------
    make : callable
        Makes an `Observer`, such as its class; called once for each leg that is heard.
    legs : sequence of {"calling", "called"}
        Which legs it hears; others are let pass.
    sample_rate_hz : {8000, 16000}
    encoding : {"s16le", "mulaw", "alaw"}

    Raises
    ------
    InputError
        A rate, encoding or leg that is not known.
    InputTypeError
        ``make`` makes no observer.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud.custom import Claim, CustomDetector, columns
    >>> (level,) = columns("level_dbm0")
    >>> class Loud:
    ...     def observe(self, rows, first_ms):
    ...         if rows[:, level].max() > -3:
    ...             yield Claim("noise_anomaly", 0.8, first_ms, "loud")
    >>> detector = CustomDetector(Loud)
    >>> (event,) = detector.feed(b"\x00\x80\xff\x7f" * 2000)
    >>> event.kind, event.detail, event.detected_ms
    ('noise_anomaly', 'loud', 500.0)
    """

    __slots__ = ("_given", "_legs", "_make", "_number")

    def __init__(
        self, make: Callable[[], Observer], *, legs: Iterable[str] = LEGS,
        sample_rate_hz: int = 8000, encoding: str = "s16le",
    ) -> None:  # fmt: skip
        self._make = make
        self._given: dict[str, Any] = {"sample_rate_hz": sample_rate_hz, "encoding": encoding}
        self._legs = {
            _leg(leg): (Measurer(**self._given), LegObserver(make(), leg)) for leg in legs
        }
        self._number = 0

    def feed(self, frame: Any, leg: str = "called") -> list[Event]:
        """Hear some audio of a leg; return the events that it completes.

        Parameters
        ----------
        frame : bytes or buffer of int16
            Any length, also none; for mu-law and A-law a byte a sample.
        leg : {"called", "calling"}

        Raises
        ------
        InputError
            There is no such leg, an odd number of bytes, or a claim that cannot be.
        InputTypeError
            Neither bytes nor int16, or a claim that is none.

        Source
        ------
        own; docs/fraud.md.
        """
        heard = self._legs.get(leg)
        if heard is None:
            _leg(leg)
            return []
        return self._numbered(heard[1].take(heard[0].feed(frame)))

    def feed_gap(self, duration_ms: int, leg: str = "called") -> list[Event]:
        """Let audio of a leg pass that was lost; no observer sees anything of it.

        Parameters
        ----------
        duration_ms : int
            Whole milliseconds, 0 to a day.
        leg : {"called", "calling"}

        Raises
        ------
        InputError
            Not whole milliseconds, or there is no such leg.

        Source
        ------
        own; docs/fraud.md.
        """
        heard = self._legs.get(leg)
        if heard is None:
            _leg(leg)
            return []
        return self._numbered(heard[1].take(heard[0].feed_gap(duration_ms)))

    def finish(self) -> list[Event]:
        """End, because the call is over: what is left of a block is observed.

        Raises
        ------
        InputError, InputTypeError
            A claim that cannot be.

        Source
        ------
        own.
        """
        return self._numbered([each for _, leg in self._legs.values() for each in leg.finish()])

    def _numbered(self, events: list[Event]) -> list[Event]:
        made = []
        for event in events:
            self._number += 1
            made.append(replace(event, id=self._number))
        return made

    def save(self) -> bytes:
        """Return all that is remembered; `restore` goes on from there.

        Raises
        ------
        InputError
            An observer has attributes that are not plain, and no ``save``.

        Source
        ------
        own; docs/fraud.md.
        """
        told = [repr((self._given, [*self._legs])).encode(), str(self._number).encode()]
        for measurer, leg in self._legs.values():
            told += [measurer.save(), leg.save()]
        return packed(told)

    def restore(self, saved: bytes) -> None:
        """Go on where another with the same parameters was when it was saved.

        Parameters
        ----------
        saved : bytes

        Raises
        ------
        InputTypeError
            Not bytes.
        InputError
            Saved with other parameters, of another class, or damaged since.

        Source
        ------
        own; docs/fraud.md.
        """
        parts = unpacked(saved, 2 + 2 * len(self._legs))
        if parts[0] != repr((self._given, [*self._legs])).encode():
            raise InputError("saved: this state was saved by a detector with other parameters")
        for number, (measurer, leg) in enumerate(self._legs.values()):
            measurer.restore(parts[2 + 2 * number])
            leg.restore(parts[3 + 2 * number])
        self._number = int(parts[1])


def _leg(name: str) -> str:
    if name not in LEGS:
        hint = did_you_mean(name, LEGS)
        raise InputError(f"a leg is calling or called, not {name!r}{hint}")
    return name
