"""Families: who is enrolled with which money, and what families pay in, take out and dispute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from securecall.calls.day.caller import Caller, Family
from securecall.calls.day.place import FACILITY
from securecall.calls.day.plan import WATCHED
from securecall.calls.day.setting import HOUR_MS, TIMEZONE
from securecall.calls.day.world import World
from securecall.calls.family import Families as FamilyDesk
from securecall.calls.profile import Profiles
from securecall.errors import FeesExceedDeposit
from securecall.money import dollars, micros

__all__ = ["Families"]

MICROS_A_CENT: Final = 10_000
#: Ways to pay, by how often.
_WAYS: Final = (
    (("card", "web"), 40.0), (("card", "app"), 25.0), (("card", "phone"), 20.0),
    (("cash", "kiosk"), 15.0),
)  # fmt: skip
NEWCOMERS_MAX: Final = 20
CHARGEBACK_FEE: Final = "15.00"


class Families:
    """What families do, and what the day's books say of it.

    Parameters
    ----------
    world : World
    settle : callable
        Is given an instant, and has the host tick: calls may have ended.

    Source
    ------
    own.
    """

    def __init__(self, world: World, settle: Callable[[int], None]) -> None:
        self._world, self._settle = world, settle
        self._desk = FamilyDesk(world.ledger, world.tariff, Profiles())
        self._enrolled = bytearray(world.setting.callers)
        self._newcomers = min(NEWCOMERS_MAX, max(1, world.setting.callers // 50))
        self._deposits = 0
        self._asked: set[str] = set()

    def enrol(self, at_ms: int, caller: Caller) -> None:
        """Know a caller: his list, his PIN, who pays; and plan what his family does today."""
        if self._enrolled[caller.number]:
            return
        self._enrolled[caller.number] = 1
        world, directory = self._world, self._world.directory
        draw = world.dice("enrol", caller.number)
        with directory.together():
            long = 30 * 60_000 if draw.chance(0.02) else None
            directory.enrol(caller.person, at=at_ms, by="intake", max_call_ms=long)
            for number in caller.family.numbers[: caller.family.approved]:
                directory.approve(caller.person, number, at=at_ms, by="intake")
            watched = WATCHED[caller.number % len(WATCHED)]
            directory.approve(caller.person, watched, at=at_ms, by="intake")
            if draw.chance(0.006):
                directory.suspend(caller.person, at=at_ms, by="sgt-4", why="a hearing")
        if world.identity is not None and not draw.chance(0.004):
            world.identity.set_pin(caller.person, caller.pin, at=at_ms, by="intake")
        self._open_family(at_ms, caller.family)
        for account in caller.accounts:
            if account != caller.family.account and not world.books.is_open(account):
                self._open(at_ms, account, "inmate_debit", caller.opening_cents)
                if draw.chance(0.03):
                    when_ms = at_ms + draw.whole(10_000, 4 * HOUR_MS)
                    world.agenda.put(when_ms, self.release, account, caller.person)

    def _open_family(self, at_ms: int, family: Family) -> None:
        world, account = self._world, family.account
        if world.books.is_open(account):
            return
        draw = world.dice("family day", family.number)
        if family.number < self._newcomers and family.kind == "prepaid":
            self._set_up(at_ms, family)
        else:
            self._open(at_ms, account, family.kind, family.opening_cents, family.credit_dollars)
        if family.kind == "direct_bill":
            if draw.chance(0.15):
                world.agenda.put(at_ms + draw.whole(60_000, 6 * HOUR_MS), self.pay, account)
            return
        if draw.chance(0.03):
            world.ledger.set_spending_limit(
                account, "1.00", period="day", timezone=TIMEZONE, at=at_ms,
                request_id=f"limit:{account}",
            )  # fmt: skip
        if family.reloads:
            world.ledger.set_auto_reload(
                account, below="1.00", amount="5.00", daily_max=3, timezone=TIMEZONE, at=at_ms,
                request_id=f"plan:{account}",
            )  # fmt: skip
        for _ in range(draw.count(0.25)):
            world.agenda.put(at_ms + draw.whole(1_000, 8 * HOUR_MS), self.deposit, account)
        if draw.chance(0.01):
            world.agenda.put(at_ms + draw.whole(60_000, 8 * HOUR_MS), self.withdraw, account)

    def _open(
        self, at_ms: int, account: str, kind: str, opening_cents: int, credit_dollars: int = 0
    ) -> None:
        world, opening_micros = self._world, opening_cents * MICROS_A_CENT
        credit = credit_dollars if kind == "direct_bill" else None
        answer = world.ledger.open_account(
            account, kind, at=at_ms, opening=dollars(opening_micros),
            credit_limit=None if credit is None else str(credit), request_id=f"open:{account}",
        )  # fmt: skip
        assert answer.ok, f"{account}: {answer.code}"
        world.books.open(account, opening_micros, credit=credit is not None)
        if credit is None:
            world.follow(account, opening_micros)

    def _set_up(self, at_ms: int, family: Family) -> None:
        """Let a family that is new set its account up itself, as `docs/calls.md` shows."""
        world, account, number = self._world, family.account, family.numbers[0]
        sent = self._desk.set_up(
            f"profile-{family.number}", facility=FACILITY, number=number, at=at_ms, account=account
        )
        mine = self._desk.of(f"profile-{family.number}")
        answer = mine.confirm(number, sent.token, at=at_ms)
        assert answer == "ok", f"{account}: {answer}"
        world.books.open(account)
        world.follow(account, 0)
        world.tally.acts["profile set up"] += 1
        quoted = mine.quote(at=at_ms, pays="12.00")
        answered = mine.fund(quoted, at=at_ms, request_id=f"d-new-{family.number}")
        self._counted(at_ms, account, answered.paid_micros, answered.credited_micros)

    def deposit(self, at_ms: int, account: str) -> None:
        """Pay something in, by a fee quote."""
        world = self._world
        self._deposits += 1
        request_id = f"d-{self._deposits}"
        draw = world.dice("deposit", self._deposits, account)
        method, channel = draw.weighed(_WAYS)
        cents = draw.one_of((200, 500, 500, 1_000, 1_000, 2_000, 2_500, 5_000, 1_237))
        try:
            quoted = world.tariff.quote_deposit(
                dollars(cents * MICROS_A_CENT), facility=FACILITY, method=method, channel=channel,
                at=at_ms,
            )  # fmt: skip
        except FeesExceedDeposit:
            world.tally.acts["deposit rejected: its fees would eat it"] += 1
            return
        answer = world.ledger.deposit(
            account, quoted.paid, at=at_ms, request_id=request_id, fees=quoted
        )
        if not answer.ok:
            world.tally.acts[f"deposit refused: {answer.code}"] += 1
            return
        self._counted(at_ms, account, answer.paid_micros, answer.credited_micros)
        if draw.chance(0.03):
            fees_micros = answer.paid_micros - answer.credited_micros
            world.agenda.put(
                at_ms + draw.whole(HOUR_MS // 4, 2 * HOUR_MS), self.dispute, account, request_id,
                fees_micros,
            )  # fmt: skip

    def _counted(self, at_ms: int, account: str, paid_micros: int, credited_micros: int) -> None:
        books, tally = self._world.books, self._world.tally
        books.move(account, "deposits", paid_micros)
        books.move(account, "fees", paid_micros - credited_micros)
        tally.acts["deposit"] += 1
        self._world.moved(account, at_ms, credited_micros, "deposit")

    def pay(self, at_ms: int, account: str) -> None:
        """Pay a bill, or some of it."""
        world = self._world
        owed_micros = world.ledger.balance(account, at=at_ms).owed_micros
        cents = min(owed_micros // MICROS_A_CENT, 1_000)
        if cents <= 0:
            return
        answer = world.ledger.pay(
            account, dollars(cents * MICROS_A_CENT), at=at_ms, request_id=f"pay:{account}:{at_ms}"
        )
        if answer.ok:
            world.books.move(account, "payments", answer.amount_micros)
            world.tally.acts["bill paid"] += 1

    def withdraw(self, at_ms: int, account: str) -> None:
        """Take half of what is available out again."""
        world = self._world
        left = world.ledger.balance(account, at=at_ms).available_micros // 2
        left -= left % MICROS_A_CENT
        if left <= 0:
            return
        answer = world.ledger.withdraw(
            account, dollars(left), at=at_ms, request_id=f"out:{account}:{at_ms}"
        )
        if answer.ok:
            world.books.move(account, "withdrawals", left)
            world.tally.acts["withdrawal"] += 1
            world.moved(account, at_ms, -left, "withdrawal")

    def release(self, at_ms: int, account: str, person: str) -> None:
        """Release somebody: calls end, the money is paid out, nobody of that name calls again."""
        world = self._world
        answer = world.ledger.release(account, at=at_ms, request_id=f"release:{account}")
        if not answer.ok:
            world.tally.acts[f"release refused: {answer.code}"] += 1
            return
        self._settle(at_ms)
        world.books.move(account, "payouts", answer.amount_micros)
        world.books.close(account)
        world.directory.leave(person, at=at_ms, by="intake")
        world.tally.acts["release and payout"] += 1
        world.moved(account, at_ms, -answer.amount_micros, "payout")

    def dispute(self, at_ms: int, account: str, deposit_id: str, fees_micros: int) -> None:
        """Have a bank take a deposit back."""
        world, request_id = self._world, f"cb:{deposit_id}"
        answer = world.ledger.chargeback(
            deposit_id, at=at_ms, request_id=request_id, fee=CHARGEBACK_FEE
        )
        if not answer.ok:
            world.tally.acts[f"chargeback refused: {answer.code}"] += 1
            return
        world.books.allow_debt(account)
        world.books.move(account, "chargebacks", answer.debited_micros)
        world.books.note("chargeback_fees", answer.fee_micros)
        world.books.note("fees_returned", fees_micros)
        world.tally.acts["chargeback"] += 1
        world.moved(account, at_ms, -answer.debited_micros, "chargeback")
        draw = world.dice("dispute", deposit_id)
        if draw.chance(0.7):
            world.agenda.put(
                at_ms + draw.whole(60_000, HOUR_MS), self.dispute_ended, account, request_id,
                fees_micros, draw.chance(0.5),
            )  # fmt: skip

    def dispute_ended(
        self, at_ms: int, account: str, chargeback_id: str, fees_micros: int, won: bool
    ) -> None:
        """Hear how a dispute ended."""
        world = self._world
        answer = world.ledger.chargeback_result(
            chargeback_id, won=won, at=at_ms, request_id=f"{chargeback_id}:result"
        )
        if answer.ok and won:
            world.books.move(account, "chargebacks_won", answer.debited_micros)
            world.books.note("chargeback_fees", -answer.fee_micros)
            world.books.note("fees_returned", -fees_micros)
            world.tally.acts["chargeback won"] += 1
            world.moved(account, at_ms, answer.debited_micros, "chargeback won")

    def look_for_reloads(self, at_ms: int, account: str) -> None:
        """See whether the ledger asks for an automatic deposit, and have the processor answer."""
        world = self._world
        for reload in world.ledger.reloads(account):
            if reload.state == "pending" and reload.id not in self._asked:
                self._asked.add(reload.id)
                draw = world.dice("reload", reload.id)
                says = draw.weighed(((True, 84.0), (False, 10.0), (None, 6.0)))
                world.agenda.put(
                    at_ms + draw.whole(500, 9_000), self.reloaded, account, reload.id, says,
                    reload.amount_micros,
                )  # fmt: skip

    def reloaded(
        self, at_ms: int, account: str, reload_id: str, says: bool | None, amount_micros: int
    ) -> None:
        """Hear what became of an automatic deposit; a time-out is a success that comes late."""
        world = self._world
        quoted = world.tariff.quote_deposit(
            dollars(amount_micros), facility=FACILITY, method="card", channel="auto_reload",
            at=at_ms,
        )  # fmt: skip
        answer = world.ledger.reload_result(
            reload_id, ok=says, at=at_ms, request_id=f"{reload_id}:{says}",
            fees=quoted if says else None,
        )  # fmt: skip
        if answer.ok and says:
            self._counted(at_ms, account, amount_micros, amount_micros - micros(quoted.fees))
            world.tally.acts["automatic deposit"] += 1
        elif says is None:
            world.agenda.put(at_ms + 60_000, self.reloaded, account, reload_id, True, amount_micros)
