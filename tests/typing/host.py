"""A program of a user, as type checkers see it: what values return has a type, and is not Any.

It is checked by `mypy --strict` and by pyright, and run, in `tests/test_typing.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import assert_type

import securecall as sc
from securecall.calls import CallAttempt, CallRecord, Decision, Gate, Session, post_month
from securecall.calls.actions import Disconnect, Timer
from securecall.fraud import CallMonitor, MonitorBank, ToneDetector
from securecall.fraud.event import Event
from securecall.integrations.counting import tell
from securecall.notebook import show
from securecall.testing import FACILITY, NOON, NUMBER, FakeClock, SmallJail, records, tariff


def rate() -> Decimal:
    rates: sc.Tariff = tariff()
    digest: str = rates.digest
    call = sc.Call(
        facility=FACILITY,
        number=NUMBER,
        start=datetime(2026, 5, 1, 18, tzinfo=UTC),
        duration_ms=613_000,
    )
    rated: sc.RatedCall = rates.rate(call)
    lines: tuple[sc.Line, ...] = rated.lines
    assert sum((line.amount for line in lines), Decimal(0)) == rated.total
    cap: sc.Ceiling | None = rated.cap
    curve: sc.PriceCurve = rates.curve(call)
    reach: int | None = curve.reach("1.00")
    quote: sc.FeeQuote = rates.quote_deposit(
        "25.00", facility=FACILITY, method="card", channel="web", at=NOON
    )
    findings: list[sc.Finding] = rates.lint()
    text: str = rated.explain() + digest + str(show(findings))
    assert cap is None
    assert reach
    assert quote.credited
    assert text
    return assert_type(rated.total, Decimal)


def keep_books() -> Decimal:
    moved: list[tuple[str, datetime | None, datetime | None]] = []
    with sc.Ledger.open("memory:") as ledger:

        def hear_of(call_id: str, old: datetime | None, new: datetime | None) -> None:
            moved.append((call_id, old, new))

        stop: Callable[[], None] = ledger.subscribe(hear_of)
        ledger.open_account("fam-1", kind="prepaid", at=NOON)
        deposit: sc.Deposit = ledger.deposit("fam-1", "25.00", at=NOON, request_id="d-1")
        call = sc.Call(facility=FACILITY, number=NUMBER, start=NOON, duration_ms=0)
        admission: sc.Admission = ledger.start_call(
            "c-1", accounts=["fam-1"], curve=tariff().curve(call), at=NOON, request_id="s-1"
        )
        cutoff = assert_type(admission.cutoff_at, datetime | None)
        ends: dict[str, datetime | None] = ledger.cutoffs("fam-1")
        settlement: sc.Settlement = ledger.end_call("c-1", at=NOON + 60_000)
        refund: sc.Refund = ledger.refund("c-1", at=NOON + 61_000, request_id="r-1")
        balance: sc.Balance = ledger.balance("fam-1")
        statement: sc.Statement = ledger.statement("fam-1", through=NOON + 62_000)
        posting: sc.Posting = post_month(
            tariff(), ledger, records(3, accounts=1), at=NOON + 10**9, request_id="m"
        )
        checked: sc.Verification = ledger.verify()
        stop()
        assert deposit.ok
        assert cutoff is None or ends["c-1"] == cutoff
        assert settlement.charged == refund.refunded
        assert statement.closing == -balance.posted
        assert posting.refused == {"unknown_account": 3}
        assert checked.ok
        assert_type(deposit.at, datetime)
        assert_type(settlement.ended_at, datetime)
        assert_type(ledger.call("c-1").ended_at, datetime | None)
        assert_type(statement.from_at, datetime)
        assert_type(posting.posted_total, Decimal)
        return assert_type(balance.posted, Decimal)


def hear() -> list[Event]:
    monitor = CallMonitor(sample_rate_hz=8000, encoding="s16le")
    events: list[Event] = monitor.feed(bytes(3200), leg="called")
    events += monitor.finish()
    detector = ToneDetector(sample_rate_hz=8000)
    events += detector.feed(bytes(3200))
    bank = MonitorBank(channels=2)
    assert bank is not None
    return events


def place_a_call() -> CallRecord:
    clock = FakeClock()
    jail = SmallJail(clock=clock)
    jail.open_account("fam-1", "0.20")
    gate: Gate = jail.gate
    wish = CallAttempt("wish", "p-1", NUMBER, "T-1", accounts=("fam-1",))
    decision: Decision = gate.check(wish, at=clock.now)
    assert decision.allowed
    call = jail.call("fam-1")
    if isinstance(call.session, Session):
        heard: tuple[Event, ...] = call.session.events
        assert heard == ()
    call.talk(minutes=10)
    for action in call.actions:
        match action:
            case Timer(cutoff_at):
                until: datetime | None = cutoff_at
                assert until is not None
            case Disconnect(reason):
                assert reason == "balance_exhausted"
            case _:
                continue
    counts: dict[str, float] = {}

    def add(name: str, amount: float, labels: dict[str, str]) -> None:
        counts[name] = counts.get(name, 0) + amount

    tell(call.record, add)
    assert counts["securecall_calls"] == 1
    return call.record


if __name__ == "__main__":
    print(rate(), keep_books(), len(hear()), place_a_call().reason)
