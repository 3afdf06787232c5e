"""A small jail with a simulated switch: calls from dialling to the end, without waiting."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from securecall.calls.actions import Action, Disconnect, Timer
from securecall.calls.attempt import CallAttempt
from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.gate import Gate
from securecall.calls.live import LiveCall
from securecall.calls.record import CallRecord
from securecall.calls.session import Session
from securecall.errors import InputError
from securecall.ledger.instant import ms_of
from securecall.ledger.ledger import Ledger
from securecall.rating.tariff import Tariff
from securecall.testing import tiny
from securecall.testing.clock import FakeClock
from securecall.testing.tiny import NUMBER

__all__ = ["SimulatedCall", "SmallJail"]

RING_MS, ANSWER_MS, ACCEPT_MS = 1_000, 5_000, 8_000  # after dialling


class SmallJail:
    """A jail with a tariff, a ledger, a gate and a clock that stands still; calls are simulated.

    Parameters
    ----------
    clock : FakeClock, optional
    ledger : Ledger, optional
        One in memory, unless another is given.
    tariff, facility : Tariff, Facility, optional
        Those of `securecall.testing`.
    **options
        Further ones of `securecall.calls.Gate`.

    Source
    ------
    own; docs/testing.md.

    Examples
    --------
    >>> jail = SmallJail()
    >>> jail.open_account("fam-1", "0.20")
    >>> call = jail.call("fam-1")
    >>> call.talk(minutes=10).record.reason
    'balance_exhausted'
    >>> call.record.duration_ms, jail.ledger.balance("fam-1").posted
    (180000, Decimal('0.010000'))
    """

    def __init__(
        self,
        *,
        clock: FakeClock | None = None,
        ledger: Ledger | None = None,
        tariff: Tariff | None = None,
        facility: Facility | None = None,
        **options: Any,
    ) -> None:
        self.clock: FakeClock = FakeClock() if clock is None else clock
        self.ledger: Ledger = Ledger.open("memory:") if ledger is None else ledger
        self.tariff: Tariff = tiny.tariff() if tariff is None else tariff
        self.facility: Facility = tiny.facility() if facility is None else facility
        self.directory: Directory = Directory()
        self.gate: Gate = Gate(self.facility, self.directory, self.ledger, self.tariff, **options)
        self._numbered = 0
        self._calls: dict[str, SimulatedCall] = {}

    def open_account(self, account: str, balance: Decimal | str = "0", **options: Any) -> None:
        """Open an account with a balance; options as of `Ledger.open_account`."""
        self.ledger.open_account(account, at=self.clock.ms, opening=balance, **options)

    def dial(self, *accounts: str, number: str = NUMBER, **wish: Any) -> SimulatedCall:
        """Place a call, and stop where the telephone is about to ring.

        Parameters
        ----------
        *accounts : str
            Who pays.
        number : str
        **wish
            Of `CallAttempt`: ``call_id``, ``person``, ``terminal``, ``bill_type``, ...

        Raises
        ------
        CallRefused
            The gate lets it not through; its decision has every reason.

        Source
        ------
        own.
        """
        self._numbered += 1
        wish = {"call_id": f"call-{self._numbered}", "person": "p-1", "terminal": "T-1", **wish}
        attempt = CallAttempt(number=number, accounts=accounts, **wish)
        made = SimulatedCall(self, self.gate.connect(attempt, at=self.clock.ms))
        self._calls[attempt.call_id] = made
        return made

    def call(self, *accounts: str, number: str = NUMBER, **wish: Any) -> SimulatedCall:
        """Place a call and have it answered and accepted: charging has begun."""
        return self.dial(*accounts, number=number, **wish).accepted()

    def refusals(self, *accounts: str, number: str = NUMBER, **wish: Any) -> list[str]:
        """Return the codes for which a call is refused; empty if it would be let through.

        Source
        ------
        own.
        """
        attempt = {"call_id": "wish", "person": "p-1", "terminal": "T-1", **wish}
        decision = self.gate.check(
            CallAttempt(number=number, accounts=accounts, **attempt), at=self.clock.ms
        )
        return [each.code for each in decision.refusals]

    def pass_by(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, and have all calls of the jail do what falls due meanwhile."""
        self._go_on(self.clock.ms + round(minutes * 60_000 + seconds * 1_000), None)

    def _go_on(self, until_ms: int, call: SimulatedCall | None) -> None:
        """Go from one instant at which something is due to the next, or until a call is over."""
        while self.clock.ms < until_ms and (call is None or call.running):
            due = self.gate.sessions.due_at
            due_ms = until_ms if due is None else max(ms_of(due), self.clock.ms + 1)
            self.clock.go_to(min(due_ms, until_ms))
            for session, actions in self.gate.sessions.tick(self.clock.ms):
                self._calls[session.call_id].actions += actions


class SimulatedCall:
    """A call of a `SmallJail`; whatever it is told returns it again.

    Attributes
    ----------
    session : LiveCall
        What the host would hold.
    actions : list
        All that the host was told to do, in order.

    Source
    ------
    own; docs/testing.md.
    """

    def __init__(self, jail: SmallJail, session: LiveCall) -> None:
        self._jail = jail
        self._began_ms = jail.clock.ms
        self.session: LiveCall = session
        self.actions: list[Action] = []

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.session.running

    @property
    def record(self) -> CallRecord:
        """Its record, once it has ended.

        Raises
        ------
        InputError
            It still runs.
        """
        record = self.session.record
        if record is None:
            raise InputError(f"call {self.session.call_id!r} has no record: it still runs")
        return record

    @property
    def timer(self) -> Timer | None:
        """The last instant that the switch was told to hang up at."""
        return next((each for each in reversed(self.actions) if isinstance(each, Timer)), None)

    @property
    def disconnects(self) -> list[str]:
        """The reasons for which the switch was told to cut the call."""
        return [each.reason for each in self.actions if isinstance(each, Disconnect)]

    def _do(self, actions: Iterable[Action]) -> SimulatedCall:
        self.actions += actions
        return self

    def accepted(self) -> SimulatedCall:
        """Ring, answer and accept: one second, five and eight after dialling."""
        clock, session = self._jail.clock, self.session
        for after_ms, tell in (
            (RING_MS, session.ring),
            (ANSWER_MS, session.answer),
            (ACCEPT_MS, session.accept),
        ):
            clock.go_to(max(clock.ms, self._began_ms + after_ms))
            self._do(tell(clock.ms))
        return self

    def talk(self, *, minutes: float = 0, seconds: float = 0) -> SimulatedCall:
        """Let time pass for every call of the jail, to its end or until this one is over."""
        until_ms = self._jail.clock.ms + round(minutes * 60_000 + seconds * 1_000)
        self._jail._go_on(until_ms, self)
        return self

    def hear(self, frame: Any, leg: str = "called") -> SimulatedCall:
        """Hand in sound of a leg: 16-bit samples at 8 kHz, unless the gate was told otherwise.

        Raises
        ------
        InputError
            The call is privileged: nobody listens to it.

        Source
        ------
        own.
        """
        if not isinstance(self.session, Session):
            raise InputError(f"call {self.session.call_id!r} is privileged: nobody listens to it")
        return self._do(self.session.feed(frame, leg))

    def hang_up(self, by: str = "caller") -> SimulatedCall:
        """Have one side hang up now."""
        return self._do(self.session.hang_up(self._jail.clock.ms, by=by))
