"""RefundCase: a disconnect that somebody judged wrong, as the ledger can be asked about it.

The fraud wing knows no ledger. A case holds what `securecall.Ledger.request_refund` wants, and
whoever has both hands it over; `docs/fraud.md` shows how.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.fraud.event import Event
from securecall.fraud.json_values import object_of, told_of, typed, value_of

if TYPE_CHECKING:
    from securecall.fraud.review_queue import ReviewItem

__all__ = ["REASONS", "RULE", "RefundCase"]

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "call_waiting": "call waiting, answered or ignored",
        "mute": "a muted telephone",
        "cellular_gap": "a gap in a mobile network",
        "silence_suppression": "silence that a network left out",
        "speakerphone": "a speakerphone or another handset",
        "household": "a sound of the household",
        "long_silence": "nobody spoke for a while",
        "handed_over": "the receiver was handed to somebody in the same room",
        "allowed": "what was heard is allowed at this facility",
        "not_heard": "nothing of the kind is to be heard",
        "other": "another reason",
    }
)
"""Why a disconnect was wrong. Source: own; the innocent explanations of docs/fraud.md."""

RULE: Final = "wrong_disconnect"
"""Id of the rule by which a ledger decides at once: the review has been made already."""

#: So that what is written into the books about a case has no more than 200 characters.
NAME_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class RefundCase:
    """A disconnect that was wrong.

    Attributes
    ----------
    call_id : str
        As the ledger knows the call.
    cut_at_ms : int
        When the call was cut, epoch milliseconds.
    event : Event
        For which it was cut.
    policy : str
        Under which; name and digest.
    reason : str
        A code of `REASONS`.
    judged_by : str
    judged_at_ms : int
        Epoch milliseconds.
    keep_ms : int or None
        Milliseconds of the call, from its start, that stay charged; None gives all of it back.

    Raises
    ------
    InputError
        Another reason, an instant that does not fit, or nobody who judged.

    Source
    ------
    own; docs/fraud.md.
    """

    call_id: str
    cut_at_ms: int
    event: Event
    policy: str
    reason: str
    judged_by: str
    judged_at_ms: int
    keep_ms: int | None = None

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            hint = did_you_mean(self.reason, REASONS)
            raise InputError(
                f"reason must be one of {', '.join(REASONS)}, not {self.reason!r}{hint}"
            )
        for name in ("cut_at_ms", "judged_at_ms"):
            if type(getattr(self, name)) is not int:
                raise InputTypeError(
                    f"{name} must be whole epoch milliseconds, not {getattr(self, name)!r}"
                )
        if self.judged_at_ms < self.cut_at_ms:
            raise InputError("judged_at_ms must not be before cut_at_ms: nothing was cut yet")
        if self.keep_ms is not None and (type(self.keep_ms) is not int or self.keep_ms < 0):
            raise InputError(f"keep_ms must be whole milliseconds or None, not {self.keep_ms!r}")
        by = self.judged_by
        if type(by) is not str or not 1 <= len(by) <= NAME_MAX or not by.isprintable():
            raise InputError(f"judged_by must be 1 to {NAME_MAX} printable characters, not {by!r}")

    @classmethod
    def of(
        cls, item: ReviewItem, *, reason: str, judged_by: str, judged_at_ms: int,
        cut_at_ms: int | None = None, keep_ms: int | None = None,
    ) -> RefundCase:  # fmt: skip
        """Return the case of a reviewed disconnect that was wrong.

        Parameters
        ----------
        item : ReviewItem
        reason : str
            A code of `REASONS`.
        judged_by : str
        judged_at_ms : int
            Epoch milliseconds.
        cut_at_ms : int, optional
            When the call was cut, if not at once.
        keep_ms : int, optional
            Milliseconds of the call, from its start, that stay charged.

        Raises
        ------
        InputError
            The call was not disconnected for this event, or an argument does not fit.

        Source
        ------
        own.
        """
        if not item.decision.disconnects:
            raise InputError(
                f"call {item.call_id!r} was not disconnected for event {item.event.id}: "
                "there is nothing to make good"
            )
        return cls(
            item.call_id, item.at_ms if cut_at_ms is None else cut_at_ms, item.event,
            item.decision.policy, reason, judged_by, judged_at_ms, keep_ms,
        )  # fmt: skip

    @property
    def id(self) -> str:
        """An id of its own, the same for the same disconnect: nobody is paid twice."""
        return f"{RULE}:{self.event.id}:{self.call_id}"

    @property
    def why(self) -> str:
        """What happened, in a line for the books."""
        return (
            f"wrong disconnect for {self.event.kind}, event {self.event.id}: "
            f"{REASONS[self.reason]}; judged by {self.judged_by}"
        )

    def refund_request(self, *, at_ms: int | None = None) -> dict[str, Any]:
        """Return the arguments of `securecall.Ledger.request_refund`.

        Parameters
        ----------
        at_ms : int, optional
            When it is asked for, epoch milliseconds; by default when it was judged.

        Source
        ------
        own.

        Examples
        --------
        >>> from securecall.fraud import Event
        >>> event = Event(7, "three_way", "disconnect", 6e4, None, 6.2e4, 0.99, "", -30.0)
        >>> case = RefundCase("c-1", 1_777_658_462_000, event, "ours", "mute", "desk 3",
        ...                   1_777_700_000_000)
        >>> for name, value in case.refund_request().items():
        ...     print(name, value)
        call_id c-1
        why wrong disconnect for three_way, event 7: a muted telephone; judged by desk 3
        at 1777700000000
        request_id wrong_disconnect:7:c-1
        rule wrong_disconnect
        until_ms None
        """
        return {
            "call_id": self.call_id, "why": self.why,
            "at": self.judged_at_ms if at_ms is None else at_ms,
            "request_id": self.id, "rule": RULE, "until_ms": self.keep_ms,
        }  # fmt: skip

    def as_json(self) -> str:
        """Return it as a line of JSON, without the newline.

        Source
        ------
        own.
        """
        return json.dumps(told_of(self), ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> RefundCase:
        """Read what `as_json` returned.

        Parameters
        ----------
        line : str

        Raises
        ------
        InputError
            It is no case.

        Source
        ------
        own.
        """
        told = object_of(line, [item.name for item in fields(cls)])
        types = {item.name: str(item.type) for item in fields(cls)}
        event = value_of(Event, told.pop("event"), "event")
        return cls(
            event=event, **{name: typed(types[name], value, name) for name, value in told.items()}
        )
