"""CallRecord: what is left of a call: who, when, how it ended, what it cost, what was heard."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from securecall.errors import InputError
from securecall.ledger.instant import instant, ms_of
from securecall.money import dollars, micros
from securecall.notebook import Shown

__all__ = ["CallRecord", "HeardEvent", "StaffAct"]


class StaffAct(NamedTuple):
    """What a member of staff did to a call: when, what, who.

    Source
    ------
    own; docs/calls.md.
    """

    at_ms: int
    action: str
    by: str


class HeardEvent(NamedTuple):
    """An event of a call in its record: which, what, how sure, and what was done.

    Source
    ------
    own; docs/calls.md.
    """

    id: int
    kind: str
    grade: str
    detected_ms: int
    actions: str


@dataclass(frozen=True, slots=True)
class CallRecord(Shown):
    """A call that has ended, rated.

    Instants are UTC epoch milliseconds here and datetimes by the names that end in ``_at``; money
    is whole micro-dollars here and dollars by ``net``, ``tax``, ``total``.

    Attributes
    ----------
    call_id, facility, person, number, terminal : str
    medium, bill_type, relay : str
    accounts : tuple of str
    dialed_ms, rung_ms, answered_ms, accepted_ms, ended_ms : int or None
        Charging begins at ``accepted_ms``.
    duration_ms : int
        From acceptance to the end; 0 if it was never accepted.
    paused_ms : int
        How long of it the two sides were parted for a review.
    authorized_ms : int or None
        From acceptance to the cutoff, as it was last.
    billed_ms, net_micros, tax_micros, total_micros, state_paid_micros, cap_saved_micros : int
    jurisdiction, rate_class, rate_id, cap_source : str or None
    status : {"ok", "unanswered", "free", "denied"}
        ``free``: talked, and nobody had to pay.
    reason : str
        A code of `securecall.calls.ending.ENDINGS`.
    by : str
        Who ended it.
    cause : str
        What the switch said, as it said it.
    reasons : tuple of str
        Codes of what the gate found.
    events : tuple of HeardEvent
    warnings_ms : tuple of int
        Which warnings were given, by the time left, in order.
    staff : tuple of StaffAct
    silent_since_ms : int or None
        When the sound stopped, if it did before the end.
    privileged, monitored, recorded : bool
    identity : str
        What was verified of the caller.
    host : str
        The process that held it.
    request_ids : tuple of str
        Of the ledger's operations.

    Source
    ------
    own; docs/calls.md.
    """

    call_id: str
    facility: str
    person: str
    number: str
    terminal: str
    medium: str
    bill_type: str
    relay: str
    accounts: tuple[str, ...]
    dialed_ms: int
    rung_ms: int | None
    answered_ms: int | None
    accepted_ms: int | None
    ended_ms: int
    duration_ms: int
    paused_ms: int
    authorized_ms: int | None
    billed_ms: int
    net_micros: int
    tax_micros: int
    total_micros: int
    state_paid_micros: int
    cap_saved_micros: int
    jurisdiction: str | None
    rate_class: str | None
    rate_id: str | None
    cap_source: str | None
    status: str
    reason: str
    by: str
    cause: str
    reasons: tuple[str, ...]
    events: tuple[HeardEvent, ...]
    warnings_ms: tuple[int, ...]
    staff: tuple[StaffAct, ...]
    silent_since_ms: int | None
    privileged: bool
    monitored: bool
    recorded: bool
    identity: str
    host: str
    request_ids: tuple[str, ...]

    @property
    def net(self) -> Decimal:
        """The price before what a state pays and before taxes, dollars."""
        return dollars(self.net_micros)

    @property
    def tax(self) -> Decimal:
        """All taxes, dollars."""
        return dollars(self.tax_micros)

    @property
    def total(self) -> Decimal:
        """What the customer paid, dollars."""
        return dollars(self.total_micros)

    @property
    def state_paid(self) -> Decimal:
        """What a state pays, dollars."""
        return dollars(self.state_paid_micros)

    @property
    def started_at(self) -> datetime:
        """When it was dialed."""
        return instant(self.dialed_ms)

    @property
    def answered_at(self) -> datetime | None:
        """When somebody answered."""
        return None if self.answered_ms is None else instant(self.answered_ms)

    @property
    def accepted_at(self) -> datetime | None:
        """When it was accepted, and charging began."""
        return None if self.accepted_ms is None else instant(self.accepted_ms)

    @property
    def ended_at(self) -> datetime:
        """When it ended."""
        return instant(self.ended_ms)

    @property
    def cutoff_at(self) -> datetime | None:
        """The cutoff as it was last."""
        if self.accepted_ms is None or self.authorized_ms is None:
            return None
        return instant(self.accepted_ms + self.authorized_ms)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: instants as ISO text, money as text in dollars.

        Source
        ------
        own; docs/calls.md.
        """
        told: dict[str, Any] = {}
        for item in fields(self):
            name, value = item.name, getattr(self, item.name)
            if name in _INSTANTS:
                told[_INSTANTS[name]] = None if value is None else instant(value).isoformat()
            elif name.endswith("_micros"):
                told[name.removesuffix("_micros")] = f"{dollars(value):f}"
            elif name in _TUPLES:
                told[name] = [each._asdict() for each in value]
            else:
                told[name] = list(value) if isinstance(value, tuple) else value
        told["cutoff_at"] = None if self.cutoff_at is None else self.cutoff_at.isoformat()
        return told

    def to_json(self) -> str:
        """Return it as one line of JSON; the same record is always the same text.

        Source
        ------
        own; docs/calls.md.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> CallRecord:
        """Read what `to_json` wrote.

        Parameters
        ----------
        line : str

        Raises
        ------
        InputError
            It is no record.

        Source
        ------
        own.
        """
        try:
            return _record_of(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
            raise InputError(f"this is no call record: {error}") from None


_INSTANTS = {
    "dialed_ms": "started_at", "rung_ms": "rung_at", "answered_ms": "answered_at",
    "accepted_ms": "accepted_at", "ended_ms": "ended_at", "silent_since_ms": "silent_since_at",
}  # fmt: skip
_TUPLES: dict[str, type[Any]] = {"events": HeardEvent, "staff": StaffAct}


def _record_of(told: dict[str, Any]) -> CallRecord:
    """Return a record from what `CallRecord.to_dict` told."""
    values: dict[str, Any] = {}
    for item in fields(CallRecord):
        name = item.name
        if name in _INSTANTS:
            at = told[_INSTANTS[name]]
            values[name] = None if at is None else ms_of(datetime.fromisoformat(at))
        elif name.endswith("_micros"):
            values[name] = micros(told[name.removesuffix("_micros")], name)
        elif name in _TUPLES:
            values[name] = tuple(_TUPLES[name](**each) for each in told[name])
        else:
            value = told[name]
            values[name] = tuple(value) if isinstance(value, list) else value
    return CallRecord(**values)
