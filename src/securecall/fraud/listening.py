"""Digits and tones of a recording: every leg is heard by a detector of its own, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from securecall.fraud.detector import ToneDetector
from securecall.fraud.dsp import DtmfLimits
from securecall.fraud.event import Event
from securecall.fraud.recording import Recording
from securecall.fraud.tones import TonePlan

if TYPE_CHECKING:
    from numpy import int16
    from numpy.typing import NDArray

__all__ = ["Heard", "dialled", "listen", "whole"]


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, and on which leg.

    Source
    ------
    own.
    """

    leg: str
    event: Event


def listen(
    recording: Recording, *, dtmf: DtmfLimits | str | None = "bellcore", mf: str | None = None,
    plan: TonePlan | str | None = "north_america",
    watch: Iterable[Callable[[NDArray[int16]], None]] = (),
) -> Iterator[Heard]:  # fmt: skip
    """Yield what is heard in a recording, as a live call would have it: beginnings and ends.

    Parameters
    ----------
    recording : Recording
    dtmf, mf, plan
        As for `ToneDetector`.
    watch : iterable of callables, optional
        Each is given every block, int16, shape (samples, legs), after it was heard.

    Raises
    ------
    InputError
        A name that is not known, or the recording cannot be read any further.

    Source
    ------
    own; docs/dsp.md.
    """
    watchers = tuple(watch)
    ears = [
        ToneDetector(recording.heard_hz, dtmf=dtmf, mf=mf, plan=plan, report_ends=True)
        for _ in recording.legs
    ]
    for block in recording.blocks():
        found = [
            Heard(leg, event)
            for place, (leg, ear) in enumerate(zip(recording.legs, ears, strict=True))
            for event in ear.feed(block[:, place].copy())  # a leg's samples side by side
        ]
        yield from sorted(found, key=lambda each: each.event.detected_ms)
        for tell in watchers:
            tell(block)
    for leg, ear in zip(recording.legs, ears, strict=True):
        yield from (Heard(leg, event) for event in ear.finish())


def whole(heard: Iterable[Heard]) -> list[Heard]:
    """Join ends to their beginnings; return one event each, by when they began.

    Parameters
    ----------
    heard : iterable of Heard
        What `listen` yields, or as much of it as there is.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.fraud.listening import whole
    >>> whole([])
    []
    """
    found: dict[tuple[str, int], Heard] = {}
    for each in heard:
        key = (each.leg, each.event.id)
        if each.event.ended:
            began = found[key]
            found[key] = Heard(began.leg, replace(began.event, end_ms=each.event.end_ms))
        else:
            found[key] = each
    return sorted(found.values(), key=lambda each: each.event.start_ms)


def dialled(heard: Iterable[Heard], pause_ms: float = 3000.0) -> dict[str, list[str]]:
    """Return the digits of each leg, together as long as no pause between them is longer.

    Parameters
    ----------
    heard : iterable of Heard
        As `whole` returns them.
    pause_ms : float

    Source
    ------
    own; 3 s is between the pauses within a number and those between two of them.

    Examples
    --------
    >>> from securecall.fraud.listening import dialled
    >>> dialled([])
    {}
    """
    numbers: dict[str, list[str]] = {}
    last_ms: dict[str, float] = {}
    for leg, event in ((each.leg, each.event) for each in heard):
        if event.kind != "dtmf":
            continue
        ended = event.start_ms if event.end_ms is None else event.end_ms
        if leg not in numbers:
            numbers[leg] = [event.detail]
        elif event.start_ms - last_ms[leg] > pause_ms:
            numbers[leg].append(event.detail)
        else:
            numbers[leg][-1] += event.detail
        last_ms[leg] = ended
    return numbers
