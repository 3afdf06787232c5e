"""After a crash: calls are taken up again, or settled, from the ledger alone.

What a host held in memory is gone. The ledger knows which calls run, since when, on whose money
and at what price, and what the host said of each when it started; the host's heartbeat says how
long it lived. Nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from securecall.calls.about import known_of
from securecall.calls.ending import CLOSING, ENDINGS, ending_of_ledger
from securecall.calls.record import CallRecord
from securecall.calls.till import Till, amounts_of
from securecall.errors import InputError
from securecall.ledger.instant import At, ms_of
from securecall.rating.call import Call

if TYPE_CHECKING:
    from securecall.calls.live import LiveCall
    from securecall.calls.sessions import Sessions
    from securecall.ledger.ledger import Ledger
    from securecall.rating.tariff import Tariff

__all__ = ["calls_of", "recorded", "recover_calls", "resume_call"]


def calls_of(ledger: Ledger, host: str) -> tuple[str, ...]:
    """Return the ids of a host's calls that the ledger holds for running, by id.

    Parameters
    ----------
    ledger : Ledger
    host : str
        As the terms name it; calls of other hosts are left to them.

    Source
    ------
    own; docs/calls.md.
    """
    running = ledger.running_calls()
    return tuple(each for each in running if ledger.about_call(each).get("host", "") == host)


def recover_calls(
    ledger: Ledger, tariff: Tariff, *, host: str, last_alive_ms: At, at: At,
    kept: Iterable[str] = (),
) -> list[CallRecord]:  # fmt: skip
    """Settle the calls of a host that crashed, each once, up to its last proof of life.

    The customer pays the increment that contains the last heartbeat and nothing later. Doing it
    again changes nothing: a call that has been settled runs no more.

    Parameters
    ----------
    ledger : Ledger
    tariff : Tariff
        For the records.
    host : str
        Whose calls.
    last_alive_ms : int or datetime
        The host's last heartbeat (`securecall.ledger.heartbeat.last_alive_ms`).
    at : datetime or int
        Now.
    kept : iterable of str
        Calls that the switch has kept and that are taken up again with `resume_call`.

    Returns
    -------
    list of CallRecord

    Raises
    ------
    InputError
        An instant is none.

    Source
    ------
    own; charging law, "Cutoff is solved, not polled".
    """
    alive_ms, left = ms_of(last_alive_ms, "last_alive_ms"), set(kept)
    found = []
    for call_id in calls_of(ledger, host):
        if call_id not in left:
            ledger.recover(call_id, last_alive_ms=alive_ms, at=at)
            found.append(recorded(ledger, tariff, call_id))
    return found


def recorded(ledger: Ledger, tariff: Tariff, call_id: str) -> CallRecord:
    """Return the record of a call that has ended, as far as the ledger knows it.

    Who hung up is known by the reason; what was heard is not known.

    Parameters
    ----------
    ledger : Ledger
    tariff : Tariff
    call_id : str

    Raises
    ------
    Unknown
        There is no such call.
    InputError
        It still runs, or the ledger was not told of it.

    Source
    ------
    own; docs/calls.md.
    """
    state = ledger.call(call_id)
    if state.running or state.ended_ms is None:
        raise InputError(f"call {call_id!r} still runs: recover it, or take it up again")
    known = known_of(call_id, state.accounts, ledger.about_call(call_id))
    attempt, decision = known.attempt, known.decision
    duration_ms = max(state.ended_ms - state.started_ms, 0)
    limit_ms = decision.limits.max_ms
    call = Call(
        known.facility, attempt.number, state.started_ms, duration_ms, attempt.medium,
        attempt.bill_type, attempt.accounts[0], call_id, limit_ms, attempt.relay_class,
        decision.privileged,
    )  # fmt: skip
    till = Till(ledger, call_id)
    till.take_up(tariff.curve(call))
    till.charged_micros, till.billed_ms = state.charged_micros, state.billed_ms
    amounts = amounts_of(tariff, call, till, free=duration_ms == 0)
    reason = ending_of_ledger(
        state.reason, bill_type=attempt.bill_type, closes=decision.limits.governs in CLOSING
    )
    return CallRecord(
        call_id, known.facility, attempt.person, attempt.number, attempt.terminal, attempt.medium,
        attempt.bill_type, attempt.relay_class, attempt.accounts, known.dialed_ms, known.rung_ms,
        known.answered_ms, state.started_ms, state.ended_ms, duration_ms, 0, limit_ms,
        *amounts[1:], amounts.status, reason, ENDINGS[reason].by, "", decision.codes, (), (), (),
        None, decision.privileged, decision.monitor, decision.record, decision.identity,
        known.host, till.request_ids,
    )  # fmt: skip


def resume_call(sessions: Sessions, call_id: str, *, at: At) -> LiveCall:
    """Take a call up again that the switch has kept while its host was away.

    It is charged as if nothing had happened, and what it is told next counts. What was heard
    before the crash is not known any more: its monitor begins anew.

    Parameters
    ----------
    sessions : Sessions
        Of the host that takes it up.
    call_id : str
    at : datetime or int
        Now.

    Returns
    -------
    LiveCall
        A `Session`, or a `PrivilegedSession`; its next `tick` has a `Timer`.

    Raises
    ------
    InputError
        The call does not run by the books, or the ledger was not told of it.

    Source
    ------
    own; docs/calls.md.
    """
    ledger = sessions.terms.ledger
    state = ledger.call(call_id)
    if not state.running:
        raise InputError(f"call {call_id!r} has ended: there is nothing to take up")
    known = known_of(call_id, state.accounts, ledger.about_call(call_id))
    session = sessions.begin(
        known.attempt, known.decision, facility=known.facility, at=known.dialed_ms
    )
    session.take_up(at, known, state)
    return session
