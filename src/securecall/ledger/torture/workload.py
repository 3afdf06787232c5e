"""What is asked of a ledger under torture: seeded scripts of requests that can be sent again.

A script belongs to a lane, one thread or process that sends its steps in order. A step has its
request id, its arguments and its instant, so that whoever finds a request in a file knows what it
must have done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import Any, Final

from securecall.ledger.curve import Loaders
from securecall.ledger.ledger import Ledger
from securecall.ledger.values.answer import Answer
from securecall.ledger.values.calls import Settled
from securecall.ledger.values.text import decode

__all__ = ["LOADERS", "FlatCurve", "Step", "fingerprint", "fingerprint_of_text", "script"]

FORMAT: Final = "securecall.torture/1"
START_MS: Final = 1_777_000_000_000  # in April 2026; nothing depends on it
SHARED: Final = ("shared-0", "shared-1")
RUNNING_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class FlatCurve:
    """So much an increment, and nothing else.

    Attributes
    ----------
    increment_ms, price_micros : int
    """

    increment_ms: int
    price_micros: int

    def total_micros(self, bought_ms: int) -> int:
        """Return the price of what was bought."""
        return self.price_micros * bought_ms // self.increment_ms

    def next(self, bought_ms: int) -> int:
        """Return where the increment after it, or around it, ends."""
        return (bought_ms // self.increment_ms + 1) * self.increment_ms

    def bought(self, elapsed_ms: int) -> int:
        """Return what has been bought: an increment is owed as it begins."""
        return self.next(elapsed_ms)

    def reach_micros(self, balance_micros: int) -> int | None:
        """Return what a balance buys."""
        if self.price_micros == 0:
            return None
        return max(balance_micros, 0) // self.price_micros * self.increment_ms

    def dumps(self) -> bytes:
        """Return it as bytes that say what they are."""
        body = {"format": FORMAT, "increment": self.increment_ms, "price": self.price_micros}
        return json.dumps(body).encode()

    @classmethod
    def loads(cls, body: bytes) -> FlatCurve:
        """Return what `dumps` wrote."""
        found = json.loads(body)
        return cls(found["increment"], found["price"])


LOADERS: Final[Loaders] = {FORMAT: FlatCurve.loads}


@dataclass(frozen=True, slots=True)
class Step:
    """One request.

    Attributes
    ----------
    request_id : str
    method : str
        Of `Ledger`.
    arguments : dict
        All but the instant and the request id.
    at_ms : int
    """

    request_id: str
    method: str
    arguments: dict[str, Any]
    at_ms: int

    def send(self, ledger: Ledger) -> Any:
        """Ask a ledger, and return what it answers."""
        more = {} if self.method == "end_call" else {"request_id": self.request_id}
        return getattr(ledger, self.method)(**self.arguments, at=self.at_ms, **more)


def fingerprint(answer: Any) -> str:
    """Return a short digest of an answer, the same for the same answer."""
    return sha256(repr(answer).encode()).hexdigest()[:16]


def fingerprint_of_text(text: str) -> str:
    """Return the `fingerprint` of an answer that a store keeps as text."""
    answer: Answer | None = decode(text)
    return fingerprint(answer.calls if isinstance(answer, Settled) else answer)


@dataclass(slots=True)
class _Pen:
    """Writes a script, knowing what it wrote before."""

    rng: Random
    lane: str
    alone: bool
    at_ms: int = START_MS
    steps: list[Step] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    deposits: list[str] = field(default_factory=list)
    chargebacks: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    called: int = 0

    @property
    def payers(self) -> tuple[str, ...]:
        return (f"{self.lane}-family", f"{self.lane}-debit", *SHARED)

    def write(self, method: str, request_id: str | None = None, **arguments: Any) -> str:
        name = request_id or f"{self.lane}-{len(self.steps)}"
        self.steps.append(Step(name, method, arguments, self.at_ms))
        return name

    def dollars(self, cents_max: int) -> str:
        cents = self.rng.randint(1, cents_max)
        return f"{cents // 100}.{cents % 100:02}"

    def open(self) -> None:
        self.write("open_account", account=f"{self.lane}-family", kind="prepaid")
        self.write("open_account", account=f"{self.lane}-debit", kind="inmate_debit")
        self.write(
            "open_account", account=f"{self.lane}-bill", kind="direct_bill", credit_limit="40"
        )
        for name in SHARED:
            # Every lane asks for them; one gets them, the others a refusal that is kept too.
            self.write("open_account", account=name, kind="prepaid")

    def deposit(self) -> None:
        name = self.write("deposit", account=self.rng.choice(self.payers), amount=self.dollars(700))
        self.deposits.append(name)

    def start_call(self) -> None:
        if len(self.running) >= RUNNING_MAX:
            self.end_call()
            return
        self.called += 1
        name = f"{self.lane}-call-{self.called}"
        payers = self.rng.sample([*self.payers, f"{self.lane}-bill"], self.rng.choice((1, 1, 2)))
        increment_ms = self.rng.choice((1_000, 6_000, 60_000))
        curve = FlatCurve(increment_ms, self.rng.choice((0, 1_167, 11_000, 210_000)))
        self.write(
            "start_call",
            call_id=name,
            accounts=payers,
            curve=curve,
            split=self.rng.random() < 0.4,
            # Short, because what is tortured is the file and not the solver.
            max_ms=increment_ms * self.rng.randint(2, 80),
        )
        self.running.append(name)

    def end_call(self) -> None:
        if not self.running:
            self.start_call()
            return
        name = self.running.pop(self.rng.randrange(len(self.running)))
        self.ended.append(name)
        self.write("end_call", name, call_id=name, reason="hangup")

    def refund(self) -> None:
        if not self.ended:
            self.deposit()
            return
        more = self.rng.choice(
            (
                {"policy": "full"},
                {"policy": "amount", "amount": self.dollars(50)},
                {"policy": "rerate", "until_ms": self.rng.randint(0, 200_000)},
            )
        )
        self.write("refund", call_id=self.rng.choice(self.ended), **more)

    def withdraw(self) -> None:
        account = self.rng.choice(self.payers)
        self.write("withdraw", account=account, amount=self.dollars(900))

    def pay(self) -> None:
        self.write("pay", account=f"{self.lane}-bill", amount=self.dollars(3_000))

    def transfer(self) -> None:
        source, target = self.rng.sample(self.payers, 2)
        self.write("transfer", source=source, target=target, amount=self.dollars(400))

    def set_credit_limit(self) -> None:
        limit = self.dollars(8_000)
        self.write("set_credit_limit", account=f"{self.lane}-bill", amount=limit)

    def chargeback(self) -> None:
        if self.chargebacks and self.rng.random() < 0.5:
            name = self.chargebacks.pop()
            self.write("chargeback_result", chargeback_id=name, won=self.rng.random() < 0.5)
        elif self.deposits:
            deposit = self.deposits.pop(self.rng.randrange(len(self.deposits)))
            name = self.write("chargeback", deposit_request_id=deposit, fee="15")
            self.chargebacks.append(name)
        else:
            self.deposit()

    def plan(self) -> None:
        """Set or end a spending limit, or deposits that come by themselves."""
        account = self.rng.choice(self.payers[:2])
        ends = self.rng.random() < 0.3
        if self.rng.random() < 0.5:
            limit = None if ends else self.dollars(900)
            self.write("set_spending_limit", account=account, amount=limit)
        else:
            below, amount = (None, None) if ends else (self.dollars(300), self.dollars(900))
            self.write("set_auto_reload", account=account, below=below, amount=amount)

    def reload_result(self) -> None:
        # Often of a reload that nobody asked for: that raises, and nothing is kept of it.
        account = self.rng.choice(self.payers[:2])
        name = f"auto:{account}:{self.rng.randint(1, 4)}"
        self.write("reload_result", reload_id=name, ok=self.rng.choice((True, False, None)))

    def statement(self) -> None:
        account = self.rng.choice((*self.payers, f"{self.lane}-bill"))
        self.write("statement", account=account, through=self.at_ms)

    def review(self) -> None:
        """Ask for a refund that somebody must decide, or decide."""
        if self.requests and self.rng.random() < 0.5:
            name, approve = self.requests.pop(), self.rng.random() < 0.5
            self.write("decide_refund", refund_request_id=name, approve=approve)
        elif self.ended:
            call = self.rng.choice(self.ended)
            rule = self.rng.choice((None, None, "media_lost"))
            self.requests.append(
                self.write("request_refund", call_id=call, why="one-way audio", rule=rule)
            )
        else:
            self.deposit()

    def small_things(self) -> None:
        account = self.rng.choice(self.payers)
        if self.rng.random() < 0.5:
            self.write("touch", account=account)
        else:
            number = f"+1713555{self.rng.randint(0, 9):04}"
            self.write("link_number", number=number, account=account)

    def settle_due(self) -> None:
        # It closes the instant for every lane, so it stays behind the others' clocks.
        self.write("settle_due")

    def go_on(self) -> None:
        verbs: list[tuple[Callable[[], None], int]] = [
            (self.deposit, 15), (self.start_call, 33), (self.end_call, 22), (self.refund, 9),
            (self.withdraw, 8), (self.pay, 4), (self.transfer, 4), (self.set_credit_limit, 2),
            (self.chargeback, 2), (self.plan, 2), (self.reload_result, 2), (self.statement, 1),
            (self.review, 3), (self.small_things, 2), (self.settle_due, 4 if self.alone else 1),
        ]  # fmt: skip
        kinds, weights = zip(*verbs, strict=True)
        self.at_ms += self.rng.choice((0, 1, 1_000, 6_000, 37_123, 240_000))
        self.rng.choices(kinds, weights)[0]()


@lru_cache(maxsize=16)
def script(seed: int, lane: str, steps: int, *, alone: bool = True) -> tuple[Step, ...]:
    """Return a lane's steps; the same for the same arguments, and a longer one begins the same.

    Parameters
    ----------
    seed : int
    lane : str
        Its own accounts, calls and requests begin with it; two accounts are everybody's.
    steps : int
    alone : bool
        Whether no other lane sends to the same ledger; then instants are closed more often.
    """
    pen = _Pen(Random(f"{seed} {lane}"), lane, alone)
    pen.open()
    while len(pen.steps) < steps:
        pen.go_on()
    return tuple(pen.steps[:steps])
