"""What becomes of one rated record."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["REFUSED", "RecordCode"]


class RecordCode(StrEnum):
    """What becomes of a rated record, in order of precedence.

    The first three leave nothing to do; a record with any other is not in the books and may come
    again, in a posting of another name, once its reason is gone.

    Source
    ------
    own; docs/posting.md.
    """

    POSTED = "posted"
    """Its charge is in the books, from now on."""
    ALREADY_POSTED = "already_posted"
    """The books have this charge: of an earlier posting, of a repeated row, or metered live."""
    FREE = "free"
    """It costs nothing: there is nothing to post."""
    NOT_RATED = "not_rated"
    """Its status is neither ``ok`` nor ``unanswered``: it has no price."""
    BAD_RECORD = "bad_record"
    """It has no key, start, duration or price, or its amounts do not add up."""
    NO_ACCOUNT = "no_account"
    """It names no account."""
    UNKNOWN_ACCOUNT = "unknown_account"
    """It names one that was never opened."""
    CALL_RUNNING = "call_running"
    """The ledger holds a call of that key for running."""
    CALL_EXISTS = "call_exists"
    """A call of that key is in the books with another account, time or charge."""
    LATE = "late"
    """Its account is settled to an instant after the posting's, or the record ends after it."""
    ACCOUNT_CLOSED = "account_closed"
    """The account was released or transferred."""
    INSUFFICIENT_FUNDS = "insufficient_funds"
    """What is available on the account does not pay it."""


REFUSED: Final = tuple(
    code.value
    for code in RecordCode
    if code not in (RecordCode.POSTED, RecordCode.ALREADY_POSTED, RecordCode.FREE)
)
