"""HeldCall: what is known of a call while it lasts, its money, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from securecall.calls.about import about_of
from securecall.calls.actions import NOTHING, Action, Actions, Alert, Disconnect, Timer
from securecall.calls.countdown import Countdown
from securecall.calls.course import DIALING, ENDED, PAUSED, TALKING
from securecall.calls.ending import CLOSING, ending_of_ledger
from securecall.calls.record import CallRecord, HeardEvent, StaffAct
from securecall.calls.tape import Tape, TapedLedger, taped
from securecall.calls.till import Till, amounts_of
from securecall.errors import CallRejected
from securecall.ledger.identifier import word
from securecall.ledger.instant import At, instant, ms_of
from securecall.rating.call import Call

if TYPE_CHECKING:
    from securecall.calls.about import Known
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision
    from securecall.calls.terms import Terms
    from securecall.ledger.values.calls import CallState, Settlement

__all__ = ["HeldCall"]


class HeldCall:
    """What is known of a call while it lasts, its money, and how it ends.

    Parameters
    ----------
    attempt : CallAttempt
        Its PIN is not kept.
    decision : Decision
        What the gate said.
    terms : Terms
    facility : str
    at : datetime or int
        When it was dialed.
    on_end : callable, optional
        Is given the call's id, once, when it has ended.

    Attributes
    ----------
    state : str
        One of `securecall.calls.course.STATES`.
    due_ms : int or None
        The next instant at which `tick` has something to do; None: none is known.
    cutoff_ms : int or None
        When the call must end if nothing else happens.
    record : CallRecord or None
        What is left of it, once it has ended.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = (
        "_acts", "_aim_ms", "_answered_ms", "_asked", "_by", "_cause", "_closes", "_countdown",
        "_decision", "_dialed_ms", "_ended", "_held_for", "_now_ms", "_paused_since_ms",
        "_pending", "_pressed", "_rung_ms", "_tape", "_terms", "_till", "_watch", "accepted_ms",
        "accounts", "bill_type", "call_id", "cutoff_ms", "due_ms", "ended_ms", "facility",
        "medium", "number", "paused_ms", "person", "reason", "record", "relay", "state",
        "terminal",
    )  # fmt: skip

    def __init__(
        self, attempt: CallAttempt, decision: Decision, *, terms: Terms, facility: str, at: At,
        on_end: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.call_id, self.person, self.number = attempt.call_id, attempt.person, attempt.number
        self.terminal, self.accounts = attempt.terminal, attempt.accounts
        self.medium, self.bill_type = attempt.medium, attempt.bill_type
        self.relay, self.facility = attempt.relay_class, facility
        self._terms, self._decision = terms, decision
        self._ended = () if on_end is None else (on_end,)
        self._watch: Callable[[Any], None] | None = None
        self._dialed_ms = self._now_ms = ms_of(at)
        self._tape: Tape | None = None
        ledger: Any = terms.ledger
        if terms.tape:
            self._tape = Tape(attempt, decision, terms, facility, self._dialed_ms)
            ledger = TapedLedger(ledger, self._tape)
        self._till = Till(ledger, self.call_id)
        self._countdown = Countdown(terms.prompts.warn_ms)
        self._rung_ms: int | None = None
        self._answered_ms: int | None = None
        self.accepted_ms: int | None = None
        self.ended_ms: int | None = None
        self.paused_ms = self._paused_since_ms = 0
        self._held_for = ""
        self.state = DIALING
        self.cutoff_ms: int | None = None
        self._closes = False
        self._aim_ms: int | None = self._dialed_ms + terms.prompts.ring_ms
        self.due_ms: int | None = self._aim_ms
        self._asked = 0
        self._pressed = ""
        self._acts: tuple[StaffAct, ...] = ()
        self._pending: Actions = NOTHING
        self._post(*(Alert(None, None, str(each)) for each in decision.alerts))
        self.reason = self._by = self._cause = ""
        self.record: CallRecord | None = None

    # What it is -----------------------------------------------------------------------------------

    @property
    def privileged(self) -> bool:
        """Whether nobody may listen."""
        return self._decision.privileged

    @property
    def cutoff_at(self) -> datetime | None:
        """When the call must end if nothing else happens: program the switch's timer with it."""
        return None if self.cutoff_ms is None else instant(self.cutoff_ms)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state != ENDED

    def when_ended(self, on_end: Callable[[str], None]) -> None:
        """Have one more callable told when the call has ended; at once if it has already.

        Parameters
        ----------
        on_end : callable
            Is given the call's id.

        Source
        ------
        own.
        """
        self._ended = (*self._ended, on_end)
        if self.state == ENDED:
            on_end(self.call_id)

    # Its money ----------------------------------------------------------------------------------

    @property
    def free(self) -> bool:
        """Whether nobody has to pay: nothing costs anything, or nobody was asked to accept."""
        decision = self._decision
        return not decision.billable or decision.courtesy or self._terms.prompts.passive

    def _limit_at(self, now: int) -> int:
        """Return the longest time of a call that is accepted now, and note where it comes from."""
        limits = self._decision.limits
        limit_ms = limits.left_ms(instant(now))
        self._closes = limit_ms < limits.max_ms or limits.governs in CLOSING
        return limit_ms

    def _admit(self, now: int, limit_ms: int) -> tuple[str, int | None, int]:
        """Have the ledger admit the call; return its code, the cutoff, and when charging began.

        The code is that of an ending, ``ok`` or ``late``.
        """
        if self.free:
            return "ok", now + limit_ms, now
        try:
            curve = self._terms.tariff.curve(self._call(now))
        except CallRejected:
            return "unbillable", None, now
        code, cutoff_ms, began_ms = self._till.admit(
            self.accounts,
            curve,
            now,
            limit_ms,
            split=self._terms.split,
            about=about_of(self, self._decision, self._terms.host, limit_ms, closes=self._closes),
        )
        if code == "insufficient_funds" and self.bill_type == "direct_bill":
            code = "credit_limit"
        if began_ms != now:
            self._till.curve = self._terms.tariff.curve(self._call(began_ms))
        return code, cutoff_ms, began_ms

    def _call(self, now: int, duration_ms: int = 0) -> Call:
        """Return the call as the tariff takes it."""
        authorized_ms = None if self.cutoff_ms is None else self.cutoff_ms - now
        return Call(
            self.facility, self.number, now, duration_ms, self.medium, self.bill_type,
            self.accounts[0] if self.accounts else None, self.call_id, authorized_ms, self.relay,
            self.privileged,
        )  # fmt: skip

    def _cut_due(self, now: int) -> Actions:
        """End the call if its cutoff has come, after asking the ledger whether it still holds."""
        while self.cutoff_ms is not None and self.cutoff_ms <= now and self.state != ENDED:
            state = self._till.due(self.cutoff_ms)
            if state is None:
                return self._settled(self.cutoff_ms, self._ledgers("limit"), "ledger")
            if not state.running:
                return self._ended_by_ledger(state)
            self.moved(state.cutoff_ms)
        return NOTHING

    def _ledgers(self, reason: str) -> str:
        return ending_of_ledger(reason, bill_type=self.bill_type, closes=self._closes)

    def _ended_by_ledger(self, ended: CallState | Settlement) -> Actions:
        """End a call that the ledger has ended, for its reason and at its instant."""
        assert ended.ended_ms is not None
        return self._settled(ended.ended_ms, self._ledgers(ended.reason), "ledger")

    def _limit_ahead(self) -> str:
        """Say what the cutoff comes from: the money, or the longest time."""
        if self.cutoff_ms is None or self.accepted_ms is None:
            return "time_limit"
        limit_ms = self._decision.limits.left_ms(instant(self.accepted_ms))
        limited = self.cutoff_ms - self.accepted_ms >= limit_ms
        return self._ledgers("limit" if limited else "balance")

    @taped
    def moved(self, cutoff_ms: int | None) -> None:
        """Take in another cutoff: the ledger says it when money of the account moved.

        The next `tick` returns a `Timer`; a host that cannot wait reads ``cutoff_at`` now.

        Parameters
        ----------
        cutoff_ms : int or None
            Epoch milliseconds.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        if self.state not in (TALKING, PAUSED) or cutoff_ms == self.cutoff_ms:
            return
        self.cutoff_ms = cutoff_ms
        self._countdown.moved(self._now_ms, cutoff_ms)
        self._pending = tuple(each for each in self._pending if not isinstance(each, Timer))
        self._aim_talking()
        self._post(Timer(self.cutoff_at))

    @property
    def tape(self) -> Tape | None:
        """What it was told, if the terms want a tape."""
        return self._tape

    @property
    def times_ms(self) -> tuple[int, int | None, int | None]:
        """When it was dialed, began to ring, and was answered."""
        return self._dialed_ms, self._rung_ms, self._answered_ms

    def take_up(self, at: At, known: Known, state: CallState) -> None:
        """Go on where a host that failed left the call, which the switch has kept.

        Parameters
        ----------
        at : datetime or int
        known : Known
            What the ledger was told of the call.
        state : CallState

        Source
        ------
        own; docs/calls.md.
        """
        # What was told before the crash is on no tape: there is none of the rest either.
        self._tape, self._till = None, Till(self._terms.ledger, self.call_id)
        now = self._step(at)
        self._rung_ms, self._answered_ms = known.rung_ms, known.answered_ms
        self._limit_at(state.started_ms)
        self._till.take_up(self._terms.tariff.curve(self._call(state.started_ms)))
        self.state, self.accepted_ms, self.cutoff_ms = TALKING, state.started_ms, state.cutoff_ms
        self._hear(now)
        self._aim_talking()
        self._post(Timer(self.cutoff_at))

    # What it ends with ----------------------------------------------------------------------------

    def _finish(self, at_ms: int, code: str, by: str) -> Actions:
        """End the call: settle it, and make its record."""
        if self.accepted_ms is not None:
            self._quiet()
            settled = self._till.close(at_ms, code)
            if settled is not None and settled.reason != code:
                return self._ended_by_ledger(settled)
            if settled is not None:
                at_ms = settled.ended_ms
        return self._settled(at_ms, code, by)

    def _settled(self, at_ms: int, code: str, by: str) -> Actions:
        """End a call whose money is settled."""
        self._quiet()
        if self.state == PAUSED:
            self.paused_ms += max(at_ms - self._paused_since_ms, 0)
        told = self._told()
        self.state, self.ended_ms, self.reason, self._by = ENDED, at_ms, code, by
        self.due_ms = 0  # so that whoever watches is told of the end
        self._aim(None)
        self.record = self._recorded(at_ms)
        for on_end in self._ended:
            on_end(self.call_id)
        kept = tuple(each for each in told if not isinstance(each, Timer))
        return (*kept, Disconnect(code, self._terms.prompts.ending(code)))

    def _recorded(self, ended_ms: int) -> CallRecord:
        decision, accepted = self._decision, self.accepted_ms
        duration_ms = 0 if accepted is None else max(ended_ms - accepted, 0)
        # Evidence that was complete before a pause may come in after it.
        self.paused_ms = min(self.paused_ms, duration_ms)
        call = self._call(self._dialed_ms if accepted is None else accepted, duration_ms)
        free = self.free or (self._till.metered and duration_ms == 0)
        amounts = amounts_of(self._terms.tariff, call, self._till, free=free)
        return CallRecord(
            self.call_id, self.facility, self.person, self.number, self.terminal, self.medium,
            self.bill_type, self.relay, self.accounts, self._dialed_ms, self._rung_ms,
            self._answered_ms, accepted, ended_ms, duration_ms, self.paused_ms,
            None if accepted is None else call.authorized_ms, amounts.billed_ms,
            amounts.net_micros, amounts.tax_micros, amounts.total_micros,
            amounts.state_paid_micros, amounts.cap_saved_micros, amounts.jurisdiction,
            amounts.rate_class, amounts.rate_id, amounts.cap_source, amounts.status, self.reason,
            self._by, self._cause, decision.codes, self._heard(), self._countdown.given, self._acts,
            self._silent_since(ended_ms),
            decision.privileged, self.monitored, decision.record and not decision.privileged,
            decision.identity, self._terms.host, self._till.request_ids,
        )  # fmt: skip

    # Time and ears --------------------------------------------------------------------------------

    def _step(self, at: At) -> int:
        """Go on to an instant; time does not go back."""
        at_ms = ms_of(at)
        self._now_ms = max(self._now_ms, at_ms)
        return self._now_ms

    def _post(self, *actions: Action) -> None:
        """Have the next `tick` tell of something, which is due at once."""
        if actions:
            self._pending = (*self._pending, *actions)
            self._aim(self._aim_ms)

    def _told(self) -> Actions:
        """Return what waited to be told."""
        pending, self._pending = self._pending, NOTHING
        if pending:
            self._aim(self._aim_ms)
        return pending

    def _aim(self, aim_ms: int | None) -> None:
        """Set when the call has something to do next; what waits to be told is due at once."""
        self._aim_ms = aim_ms
        due_ms = aim_ms
        if self._pending and (aim_ms is None or aim_ms > self._now_ms):
            due_ms = self._now_ms
        if self.state == ENDED:
            due_ms = None
        if due_ms != self.due_ms:
            self.due_ms = due_ms
            if self._watch is not None:
                self._watch(self)

    def _aim_talking(self) -> None:
        due = [self.cutoff_ms, self._countdown.next_ms(self.cutoff_ms)]
        if self.state == PAUSED:
            due.append(self._paused_since_ms + self._terms.prompts.pause_max_ms)
        self._aim(min((each for each in due if each is not None), default=None))

    @property
    def monitored(self) -> bool:
        """Whether its sound went to a monitor."""
        return False

    def _heard(self) -> tuple[HeardEvent, ...]:
        """Return what was heard."""
        return ()

    def _silent_since(self, ended_ms: int) -> int | None:
        """Return when the sound stopped, if it stopped before the end."""
        del ended_ms
        return None

    def _acted(self, action: str, by: str) -> None:
        """Note what a member of staff did."""
        self._acts = (*self._acts, StaffAct(self._now_ms, action, word(by, "by")))

    def _ask(self) -> None:
        """Begin to wait for a digit."""

    def _hear(self, since_ms: int) -> None:
        """Begin to listen: the call was accepted."""

    def _park(self) -> None:
        """Stop listening while the two sides are parted."""

    def _unpark(self, away_ms: int) -> None:
        """Go on listening."""

    def _quiet(self) -> None:
        """Listen no more: the call is over."""
