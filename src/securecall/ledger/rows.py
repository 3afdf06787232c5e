"""What a store keeps of accounts and calls: rows that an operation changes and puts back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from securecall.ledger.compact_json import encoder
from securecall.ledger.curve import PriceCurve

__all__ = ["KINDS", "AccountRow", "CallRow", "OpColumns", "OpRow"]

KINDS: Final = ("prepaid", "inmate_debit", "direct_bill")

_new = object.__new__
_dumps = encoder()


class AccountRow:
    """An account.

    Attributes
    ----------
    id, kind : str
    posted_micros, credit_micros : int
    settled_ms : int
        The instant to which it is settled.
    touched : int
        The operation that touched it last.
    active_ms : int
        The holder's last activity.
    closed : bool
    running : list of str
        Ids of its running calls, oldest first.
    reload_ms : int or None
        When an automatic deposit falls due, if nothing else happens.
    more : dict
        What few accounts have: auto-reload, spending limit, numbers, the last statement.
    """

    __slots__ = (
        "active_ms", "closed", "credit_micros", "id", "kind", "more", "posted_micros",
        "reload_ms", "running", "settled_ms", "touched",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        kind: str,
        posted_micros: int = 0,
        credit_micros: int = 0,
        *,
        settled_ms: int = 0,
        touched: int = 0,
        active_ms: int = 0,
        closed: bool = False,
        running: list[str] | None = None,
        reload_ms: int | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.kind = kind
        self.posted_micros = posted_micros
        self.credit_micros = credit_micros
        self.settled_ms = settled_ms
        self.touched = touched
        self.active_ms = active_ms
        self.closed = closed
        self.running = running if running is not None else []
        self.reload_ms = reload_ms
        self.more = more if more is not None else {}

    @property
    def room_micros(self) -> int:
        """What could be spent without running calls."""
        return self.posted_micros + self.credit_micros

    def copy(self) -> AccountRow:
        """Return another one; what it has ``more`` is shared until it is replaced."""
        other = _new(AccountRow)
        other.id = self.id
        other.kind = self.kind
        other.posted_micros = self.posted_micros
        other.credit_micros = self.credit_micros
        other.settled_ms = self.settled_ms
        other.touched = self.touched
        other.active_ms = self.active_ms
        other.closed = self.closed
        other.running = self.running
        other.reload_ms = self.reload_ms
        other.more = self.more
        return other

    def dump(self) -> tuple[Any, ...]:
        """Return it as plain columns, id first."""
        return (
            self.id, self.kind, self.posted_micros, self.credit_micros, self.settled_ms,
            self.touched, self.active_ms, int(self.closed),
            _dumps(self.running) if self.running else "[]", self.reload_ms,
            _more_text(self.more),
        )  # fmt: skip

    @classmethod
    def load(cls, columns: tuple[Any, ...]) -> AccountRow:
        """Return what `dump` wrote."""
        head, running, reload_ms, more = columns[:7], columns[8], columns[9], columns[10]
        id, kind, posted, credit, settled_ms, touched, active_ms = head
        return cls(
            id, kind, posted, credit,
            settled_ms=settled_ms, touched=touched, active_ms=active_ms, closed=bool(columns[7]),
            running=[] if running == "[]" else json.loads(running),
            reload_ms=reload_ms,
            more={} if more == "{}" else json.loads(more),
        )  # fmt: skip


def _more_text(more: dict[str, Any]) -> str:
    if len(more) == 1 and "opened_ms" in more:
        # Of nearly every account no more is known, and an encoder takes ten times as long to start.
        return f'{{"opened_ms":{more["opened_ms"]}}}'
    return _dumps(more) if more else "{}"


@dataclass(slots=True)
class CallRow:
    """A call, running or ended; money in micro-dollars.

    Attributes
    ----------
    state : {"running", "ended", "refused"}
    order : int
        The operation that started it.
    takings : list of [str, int]
        Who paid what, in order.
    by_second : list of [int, int]
        Increments that were sold by the second.
    cutoff_ms : int or None
        Where it will end if nothing else happens; only of a running call.
    ended_by : str
        ``host``, ``ledger`` or, where it was posted from a rated record, ``record``; only a report
        about one that the ledger ended can correct it.
    parts : dict
        What of the charge was posted as revenue and tax; less what a correction reversed.
    reversed : dict
        What refunds reversed of each.
    returned : dict
        What refunds gave back to each account.
    """

    id: str
    accounts: list[str]
    start_ms: int
    order: int
    split: bool = False
    limit_ms: int | None = None
    state: str = "running"
    bought_ms: int = 0
    charged: int = 0
    takings: list[list[Any]] = field(default_factory=list)
    by_second: list[list[int]] = field(default_factory=list)
    cutoff_ms: int | None = None
    reason: str = ""
    ended_ms: int | None = None
    ended_by: str = ""
    parts: dict[str, int] = field(default_factory=dict)
    reversed: dict[str, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    refunded: int = 0
    corrected: int = 0
    curve: PriceCurve | None = None

    def dump(self) -> tuple[Any, ...]:
        """Return it as plain columns, id first, without its curve."""
        body = _dumps(
            [
                self.accounts, self.start_ms, self.order, self.split, self.limit_ms,
                self.bought_ms, self.charged, self.takings, self.by_second, self.reason,
                self.ended_ms, self.ended_by, self.parts, self.reversed, self.returned,
                self.refunded, self.corrected,
            ]
        )  # fmt: skip
        return self.id, self.state, self.cutoff_ms, body

    @classmethod
    def load(cls, columns: tuple[Any, ...], curve: PriceCurve) -> CallRow:
        """Return what `dump` wrote."""
        call_id, state, cutoff_ms, text = columns
        (
            accounts, start_ms, order, split, limit_ms, bought_ms, charged, takings, by_second,
            reason, ended_ms, ended_by, parts, reverted, returned, refunded, corrected,
        ) = json.loads(text)  # fmt: skip
        return cls(
            call_id, accounts, start_ms, order, split, limit_ms, state, bought_ms, charged,
            takings, by_second, cutoff_ms, reason, ended_ms, ended_by, parts, reverted, returned,
            refunded, corrected, curve,
        )  # fmt: skip

    def copy(self) -> CallRow:
        """Return another one, on the same curve; lists and dicts are replaced, never changed."""
        return CallRow(
            self.id, self.accounts, self.start_ms, self.order, self.split, self.limit_ms,
            self.state, self.bought_ms, self.charged, self.takings, self.by_second, self.cutoff_ms,
            self.reason, self.ended_ms, self.ended_by, self.parts, self.reversed, self.returned,
            self.refunded, self.corrected, self.curve,
        )  # fmt: skip


# What an `OpRow` has, as a tuple that costs less to make.
OpColumns = tuple[int, str, bytes, str, int, str, str, bytes]


class OpRow(NamedTuple):
    """An operation as a store keeps it.

    Attributes
    ----------
    seq : int
        1, 2, 3, ...
    request_id, method, code : str
    digest : bytes
        Of the content.
    at_ms : int
    answer : str
        As `values.encode` writes it.
    hash : bytes
        Of it, its entries and the hash before.
    """

    seq: int
    request_id: str
    digest: bytes
    method: str
    at_ms: int
    code: str
    answer: str
    hash: bytes
