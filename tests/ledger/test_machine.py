"""A state machine over every store: whatever is done in whatever order, ledger and judge agree.

Requests are sent again, files are closed and opened, connections are lost in mid-air; after every
step each balance is what the judge's is, and at the end the books add up.
"""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.ledger.postgres_server import server
from tests.ledger.pricing import curve_of
from tests.ledger.scenario import KINDS, T0_MS
from tests.oracles.ledger import _Walk

from securecall.errors import RequestConflict
from securecall.ledger.ledger import Ledger
from securecall.money import dollars

ACCOUNTS = {
    "a": {"type": "prepaid", "balance": 1_000_000},
    "b": {"type": "debit", "balance": 420_000},
    "d": {"type": "direct", "credit_limit": 630_000, "owed": 100_000},
}
TARIFFS = {
    "minute": {"rates": [[0, 210_000]], "initial_ms": 60_000, "increment_ms": 60_000},
    "second": {"rates": [[0, 70_000]], "initial_ms": 1_000, "increment_ms": 1_000},
    "taxed": {
        "rates": [[0, 333_333], [60_000, 100_000]],
        "initial_ms": 30_000,
        "increment_ms": 6_000,
        "final": "prorate_1s",
        "taxes": [{"name": "x", "pct": "8.875", "unit": 10_000, "mode": "half_up"}],
    },
    "free": {"rates": [[0, 0]], "initial_ms": 60_000, "increment_ms": 60_000},
}
names = st.sampled_from(sorted(ACCOUNTS))
amounts = st.sampled_from([1, 70_000, 210_000, 500_000])
waits = st.sampled_from([0, 0, 1, 999, 1_000, 29_999, 30_000, 60_000, 61_234, 600_000])


class LedgerMachine(RuleBasedStateMachine):
    """What every store goes through."""

    def open(self) -> Ledger:
        raise NotImplementedError

    def reopen(self) -> None:
        """Close and open, where that makes sense."""

    @initialize()
    def begin(self) -> None:
        self.ledger = self.open()
        self.now = T0_MS
        self.count = 0
        self.calls: list[str] = []
        self.sent: list[tuple[str, Any, Any]] = []
        self.case: dict[str, Any] = {"accounts": ACCOUNTS, "tariffs": TARIFFS, "events": []}
        self.walk = _Walk(self.case, T0_MS)
        for name, account in ACCOUNTS.items():
            direct = account["type"] == "direct"
            opening = -account["owed"] if direct else account["balance"]
            self.ledger.open_account(
                name,
                KINDS[account["type"]],
                at=self.now,
                credit_limit=dollars(account["credit_limit"]) if direct else None,
                opening=dollars(opening),
            )

    def judge(self, kind: str, **event: Any) -> dict[str, Any]:
        self.count += 1
        full = {"type": kind, "id": f"r{self.count}", "at": self.now - T0_MS, **event}
        self.case["events"].append(full)
        self.walk.settle(self.now - 1)
        getattr(self.walk, f"do_{kind}")(full, self.now)
        return full

    def send(self, name: str, ask: Any) -> Any:
        answer = ask()
        self.sent.append((name, ask, answer))
        expected = self.walk.results.get(name, "ok")
        assert answer.code == expected
        return answer

    @rule(ms=waits)
    def wait(self, ms: int) -> None:
        self.now += ms

    @rule(name=names, amount=amounts)
    def deposit(self, name: str, amount: int) -> None:
        id = self.judge("deposit", account=name, gross=amount)["id"]
        at, ledger = self.now, self.ledger
        self.send(id, lambda: self.ledger.deposit(name, dollars(amount), at=at, request_id=id))
        del ledger

    @rule(name=names, amount=amounts)
    def pay(self, name: str, amount: int) -> None:
        id, at = self.judge("payment", account=name, amount=amount)["id"], self.now
        self.send(id, lambda: self.ledger.pay(name, dollars(amount), at=at, request_id=id))

    @rule(name=names, amount=amounts)
    def withdraw(self, name: str, amount: int) -> None:
        id, at = self.judge("withdraw", account=name, amount=amount)["id"], self.now
        self.send(id, lambda: self.ledger.withdraw(name, dollars(amount), at=at, request_id=id))

    @rule(amount=amounts)
    def limit(self, amount: int) -> None:
        id, at = self.judge("limit", account="d", amount=amount)["id"], self.now
        self.send(
            id, lambda: self.ledger.set_credit_limit("d", dollars(amount), at=at, request_id=id)
        )

    @rule(
        tariff=st.sampled_from(sorted(TARIFFS)),
        funding=st.lists(names, min_size=1, unique=True),
        split=st.booleans(),
        max_ms=st.sampled_from([None, None, 1, 30_000, 60_000, 90_001]),
    )
    def start(self, tariff: str, funding: list[str], split: bool, max_ms: int | None) -> None:
        call = f"c{self.count + 1}"
        id = self.judge(
            "call_start", call=call, tariff=tariff, funding=funding, split=split, max_ms=max_ms
        )["id"]
        curve, at = curve_of(TARIFFS[tariff], self.now), self.now
        answer = self.ledger.start_call(
            call, funding, curve, at=at, request_id=id, split=split, max_ms=max_ms
        )
        assert answer.refused == (self.walk.calls[call].reason == "refused")
        self.calls.append(call)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.calls))
        self.judge("hangup", call=call)
        self.ledger.end_call(call, at=self.now)

    @rule()
    def settle(self) -> None:
        self.judge("settle")
        self.ledger.settle_due(at=self.now)

    @precondition(lambda self: self.walk.deposits)
    @rule(data=st.data(), fee=st.sampled_from([0, 150_000]))
    def charge_back(self, data: st.DataObject, fee: int) -> None:
        deposit = data.draw(st.sampled_from(sorted(self.walk.deposits)))
        id = self.judge("chargeback", deposit=deposit, fee=fee)["id"]
        del self.walk.deposits[deposit]
        at = self.now
        self.send(
            id, lambda: self.ledger.chargeback(deposit, fee=dollars(fee), at=at, request_id=id)
        )

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), how=st.sampled_from(["full", "some", 0, 59_999, 60_000, 61_000]))
    def refund(self, data: st.DataObject, how: str | int) -> None:
        call = data.draw(st.sampled_from(self.calls))
        given: dict[str, Any] = {"policy": "full"}
        event: dict[str, Any] = {"call": call, "policy": "full"}
        if how == "some":
            given = {"policy": "amount", "amount": "0.10"}
            event |= {"policy": "amount", "amount": 100_000}
        elif how != "full":
            given = {"policy": "rerate", "until_ms": how}
            event |= given
        id, at = self.judge("refund", **event)["id"], self.now
        self.send(id, lambda: self.ledger.refund(call, at=at, request_id=id, **given))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        _, ask, answer = data.draw(st.sampled_from(self.sent))
        assert ask() == answer

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_another_with_the_same_id(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.sent))[0]
        try:
            self.ledger.deposit("a", "77.77", at=self.now, request_id=name)
        except RequestConflict:
            return
        raise AssertionError("another content must be a conflict")

    @rule()
    def close_and_open(self) -> None:
        self.reopen()

    @invariant()
    def balances_are_the_judges(self) -> None:
        if not hasattr(self, "ledger"):
            return
        later = copy.deepcopy(self.walk)
        later.settle(self.now)
        for name, account in later.accounts.items():
            found = self.ledger.balance(name, at=self.now)
            assert found.available_micros == account.available
            assert found.posted_micros == account.posted
            assert found.held_micros == account.held

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert sum(self.ledger.totals().values()) == 0
            found = self.ledger.verify()
            assert found.ok, found.faults
            self.ledger.close()


