"""What detectors of a monitor are, and what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from securecall.fraud.cues import Heard

__all__ = ["CallView", "Detector", "Explain", "Finding"]

UNHEARD_DBM0 = -100.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector has found: the monitor makes an `Event` of it.

    Attributes
    ----------
    kind : str
        ``three_way``, ``keypad``, ...
    grade : str
        ``note``, ``alert`` or ``disconnect``; the last counts as ``alert`` unless two of
        ``sources`` are there.
    start_ms : float
    probability : float
    detail : str
    leg : str
    cues : mapping of str to float
        The evidence in numbers, thresholds among them (``snr_db_least``, ...).
    sources : tuple of str
        What the evidence rests on, a name for each source that is independent of the others.
    end_ms : float or None
        None if it still lasts; then another finding of the same ``key`` with ``ended`` set follows,
        or the call's end ends it.
    level_dbm0 : float
    key : str
        Tells findings of one kind that last at the same time apart.
    ended : bool
        This says only when the one of the same key ended, and in ``detail`` what it was in all.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: str
    grade: str
    start_ms: float
    probability: float
    detail: str
    leg: str
    cues: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    end_ms: float | None = None
    level_dbm0: float = UNHEARD_DBM0
    key: str = ""
    ended: bool = False


class CallView(Protocol):
    """What a detector may know of the call beside what it hears."""

    @property
    def legs(self) -> tuple[str, ...]:
        """Legs that take part so far."""
        ...

    @property
    def answered_ms(self) -> float | None:
        """When the call was answered: signalled, or somebody had spoken; None if it was not yet."""
        ...

    @property
    def ringing_ms(self) -> float | None:
        """When a tone said that the call is being set up, with no answer since; else None."""
        ...

    def recent(self) -> Sequence[Heard]:
        """Return what was heard in the last minute, without changes: the latest is the last."""
        ...

    def wake(self, at_ms: float) -> None:
        """Have this detector hear a ``wake`` at an instant to come."""
        ...


class Detector(Protocol):
    """A detector of a monitor: it is woken by what it wants to hear, and remembers plain values."""

    @property
    def kind(self) -> str:
        """The kind of event that it finds."""
        ...

    @property
    def hears(self) -> tuple[str, ...]:
        """Kinds of what it wants to hear; `Heard.kind` lists them."""
        ...

    def hear(self, item: Heard, call: CallView) -> Sequence[Finding]:
        """Hear something; return what is found. It depends on nothing but what was heard."""
        ...

    def save(self) -> Any:
        """Return what it remembers, as JSON takes it."""
        ...

    def load(self, saved: Any) -> None:
        """Remember what another one saved."""
        ...


class Explain(Protocol):
    """What else a finding may be, in the light of what was heard before."""

    def __call__(self, finding: Finding, recent: Sequence[Heard]) -> Finding | None:
        """Return the finding, a lesser one in its place, or None if there is nothing to tell."""
        ...
