"""The money of one live call."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, attempt, by_minute, decision, house, talking
from tests.harris import steps

from securecall.errors import StoreUnsure
from securecall.ledger.instant import instant


@pytest.mark.parametrize(
    "rates",
    [
        (by_minute("0.11"),),
        (steps((0, "0.10", 60_000, 30_000), (30_000, "0.07", 60_000, 6_000)),),
        (by_minute("0.25") + '\nconnect_fee = "0.50"\nmax_total = "1.20"',),
        (by_minute("0.25") + '\nfinal = "prorate"',),
        (by_minute("0.25") + '\nmin_total = "0.40"\nfree_ms = 60000',),
    ],
)
@pytest.mark.parametrize("ends_ms", [0, 1, 29_999, 30_000, 60_001, 200_000, 899_999])
@pytest.mark.parametrize("balance", ["0.60", "100.00"])
def test_the_record_says_what_the_ledger_took(
    rates: tuple[str, ...], ends_ms: int, balance: str
) -> None:
    sessions = house(balance, *rates)
    session = talking(sessions)
    session.hang_up(NOON_MS + ends_ms)
    record, ledger = session.record, sessions.terms.ledger
    if record.accepted_ms is None:
        assert record.reason == "insufficient_funds"
        return
    state = ledger.call("c-1")
    assert (record.total, record.billed_ms) == (state.charged, state.billed_ms)
    assert record.total == record.net + record.tax - record.state_paid
    assert ledger.balance("fam-1").posted == Decimal(balance) - record.total


def test_taxes_and_two_payers() -> None:
    sessions = house("0.50", by_minute("0.40"), split=True)
    ledger = sessions.terms.ledger
    ledger.open_account("person", kind="inmate_debit", at=NOON_MS - 1)
    ledger.deposit("person", "1.00", at=NOON_MS - 1, request_id="d-p")
    session = talking(sessions, wants={"accounts": ("fam-1", "person")})
    session.tick(NOON_MS + 900_000)
    assert session.record.total == Decimal("1.200000")
    assert session.record.reason == "balance_exhausted"
    assert ledger.call("c-1").by_account == {
        "fam-1": Decimal("0.500000"), "person": Decimal("0.700000"),
    }  # fmt: skip


def test_what_a_late_report_gave_back_is_not_charged() -> None:
    sessions = house("1.00", by_minute("0.10"))
    session = talking(sessions)
    ledger = sessions.terms.ledger
    ledger.settle_due(at=NOON_MS + 700_000)
    ledger.end_call("c-1", at=NOON_MS + 65_000, reason="completed_caller_hangup")
    session.hang_up(NOON_MS + 65_000)
    assert (session.record.total, session.record.billed_ms) == (Decimal("0.200000"), 120_000)
    assert session.record.reason == "completed_caller_hangup"


def test_an_id_that_was_used_before_starts_no_call() -> None:
    sessions = house()
    talking(sessions).hang_up(NOON_MS + 60_000)
    again = talking(sessions, at_ms=NOON_MS + 61_000)
    assert (again.record.reason, again.record.total) == ("call_exists", 0)
    ledger = sessions.terms.ledger
    assert ledger.balance("fam-1").posted == Decimal("9.400000")


def test_what_had_no_answer_is_asked_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = house()
    ledger = sessions.terms.ledger
    closes = decision().limits.__class__(
        900_000, None, Decimal(0), instant(NOON_MS + 300_000), "facility"
    )
    session = sessions.begin(attempt(), decision(limits=closes), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 1_000)
    real = type(ledger).start_call

    def unsure(self: object, *args: object, **options: object) -> None:
        real(self, *args, **options)  # type: ignore[arg-type]
        raise StoreUnsure("c-1:start", "the disk")

    monkeypatch.setattr(type(ledger), "start_call", unsure)
    with pytest.raises(StoreUnsure):
        session.accept(NOON_MS + 2_000)
    monkeypatch.setattr(type(ledger), "start_call", real)
    session.accept(NOON_MS + 9_000)  # the schedule leaves less now: another content
    assert (session.accepted_ms, session.cutoff_ms) == (NOON_MS + 2_000, NOON_MS + 300_000)
    session.tick(NOON_MS + 300_000)
    assert session.record is not None
    assert session.record.reason == "schedule_end"


def test_a_call_that_reads_as_over_is_settled_before_its_record_is_made() -> None:
    """A day of a hundred thousand callers left two such calls: nobody wrote after them."""
    sessions = house("0.60")  # a minute
    session, ledger = talking(sessions), sessions.terms.ledger
    ledger.open_account("fam-2", kind="prepaid", at=NOON_MS)
    ledger.deposit("fam-2", "1.00", at=NOON_MS + 60_100, request_id="d-9")  # time goes on elsewhere
    sessions.tick(NOON_MS + 60_250)
    assert (session.record.reason, session.record.total_micros) == ("balance_exhausted", 600_000)
    assert ledger.running_calls() == ()
    assert ledger.totals()["*revenue"] == session.record.total
