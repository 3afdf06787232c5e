"""What a host must do: small values that a session returns, to be carried out in their order.

A session plays nothing, cuts nothing and sets no timer. It says what is to be done, and whoever
has the switch does it: ``match action: case Disconnect(): ...``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from securecall.fraud.call_policy import Decision
    from securecall.fraud.event import Event
    from securecall.fraud.review_queue import ReviewItem

__all__ = [
    "NOTHING",
    "Action",
    "Actions",
    "Alert",
    "Block",
    "Disconnect",
    "Hold",
    "Listen",
    "Note",
    "Play",
    "Review",
    "Timer",
    "Unhold",
    "Warn",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Play:
    """Play something.

    Attributes
    ----------
    what : str
        ``announcement:NAME`` or ``tone:NAME``, as policies name it.
    to : {"called", "caller", "both"}
    why : str
        ``greeting``, ``prompt``, ``policy``, ``staff``.

    Source
    ------
    own; docs/calls.md.
    """

    what: str
    to: str
    why: str


@dataclass(frozen=True, slots=True)
class Warn:
    """Tell both sides how much time is left.

    Attributes
    ----------
    left_ms : int
        To the cutoff, at the instant at which this was asked for.
    what : str
        What to play.
    for_ms : int
        Which warning it is: 60 000 or 10 000, or what else was set up.

    Source
    ------
    own; docs/calls.md.
    """

    left_ms: int
    what: str
    for_ms: int


@dataclass(frozen=True, slots=True)
class Disconnect:
    """End the call on both sides; the session has ended, and its money stands still.

    Attributes
    ----------
    reason : str
        A code of `securecall.calls.ending.ENDINGS`.
    what : str
        What to play before, to those who still listen; empty for nothing.

    Source
    ------
    own; docs/calls.md.
    """

    reason: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """Program the switch's own timer with another end; None takes it away.

    Source
    ------
    own; charging law, "Cutoff is solved, not polled".
    """

    cutoff_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Part the two sides while somebody reviews the call, and play something to both.

    Source
    ------
    own; docs/calls.md.
    """

    what: str


@dataclass(frozen=True, slots=True)
class Unhold:
    """Join the two sides again.

    Source
    ------
    own; docs/calls.md.
    """


@dataclass(frozen=True, slots=True)
class Listen:
    """Let a member of staff hear the call, or speak into it too.

    Source
    ------
    own; docs/calls.md.
    """

    by: str
    speak: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """The called party wants no more calls: have the number blocked by customer request.

    Source
    ------
    own; docs/calls.md.
    """

    number: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write down what was heard.

    Source
    ------
    own; docs/fraud.md.
    """

    event: Event
    decision: Decision


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell somebody now: what was heard, or that a number of special interest was called.

    Source
    ------
    own; docs/fraud.md.
    """

    event: Event | None
    decision: Decision | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Put this into the review queue.

    Source
    ------
    own; docs/fraud.md.
    """

    item: ReviewItem


Action: TypeAlias = (
    Play | Warn | Disconnect | Timer | Hold | Unhold | Listen | Block | Note | Alert | Review
)
Actions: TypeAlias = tuple[Action, ...]
NOTHING: Final[Actions] = ()
"""Nothing is to be done. Source: own."""
