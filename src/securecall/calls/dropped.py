"""Dropped calls: what a customer may ask back for a call that ended by nobody's wish.

Where the sound stopped is known, the call is charged as if it had ended there: that is decided at
once, by a rule. Where it is not known somebody has to look: the request waits for a review.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from securecall.calls.ending import ENDINGS
from securecall.errors import InputError
from securecall.ledger.instant import instant

if TYPE_CHECKING:
    from securecall.calls.record import CallRecord
    from securecall.ledger.instant import At
    from securecall.ledger.ledger import Ledger
    from securecall.ledger.values.giving_back import RefundRequest

__all__ = ["RULE", "DroppedCall"]

RULE: Final = "dropped_call"
"""Id of the rule by which a ledger decides at once: the sound's end is known."""


@dataclass(frozen=True, slots=True)
class DroppedCall:
    """A call that was dropped, as a ledger can be asked about it.

    Attributes
    ----------
    call_id : str
    ended_ms : int
        Epoch milliseconds.
    reason : str
        How it ended.
    keep_ms : int or None
        Milliseconds from acceptance that stay charged: up to where the sound stopped; None where
        that is not known.

    Source
    ------
    own; docs/calls.md. No federal rule says what a dropped call is worth, so it is the contract's.
    """

    call_id: str
    ended_ms: int
    reason: str
    keep_ms: int | None

    @classmethod
    def of(cls, record: CallRecord) -> DroppedCall | None:
        """Return the case of a call, or None if it was not dropped or nothing was charged.

        Parameters
        ----------
        record : CallRecord

        Source
        ------
        own; docs/calls.md.
        """
        dropped = ENDINGS[record.reason].dropped
        if not dropped or record.accepted_ms is None or record.total_micros == 0:
            return None
        since = record.silent_since_ms
        keep_ms = None if since is None else max(since - record.accepted_ms, 0)
        return cls(record.call_id, record.ended_ms, record.reason, keep_ms)

    @property
    def id(self) -> str:
        """An id of its own, the same for the same call: nobody is paid twice."""
        return f"{RULE}:{self.call_id}"

    @property
    def why(self) -> str:
        """What happened, in a line for the books."""
        heard = (
            "nobody knows when the sound stopped" if self.keep_ms is None else
            f"the sound stopped after {self.keep_ms / 1000:.3f} s"
        )  # fmt: skip
        at = instant(self.ended_ms).isoformat(timespec="milliseconds")
        return f"dropped call: {ENDINGS[self.reason].text} at {at}; {heard}"

    def refund_request(self, *, at_ms: int) -> dict[str, Any]:
        """Return the arguments of `securecall.Ledger.request_refund`.

        Parameters
        ----------
        at_ms : int
            When it is asked for, epoch milliseconds; not before the call's end.

        Raises
        ------
        InputError
            The call had not ended then.

        Source
        ------
        own.
        """
        if at_ms < self.ended_ms:
            raise InputError("at_ms must not be before the call's end: nothing was dropped yet")
        return {
            "call_id": self.call_id, "why": self.why, "at": at_ms, "request_id": self.id,
            "rule": None if self.keep_ms is None else RULE, "until_ms": self.keep_ms,
        }  # fmt: skip

    def file(self, ledger: Ledger, *, at: At) -> RefundRequest:
        """Ask a ledger for the refund; asked again, the answer is the same.

        Parameters
        ----------
        ledger : Ledger
        at : datetime or int

        Source
        ------
        own.
        """
        from securecall.ledger.instant import ms_of

        return ledger.request_refund(**self.refund_request(at_ms=ms_of(at)))
