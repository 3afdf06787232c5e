"""Notices: what the holder of an account is told: little money left, deposits, refunds.

When an account will have little left is solved in advance, as a cutoff is; what has changed since
it was last looked at is told once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError, InputTypeError
from securecall.ledger.instant import At, instant, ms_of
from securecall.ledger.values.money import Reload
from securecall.money import dollars, micros, shown

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from securecall.ledger.ledger import Ledger
    from securecall.money import Money

__all__ = ["KINDS", "Notice", "Notices"]

KINDS: Final = (
    "low_balance", "reload_asked", "reload_credited", "reload_declined", "reload_timed_out",
    "refund_asked", "refund_approved", "refund_denied",
)  # fmt: skip
"""What a notice can be about. Source: own; docs/calls.md."""

#: How far ahead is looked where no end of a call is in sight.
AHEAD_MS: Final = 86_400_000
_RELOADS: Final = {
    "pending": "reload_asked", "credited": "reload_credited", "declined": "reload_declined",
    "timed_out": "reload_timed_out",
}  # fmt: skip
_REFUNDS: Final = {
    "pending": "refund_asked", "approved": "refund_approved", "denied": "refund_denied",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the holder of an account is told.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    account : str
    at_ms : int
        When it was noticed.
    amount_micros : int
        What is available, was deposited, or went back.
    ref : str
        The reload or refund request that it is about.

    Source
    ------
    own; docs/calls.md.
    """

    kind: str
    account: str
    at_ms: int
    amount_micros: int
    ref: str = ""

    @property
    def at(self) -> datetime:
        """When it was noticed."""
        return instant(self.at_ms)

    @property
    def amount(self) -> Decimal:
        """The amount, dollars."""
        return dollars(self.amount_micros)

    @property
    def text(self) -> str:
        """What it says, in a line."""
        amount = shown(self.amount)
        words = {
            "low_balance": f"only {amount} is left for calls",
            "reload_asked": f"an automatic deposit of {amount} was asked for",
            "reload_credited": f"an automatic deposit of {amount} was made",
            "reload_declined": f"an automatic deposit of {amount} was declined",
            "reload_timed_out": f"an automatic deposit of {amount} had no answer yet",
            "refund_asked": "a refund was asked for and will be looked at",
            "refund_approved": f"{amount} went back to the account",
            "refund_denied": "a refund was denied",
        }
        return words[self.kind]


class Notices:
    """Looks at accounts and says what is new. Not for two threads at once.

    What was there when an account was first looked at is no news, except a low balance.

    Parameters
    ----------
    ledger : Ledger
    low : Decimal or str
        Below what is available a balance is low, dollars; see `set_low`.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ("_ledger", "_low_micros", "_own", "_seen")

    def __init__(self, ledger: Ledger, *, low: Money = "5.00") -> None:
        self._ledger = ledger
        self._low_micros = micros(low, "low")
        self._own: dict[str, int] = {}
        self._seen: dict[str, dict[str, Any]] = {}

    def set_low(self, account: str, low: Money | None) -> None:
        """Have an account another limit below which it is low; None: the common one.

        Parameters
        ----------
        account : str
        low : Decimal, str or None
            Dollars.

        Source
        ------
        own.
        """
        if low is None:
            self._own.pop(account, None)
        else:
            self._own[account] = micros(low, "low")

    def look(self, account: str, *, at: At) -> tuple[Notice, ...]:
        """Return what is new on an account at an instant.

        A low balance is told once, and again after it was not low in between.

        Parameters
        ----------
        account : str

        Raises
        ------
        Unknown
            There is no such account.
        InputError, InputTypeError
            ``at`` is no instant.

        Source
        ------
        own; docs/calls.md.
        """
        at_ms = ms_of(at)
        available = self._ledger.balance(account, at=at_ms).available_micros
        first = account not in self._seen
        seen = self._seen.setdefault(account, {"low": False, "reloads": {}, "refunds": {}})
        found: list[Notice] = []
        low = available < self._own.get(account, self._low_micros)
        if low and not seen["low"]:
            found.append(Notice("low_balance", account, at_ms, available))
        seen["low"] = low
        for name, kinds, papers in (
            ("reloads", _RELOADS, self._ledger.reloads(account)),
            ("refunds", _REFUNDS, self._ledger.refund_requests(account)),
        ):
            known = seen[name]
            for paper in papers:
                if known.get(paper.id) == paper.state:
                    continue
                known[paper.id] = paper.state
                if not first:
                    amount = (
                        paper.amount_micros if isinstance(paper, Reload) else paper.refunded_micros
                    )
                    found.append(Notice(kinds[paper.state], account, at_ms, amount, paper.id))
        return tuple(found)

    def low_at(self, account: str, *, at: At) -> datetime | None:
        """Return when an account will be low if nothing else happens; None: no time in sight.

        Parameters
        ----------
        account : str
        at : datetime or int

        Raises
        ------
        Unknown
            There is no such account.

        Source
        ------
        own; what is available only falls while nothing but calls touches an account, so its
        instant is found by halving.
        """
        limit = self._own.get(account, self._low_micros)
        low_ms = ms_of(at)

        def low(at_ms: int) -> bool:
            return self._ledger.balance(account, at=at_ms).available_micros < limit

        if low(low_ms):
            return instant(low_ms)
        ends = self._ledger.cutoffs(account, at=low_ms)
        if not ends:
            return None
        known = [ms_of(each) for each in ends.values() if each is not None]
        high_ms = max([*known, low_ms + AHEAD_MS] if None in ends.values() else known)
        if not low(high_ms):
            return None
        while high_ms - low_ms > 1:
            middle_ms = (low_ms + high_ms) // 2
            if low(middle_ms):
                high_ms = middle_ms
            else:
                low_ms = middle_ms
        return instant(high_ms)

    def save(self) -> bytes:
        """Return what is remembered, as JSON; `load` goes on from there.

        Source
        ------
        own.
        """
        return json.dumps({"own": self._own, "seen": self._seen}, separators=(",", ":")).encode()

    def load(self, saved: bytes) -> None:
        """Go on where another was when it was saved.

        Parameters
        ----------
        saved : bytes

        Raises
        ------
        InputTypeError
            Not bytes.
        InputError
            It was not saved by us.

        Source
        ------
        own.
        """
        if not isinstance(saved, bytes):
            raise InputTypeError(f"a saved state is bytes, not {type(saved).__name__}")
        try:
            told = json.loads(saved)
            own = {str(name): int(value) for name, value in told["own"].items()}
            seen = {
                str(name): {
                    "low": each["low"] is True, "reloads": dict(each["reloads"]),
                    "refunds": dict(each["refunds"]),
                }
                for name, each in told["seen"].items()
            }  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InputError("saved: this is no state of notices") from None
        self._own, self._seen = own, seen
