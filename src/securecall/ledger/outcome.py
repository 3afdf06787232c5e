"""How an operation can turn out; the words that answers carry as ``code``."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["Outcome"]


class Outcome(StrEnum):
    """Outcomes in order of precedence: where several apply, the first is the answer.

    Conflicts and bad input come before all of these and are raised. Every refusal moves nothing.

    Source
    ------
    own; charging law, "Cutoff is solved, not polled" (``late``) and rules 6, 10 and 11.
    """

    LATE = "late"
    """The account, or one that a running call ties to it, was settled at a later instant."""
    ACCOUNT_EXISTS = "account_exists"
    """An account of that id was opened before."""
    CALL_EXISTS = "call_exists"
    """A call of that id was started before."""
    ACCOUNT_CLOSED = "account_closed"
    """The account was released, transferred or paid out."""
    WRONG_KIND = "wrong_kind"
    """This kind of account has no such operation: a payment on a prepaid account, say."""
    CALL_RUNNING = "call_running"
    """The call has not ended, so it cannot be refunded."""
    ALREADY_DECIDED = "already_decided"
    """The chargeback, reload or refund request has its result, or the deposit its chargeback."""
    NOTHING_LEFT = "nothing_left"
    """There is nothing to give back, pay out or charge."""
    REFUND_EXCEEDS_CHARGE = "refund_exceeds_charge"
    """The refund is above what is left of the charge."""
    SPENDING_LIMIT = "spending_limit"
    """The spending limit of the running period does not pay the first increment."""
    INSUFFICIENT_FUNDS = "insufficient_funds"
    """What is available does not pay it."""
    OK = "ok"
    """Done."""


OK: Final = Outcome.OK.value
