"""A recorded call, made again: the same record, bit for bit, without audio, ledger or clock."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from securecall.calls.actions import Actions
from securecall.calls.attempt import CallAttempt
from securecall.calls.decision import Decision, Limits
from securecall.calls.prompts import Prompts
from securecall.calls.reasons import Reason
from securecall.calls.tape import FORMAT
from securecall.calls.terms import Terms
from securecall.errors import InputError, RequestConflict, StoreError
from securecall.fraud.event import Event
from securecall.fraud.json_values import value_of
from securecall.ledger.values.calls import Admission, CallState, Settlement

if TYPE_CHECKING:
    from securecall.calls.live import LiveCall
    from securecall.calls.record import CallRecord
    from securecall.fraud.policy import Policy
    from securecall.rating.tariff import Tariff

__all__ = ["Replayed", "replay_call"]

_VERBS: Final = (
        "ring", "answer", "accept", "refuse", "connected", "signal", "tick", "hang_up", "stop",
        "pause", "resume", "staff", "moved", "feed_gap", "take", "sound",
)  # fmt: skip
_ANSWERS: Final[dict[str, type[Any]]] = {
    "Admission": Admission, "CallState": CallState, "Settlement": Settlement,
}  # fmt: skip


class Replayed(NamedTuple):
    """What a replayed call came to: its record, and the actions that each verb returned.

    Source
    ------
    own; docs/calls.md.
    """

    record: CallRecord | None
    actions: tuple[Actions, ...]


class _Lines:
    """The lines of a tape, one after the other."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows
        self.place = 0

    def next(self, *wanted: str) -> list[Any]:
        if self.place >= len(self._rows):
            raise InputError(f"the tape ends where it should say: {' or '.join(wanted)}")
        row = self._rows[self.place]
        self.place += 1
        if not isinstance(row, list) or not row or (wanted and row[0] not in wanted):
            raise InputError(
                f"line {self.place + 1} of the tape should say {' or '.join(wanted) or 'what'}, "
                f"not {str(row)[:80]}"
            )
        return row

    @property
    def more(self) -> bool:
        return self.place < len(self._rows)

    @property
    def ahead(self) -> Any:
        row = self._rows[self.place] if self.more else None
        return row[0] if isinstance(row, list) and row else None


def _raised(name: Any) -> Exception:
    """Return what the ledger raised; of what is its own the name is enough."""
    if name == "RequestConflict":
        return RequestConflict("told", "start_call", "start_call")
    return StoreError(f"as on the tape: {name}")


class _ToldLedger:
    """Answers what the ledger answered."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines

    def _answer(self, *_: Any, **__: Any) -> Any:
        what, value = self._lines.next("ledger", "raised")
        if what == "raised":
            raise _raised(value)
        told = dict(value)
        kind = _ANSWERS[told.pop("type")]
        return kind(**{name: _tuples(value) for name, value in told.items()})

    start_call = end_call = call = _answer

    def settle_due(self, **_: Any) -> None:
        """Settle nothing: the next answer says how the call stands."""
        if self._lines.ahead == "raised":
            raise _raised(self._lines.next()[1])


class _ToldMonitor:
    """Finds what the monitor found."""

    legs = ("told",)

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines

    @property
    def now_ms(self) -> Any:
        return self._lines.next("now")[1]

    def _found(self, *_: Any) -> list[Event]:
        if self._lines.ahead == "failed":
            raise InputError("the monitor took nothing in")
        return _events(self._lines.next("monitor")[1])

    feed_gap = signal = finish = _found


def replay_call(
    tape: str | Iterable[str], *, tariff: Tariff, policy: Policy | None = None
) -> Replayed:
    """Make a call again from its tape.

    Parameters
    ----------
    tape : str or iterable of str
        What `securecall.calls.tape.Tape.dumps` returned, or its lines.
    tariff : Tariff
        The one of then: its digest is compared.
    policy : Policy, optional
        Likewise.

    Raises
    ------
    InputError
        It is no tape, the tariff or the policy is another one, or a line is not what the call
        asks for there: it was made by another version, or changed.

    Source
    ------
    own; docs/calls.md.
    """
    head, rows = _read(tape)
    lines = _Lines(rows)
    done: list[Actions] = []
    try:
        session = _begun(head, lines, tariff, policy)
        while lines.more:
            what, *rest = lines.next(*_VERBS)
            args, options = rest
            try:
                if what == "take":
                    args = [_events(args[0])]
                done.append(getattr(session, what)(*args, **options) or ())
            except StoreError:
                done.append(())  # it reached the host then, who went on
            except Exception:
                if lines.ahead != "failed":
                    raise
                lines.next()
                done.append(())  # likewise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"line {lines.place + 1} of the tape: {error!r}"[:200]) from None
    return Replayed(session.record, tuple(done))


class _ToldTerms(Terms):
    """Terms whose calls hear what the monitor found."""

    __slots__ = ()

    def new_monitor(self) -> Any:
        """Return what finds what was found."""
        lines = self.monitor["lines"] if self.monitor else None
        return None if lines is None else _ToldMonitor(lines)


def _begun(head: dict[str, Any], lines: _Lines, tariff: Tariff, policy: Policy | None) -> LiveCall:
    """Return a call as it was when it began."""
    from securecall.calls.privileged import PrivilegedSession
    from securecall.calls.session import Session

    prompts = Prompts(**{name: _tuples(value) for name, value in head["prompts"].items()})
    ledger: Any = _ToldLedger(lines)
    terms = _ToldTerms(
        ledger, tariff, policy, prompts, head["host"], head["split"], head["hold"],
        monitor={"lines": lines} if head["own_monitor"] else None,
    )  # fmt: skip
    for name, now in (("tariff", tariff.digest), ("policy", terms.judge.digest)):
        if head[name] != now:
            raise InputError(f"the tape was made with the {name} {head[name]}, not with {now}")
    attempt = CallAttempt(**{name: _tuples(value) for name, value in head["attempt"].items()})
    decision = _decision(head["decision"])
    kind = PrivilegedSession if decision.privileged else Session
    return kind(attempt, decision, terms=terms, facility=head["facility"], at=head["at_ms"])


def _decision(told: dict[str, Any]) -> Decision:
    limits = dict(told["limits"])
    limits["first_increment"] = Decimal(limits["first_increment"])
    closes = limits["closes_at"]
    limits["closes_at"] = None if closes is None else datetime.fromisoformat(closes)
    values = {
        **told, "limits": Limits(**limits), "at": datetime.fromisoformat(told["at"]),
        "reasons": tuple(Reason(**each) for each in told["reasons"]),
    }  # fmt: skip
    return Decision(**values)


def _read(tape: str | Iterable[str]) -> tuple[dict[str, Any], list[Any]]:
    lines = tape.splitlines() if isinstance(tape, str) else tape
    try:
        rows = [json.loads(line) for line in lines if line.strip()]
    except (ValueError, RecursionError) as error:
        raise InputError(f"the tape is no JSON Lines: {error}") from None
    if not rows or not isinstance(rows[0], dict) or rows[0].get("format") != FORMAT:
        raise InputError(f"a tape must begin with an object of format {FORMAT}")
    return rows[0], rows[1:]


def _events(told: list[Any]) -> list[Event]:
    return [value_of(Event, each, "event") for each in told]


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
