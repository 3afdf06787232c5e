"""Gate: whether a call may be placed, with every reason, and the session of one that may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from securecall.calls.attempt import CallAttempt
from securecall.calls.billing_check import NOT_ASKED, billing_of, courtesy_of, eased
from securecall.calls.decision import Decision
from securecall.calls.directory import Directory
from securecall.calls.duration_check import limits_of
from securecall.calls.facility import Facility
from securecall.calls.identity import Identity
from securecall.calls.identity_check import identified
from securecall.calls.lidb import Billability
from securecall.calls.money_check import is_known
from securecall.calls.number_check import number_of
from securecall.calls.place_check import place_reasons
from securecall.calls.reasons import Reason, in_order, reason
from securecall.calls.traffic import Traffic
from securecall.calls.velocity_check import velocity_reasons
from securecall.errors import CallRefused, InputError, InputTypeError, did_you_mean
from securecall.ledger.instant import At, instant, ms_of

if TYPE_CHECKING:
    from securecall.calls.actions import Action
    from securecall.calls.live import LiveCall
    from securecall.calls.orders import Order
    from securecall.calls.privileged import PrivilegedSession
    from securecall.calls.session import Session
    from securecall.calls.sessions import Sessions
    from securecall.calls.terms import Terms
    from securecall.ledger.heartbeat import Heartbeat
    from securecall.ledger.ledger import Ledger
    from securecall.rating.tariff import Tariff

__all__ = ["Gate"]


class Gate:
    """Decides whether calls may be placed, and begins those that may.

    The checks, their order and what is left out when one fails are in docs/calls.md. Not for two
    threads at once.

    Parameters
    ----------
    facility : Facility
    directory : Directory
    ledger : Ledger
    tariff : Tariff
        With a facility of the same id.
    identity : Identity, optional
        PINs, and who knows voices; needed where the facility asks for either.
    lidb : Billability, optional
        The billing directory; needed where the facility has ``lidb_bill_types``.
    terms : Terms, optional
        What all calls have in common, with this ledger and tariff.
    moved : callable, optional
    heart : Heartbeat, optional
        As `securecall.calls.sessions.Sessions` takes them.
    **options
        Where no ``terms`` are given: those of `securecall.calls.terms.Terms`, such as ``policy``.

    Raises
    ------
    InputError, InputTypeError
        The tariff has no such facility, something that the facility's rules need is missing, or
        there is no such option.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = (
        "_courtesy", "_heart", "_moved", "_sessions", "_terms", "_traffic", "directory",
        "facility", "identity", "ledger", "lidb", "tariff",
    )  # fmt: skip

    def __init__(
        self,
        facility: Facility,
        directory: Directory,
        ledger: Ledger,
        tariff: Tariff,
        *,
        identity: Identity | None = None,
        lidb: Billability | None = None,
        terms: Terms | None = None,
        moved: Callable[[LiveCall], None] | None = None,
        heart: Heartbeat | None = None,
        **options: Any,
    ) -> None:
        for name, given, verb, kind in (
            ("facility", facility, "closes_ms", "a Facility"),
            ("directory", directory, "facts", "a Directory"),
            ("ledger", ledger, "admits", "a Ledger"),
            ("tariff", tariff, "curve", "a Tariff"),
            ("identity", identity, "verify", "an Identity or None"),
            ("terms", terms, "new_monitor", "Terms or None"),
        ):  # fmt: skip
            if not hasattr(given, verb) and not (kind.endswith("None") and given is None):
                raise InputTypeError(f"{name} must be {kind}, not {given!r}")
        known = [each.id for each in tariff.document.facilities]
        if facility.id not in known:
            raise InputError(f"the tariff has no facility {facility.id!r}; it has {known[:8]}")
        if facility.identity != "none" and identity is None:
            raise InputError(f"the facility asks for {facility.identity}: identity is missing")
        if "voice" in facility.identity and identity is not None and identity.voice is None:
            raise InputError("the facility asks for voices: identity has no voice verifier")
        if facility.lidb_bill_types and lidb is None:
            raise InputError("the facility has lidb_bill_types: lidb is missing")
        if lidb is not None and not isinstance(lidb, Billability):
            raise InputTypeError(f"lidb must have a method ask, not {lidb!r}")
        if terms is not None and (options or terms.ledger is not ledger
                                  or terms.tariff is not tariff):  # fmt: skip
            raise InputError("terms must be of the same ledger and tariff, without further options")
        self.facility, self.directory = facility, directory
        self.ledger, self.tariff = ledger, tariff
        self.identity, self.lidb = identity, lidb
        if options:
            # At once, and not when the first call comes: an option may be wrong.
            from securecall.calls.terms import Terms

            terms = Terms.of(ledger, tariff, options)
        self._terms, self._moved, self._heart = terms, moved, heart
        self._sessions: Sessions | None = None
        self._traffic = Traffic()
        # The sessions of courtesy calls; None while one begins.
        self._courtesy: dict[str, LiveCall | None] = {}

    @property
    def sessions(self) -> Sessions:
        """The live calls: tick them, and end them."""
        if self._sessions is None:
            from securecall.calls.sessions import Sessions
            from securecall.calls.terms import Terms

            if self._terms is None:
                self._terms = Terms(self.ledger, self.tariff)
            self._sessions = Sessions(self._terms, moved=self._moved, heart=self._heart)
        return self._sessions

    def check(self, attempt: CallAttempt, *, at: At) -> Decision:
        """Say whether a call may be placed at an instant, with every reason and the limits.

        Nothing is changed but the count of wrong PINs.

        Parameters
        ----------
        attempt : CallAttempt
        at : datetime or int

        Raises
        ------
        InputError, InputTypeError
            ``at`` is no instant, or ``attempt`` no attempt.

        Source
        ------
        own; docs/calls.md.
        """
        if not isinstance(attempt, CallAttempt):
            raise InputTypeError(f"attempt must be a CallAttempt, not {attempt!r}")
        at_ms = ms_of(at)
        facility = self.facility
        if attempt.facility not in (None, facility.id):
            return self._refused_elsewhere(attempt, at_ms)
        found: list[Reason] = []
        known = is_known(self.ledger, self.directory, attempt.call_id)
        if known or attempt.call_id in self._traffic:
            found.append(reason("call_exists"))
        found += place_reasons(facility, attempt, at_ms, self._traffic)
        who = identified(facility, self.directory, self.identity, attempt, at_ms)
        found += who.reasons
        number = number_of(facility, self.directory, attempt, at_ms)
        means = NOT_ASKED
        if not who.reasons:  # a stranger learns nothing of lists and balances
            found += number.reasons
            if number.callable:
                refused = any(each.refuses for each in number.reasons)
                means = billing_of(
                    self.ledger, self.tariff, facility, attempt, at_ms,
                    lidb=self.lidb, ask_lidb=not refused,
                    split=self._terms is not None and self._terms.split,
                )  # fmt: skip
                found += means.reasons
            found += velocity_reasons(facility, self.directory, attempt, at_ms)
        found += self._traffic.reasons(facility, attempt)
        courtesy = courtesy_of(facility, self.directory, attempt, found, at_ms)
        if courtesy is not None:
            found = eased(found, courtesy)
        limits, more = limits_of(
            facility, attempt, means, at_ms, person_max_ms=who.max_call_ms, courtesy=courtesy
        )
        reasons = in_order([*found, *more])
        return Decision(
            attempt.call_id,
            not any(each.refuses for each in reasons),
            reasons,
            limits,
            privileged=number.privileged,
            monitor=facility.monitor and number.speech and not number.privileged,
            record=facility.record and not number.privileged,
            billable=means.billable and courtesy is None,
            at=instant(at_ms),
            courtesy=courtesy is not None,
            identity=who.proved,
        )

    def connect(
        self, attempt: CallAttempt, *, at: At, accepted: bool = False
    ) -> Session | PrivilegedSession:
        """Check an attempt and begin its session.

        Parameters
        ----------
        attempt : CallAttempt
        at : datetime or int
        accepted : bool
            The switch did the prompts: charging starts at once.

        Returns
        -------
        Session or PrivilegedSession
            The latter has no ``feed`` and holds no monitor.

        Raises
        ------
        CallRefused
            With the decision.
        InputError, InputTypeError
            ``at`` is no instant.

        Source
        ------
        own; docs/calls.md.
        """
        if type(accepted) is not bool:
            raise InputTypeError(f"accepted must be True or False, not {accepted!r}")
        decision = self.check(attempt, at=at)
        if not decision.allowed:
            raise CallRefused(decision)
        facility = self.facility
        # Of every call: of one that costs nothing, or that nobody accepts, no ledger knows the id.
        self.directory.note_placed(
            attempt.call_id, attempt.person, attempt.number, ms_of(at), courtesy=decision.courtesy
        )
        self._traffic.add(
            attempt.call_id, attempt.person, attempt.number, attempt.terminal, attempt.accounts
        )
        if decision.courtesy:
            self._courtesy[attempt.call_id] = None
        try:
            session = self.sessions.begin(
                attempt, decision, facility=facility.id, at=at, accepted=accepted,
                on_end=self._ended,
            )  # fmt: skip
        except BaseException:
            # What never began must not take a line for ever, and may be tried again by its id.
            self._ended(attempt.call_id)
            self.directory.forget_placed(attempt.call_id)
            raise
        if attempt.call_id in self._courtesy:
            self._courtesy[attempt.call_id] = session
        return session

    def stop_calls(
        self,
        kind: str,
        *,
        at: At,
        by: str,
        why: str,
        until: At | None = None,
        area: str | None = None,
        ends_calls: bool = True,
    ) -> tuple[Order, list[tuple[LiveCall, tuple[Action, ...]]]]:
        """Stop all calls, or those of an area, from now on: kill switch, lockdown, maintenance.

        Parameters
        ----------
        kind : {"kill_switch", "lockdown", "maintenance"}
        at, until : datetime or int
        by, why : str
        area : str, optional
        ends_calls : bool
            Whether calls that are going on end now; a kill switch always ends them.

        Returns
        -------
        Order
            To be lifted with ``facility.orders.lift(order.number, ...)``.
        list of (LiveCall, tuple of Action)
            The calls that ended, each with what the host must do.

        Raises
        ------
        InputError, InputTypeError
            As `securecall.calls.orders.Orders.give`; and an area that no terminal is in, for a
            lockdown of a misspelt one would stop nobody.

        Source
        ------
        own; docs/calls.md.
        """
        terminals = self.facility.terminals
        if isinstance(area, str) and not terminals.knows_area(area):
            raise InputError(
                f"no terminal is in the area {area!r}" + did_you_mean(area, terminals.areas)
            )
        order = self.facility.orders.give(
            kind, at=at, by=by, why=why, until=until, area=area, ends_calls=ends_calls
        )
        return order, self.enforce(at)

    def enforce(self, at: At) -> list[tuple[LiveCall, tuple[Action, ...]]]:
        """End the calls that an order in force ends: one that was planned and has begun, say.

        Parameters
        ----------
        at : datetime or int

        Returns
        -------
        list of (LiveCall, tuple of Action)
            The calls that ended, each with what the host must do.

        Source
        ------
        own; docs/calls.md.
        """
        at_ms = ms_of(at)
        ended: list[tuple[LiveCall, tuple[Action, ...]]] = []
        for order in self.facility.holding_anywhere(at_ms):
            if order.ends_calls:
                ended += self.sessions.stop_all(at, order.kind, order.by, self._covers(order))
        return ended

    def live_under(self, order: Order) -> tuple[str, ...]:
        """Return the ids of the live calls that an order is for.

        Parameters
        ----------
        order : Order

        Source
        ------
        own.
        """
        covers = self._covers(order)
        return tuple(call.call_id for call in self.sessions if covers(call))

    def adopt(self, call: LiveCall) -> None:
        """Count a call that goes on after a crash of the host; see docs/calls.md.

        Parameters
        ----------
        call : LiveCall

        Source
        ------
        own.
        """
        if call.call_id not in self._traffic:
            self._traffic.add(
                call.call_id, call.person, call.number, call.terminal, tuple(call.accounts)
            )
            call.when_ended(self._ended)

    def _covers(self, order: Order) -> Any:
        def covers(call: LiveCall) -> bool:
            terminal = self.facility.terminals.get(call.terminal)
            return order.covers(None if terminal is None else terminal.area)

        return covers

    def _refused_elsewhere(self, attempt: CallAttempt, at_ms: int) -> Decision:
        """Refuse a call of another facility, of whose rules nothing is known here."""
        limits, _ = limits_of(self.facility, attempt, NOT_ASKED, at_ms)
        return Decision(
            attempt.call_id, False, (reason("wrong_facility", detail=str(attempt.facility)),),
            limits, privileged=True, monitor=False, record=False, billable=True, at=instant(at_ms),
        )  # fmt: skip

    def _ended(self, call_id: str) -> None:
        """Be told by a session that it has ended."""
        self._traffic.remove(call_id)
        if call_id not in self._courtesy:
            return
        session = self._courtesy.pop(call_id)
        if session is None or session.accepted_ms is None:
            # Nobody accepted it: the number keeps its courtesy call.
            self.directory.forget_courtesy(call_id)