class MemoryMachine(LedgerMachine):
    """In memory."""

    def open(self) -> Ledger:
        return Ledger.open("memory:")


class SqliteMachine(LedgerMachine):
    """In a file that is closed and opened, and written to by a second ledger in between."""

    def open(self) -> Ledger:
        self.folder = tempfile.TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'ledger.db'}"
        self.other: Ledger | None = None
        return Ledger.open(self.url)

    def reopen(self) -> None:
        """Sometimes go on with a second ledger on the same file, as another process would."""
        if self.other is None:
            self.other, self.ledger = self.ledger, Ledger.open(self.url)
        else:
            self.other, self.ledger = self.ledger, self.other
            if self.count % 3 == 0:
                self.other.close()
                self.other = None

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "folder"):
            if self.other is not None:
                self.other.close()
            self.folder.cleanup()


class PostgresMachine(SqliteMachine):
    """On a server, by one process or by two in turn."""

    def open(self) -> Ledger:
        self.url = server().new_url()
        self.other: Ledger | None = None
        return Ledger.open(self.url)

    def teardown(self) -> None:
        LedgerMachine.teardown(self)
        if hasattr(self, "url") and self.other is not None:
            self.other.close()


MemoryMachine.TestCase.settings = settings(
    max_examples=max(settings().max_examples // 3, 20), stateful_step_count=30, deadline=None
)
SqliteMachine.TestCase.settings = settings(
    max_examples=max(settings().max_examples // 6, 12), stateful_step_count=25, deadline=None
)
PostgresMachine.TestCase.settings = settings(
    max_examples=max(settings().max_examples // 12, 8), stateful_step_count=25, deadline=None
)
TestMemory = MemoryMachine.TestCase
TestSqlite = SqliteMachine.TestCase
TestPostgres = PostgresMachine.TestCase
