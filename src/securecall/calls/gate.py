"""Gate: whether a call may be placed, with every reason, and the session of one that may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from securecall.calls.attempt import CallAttempt
from securecall.calls.decision import Decision, Limits
from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.money_check import means_of
from securecall.calls.reasons import Reason, in_order, reason
from securecall.calls.sessions import Sessions
from securecall.calls.terms import Terms
from securecall.errors import CallRefused
from securecall.ledger.instant import At, instant, ms_of

if TYPE_CHECKING:
    from securecall.calls.live import LiveCall
    from securecall.calls.privileged import PrivilegedSession
    from securecall.calls.session import Session
    from securecall.fraud.policy import Policy
    from securecall.ledger.ledger import Ledger
    from securecall.rating.tariff import Tariff

__all__ = ["Gate"]


class Gate:
    """Decides whether calls may be placed. Not for two threads at once.

    Parameters
    ----------
    facility : Facility
    directory : Directory
    ledger : Ledger
    tariff : Tariff
        With a facility of the same id.
    policy : Policy, optional
        What is done about the monitor's events; None: nothing is.
    monitor : mapping or False
        Parameters of `CallMonitor` for the calls that are monitored; False: no call is.

    Source
    ------
    own; docs/calls.md.
    """

    def __init__(
        self,
        facility: Facility,
        directory: Directory,
        ledger: Ledger,
        tariff: Tariff,
        *,
        policy: Policy | None = None,
        monitor: Mapping[str, Any] | bool = True,
    ) -> None:
        self.facility = facility
        self.directory = directory
        self.ledger = ledger
        self.tariff = tariff
        self._monitor: Mapping[str, Any] | None = (
            None if monitor is False else {} if monitor is True else dict(monitor)
        )
        options = {} if self._monitor is None else self._monitor
        self.sessions = Sessions(Terms(ledger, tariff, policy, monitor=options))

    def check(self, attempt: CallAttempt, *, at: At) -> Decision:
        """Say whether a call may be placed at an instant, with every reason and the limits.

        Parameters
        ----------
        attempt : CallAttempt
        at : datetime or int

        Source
        ------
        own; docs/calls.md.
        """
        at_ms = ms_of(at)
        found: list[Reason] = []
        if attempt.facility not in (None, self.facility.id):
            found.append(reason("wrong_facility"))
        if self.sessions.get(attempt.call_id) is not None:
            found.append(reason("call_exists"))
        means = means_of(self.ledger, self.tariff, attempt, self.facility.id, at_ms)
        found += means.reasons
        reasons = in_order(found)
        privileged = False
        return Decision(
            attempt.call_id,
            not any(each.refuses for each in reasons),
            reasons,
            Limits(self.facility.max_call_ms, means.balance_ms, means.first_increment),
            privileged=privileged,
            monitor=self._monitor is not None and not privileged,
            record=not privileged,
            billable=means.billable,
            at=instant(at_ms),
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

        Source
        ------
        own; docs/calls.md.
        """
        decision = self.check(attempt, at=at)
        if not decision.allowed:
            raise CallRefused(decision)
        return self.sessions.begin(
            attempt, decision, facility=self.facility.id, at=decision.at, accepted=accepted
        )

    @property
    def live(self) -> dict[str, LiveCall]:
        """The sessions that have not ended, by call id."""
        return {each.call_id: each for each in self.sessions}
