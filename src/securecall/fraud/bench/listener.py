"""What can be measured: any object that is fed two legs and says what it heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from time import process_time
from typing import Any, Final, Protocol

from securecall.errors import InputError, did_you_mean
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.label import LEGS

__all__ = [
    "BESIDE", "MONITOR", "Heard", "Listener", "Listening", "Report", "listen", "listener_factory",
    "usual_detectors",
]  # fmt: skip

PIECE_MS: Final = 20
#: The monitor of this package, by the name under which it is measured.
MONITOR: Final = "monitor"
MONITOR_PLACE: Final = "securecall.fraud.monitor:bench_listener"
#: What it is compared with unless told otherwise; ``half_space_trees`` where River is installed.
BESIDE: Final = ("click", "energy", "silence", "tones")


class Report(Protocol):
    """What a listener says: `securecall.fraud.Event` is one."""

    @property
    def kind(self) -> str:
        """One of the six kinds; others are not counted."""
        ...

    @property
    def grade(self) -> str:
        """``note``, ``alert`` or ``disconnect``."""
        ...

    @property
    def start_ms(self) -> float:
        """When it began, in milliseconds of audio."""
        ...

    @property
    def detected_ms(self) -> float:
        """When it was known: this is what is compared with the labels."""
        ...

    @property
    def probability(self) -> float:
        """That it is what it is called: what the curves are drawn over."""
        ...

    @property
    def detail(self) -> str:
        """More, in words. A report that has ``cues`` too has its numbers by name in them."""
        ...


class Listener(Protocol):
    """A detector for one call. It may have ``save()``, whose length is its size.

    With ``piece_ms`` it says how long the pieces are that it is fed, 20 if it does not.
    """

    def feed(self, frame: bytes, leg: str) -> Sequence[Report]:
        """Hear some audio of a leg, 16-bit samples at 8 kHz; return what it completes."""
        ...

    def feed_gap(self, duration_ms: int, leg: str) -> Sequence[Report]:
        """Let audio of a leg pass that was lost."""
        ...

    def finish(self) -> Sequence[Report]:
        """End, because the call is over."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """A report, as the journal keeps it; ``cues`` is empty where the listener gives none."""

    kind: str
    grade: str
    start_ms: float
    detected_ms: float
    probability: float
    detail: str
    cues: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, report: Report) -> Heard:
        """Copy what a report says."""
        return cls(
            str(report.kind), str(report.grade), float(report.start_ms),
            float(report.detected_ms), float(report.probability), str(report.detail),
            {str(name): float(value) for name, value in getattr(report, "cues", {}).items()},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listening:
    """What came of a call.

    Attributes
    ----------
    heard : tuple of Heard
    cpu_s : float
        Of this process, in the listener's methods.
    state_bytes : int or None
        Length of what ``save()`` returned in the middle of the call; None where it has none.
    """

    heard: tuple[Heard, ...]
    cpu_s: float
    state_bytes: int | None


def listen(listener: Listener, call: Call) -> Listening:
    """Play a call to a listener, its legs side by side.

    Source
    ------
    own.
    """
    piece_ms = int(getattr(listener, "piece_ms", PIECE_MS))
    pieces = sorted(
        (
            (end, number, piece)
            for number, leg in enumerate(LEGS)
            for piece, end in call.pieces(leg, piece_ms)
        ),
        key=lambda each: each[:2],
    )
    reports: list[Report] = []
    half, size = len(pieces) // 2, None
    spent = -process_time()
    for at, (_, number, piece) in enumerate(pieces):
        if isinstance(piece, bytes):
            reports += listener.feed(piece, leg=LEGS[number])
        else:
            reports += listener.feed_gap(piece, leg=LEGS[number])
        if at == half and hasattr(listener, "save"):
            spent += process_time()
            size = _size(listener)
            spent -= process_time()
    reports += listener.finish()
    spent += process_time()
    # The second report of an event says only that it is over.
    new = [one for one in reports if not getattr(one, "ended", False)]
    return Listening(tuple(Heard.of(one) for one in new), spent, size)


def _size(listener: Any) -> int | None:
    """Return how long a listener's state is, or None if this one cannot be saved."""
    try:
        return len(listener.save())
    except InputError:
        return None


def listener_factory(name: str) -> Callable[[], Any]:
    """Return what makes the listener of a name: ``monitor``, a baseline, or ``module:factory``.

    Raises
    ------
    InputError
        There is no such baseline, module or factory.

    Source
    ------
    own.

    Examples
    --------
    >>> listener_factory("silence")().finish()
    []
    """
    from securecall.fraud.bench.baselines import BASELINES

    if name in BASELINES:
        return BASELINES[name]
    place = MONITOR_PLACE if name == MONITOR else name
    module, colon, attribute = place.partition(":")
    if not colon:
        known = (MONITOR, *BASELINES)
        raise InputError(
            f"a detector is {', '.join(known)} or module:factory, not {name!r}"
            + did_you_mean(name, known)
        )
    try:
        made: Any = import_module(module)
        for part in attribute.split("."):
            made = getattr(made, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"detector {name!r}: {error}") from None
    if not callable(made):
        raise InputError(f"detector {name!r} is {made!r}, which makes nothing")
    factory: Callable[[], Any] = made
    return factory


def usual_detectors() -> tuple[str, ...]:
    """Return what is measured if nobody says what: the monitor, and baselines beside it.

    Source
    ------
    own.
    """
    module, _, attribute = MONITOR_PLACE.partition(":")
    there = find_spec(module) is not None and hasattr(import_module(module), attribute)
    trees = ("half_space_trees",) if find_spec("river") is not None else ()
    return (*((MONITOR,) if there else ()), *BESIDE, *trees)
