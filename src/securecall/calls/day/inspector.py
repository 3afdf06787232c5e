"""The inspector: looks at every record as it comes, and at the books when the day is over."""

from __future__ import annotations

from typing import Final

from securecall.calls.day.books import Books
from securecall.calls.day.checks import Checks
from securecall.calls.day.pencil import curve_of, owed
from securecall.calls.ending import ENDINGS
from securecall.calls.facility import Facility
from securecall.calls.record import CallRecord
from securecall.calls.record_table import records_table
from securecall.ledger.ledger import Ledger
from securecall.money import micros
from securecall.rating.tariff import Tariff

__all__ = ["Inspector"]

#: So many records are rated again at once.
BATCH: Final = 2_000


class Inspector:
    """Looks at every record as it comes, and at the books when the day is over.

    Parameters
    ----------
    checks : Checks
    books : Books
    facility : Facility
    tariff : Tariff

    Source
    ------
    own; charging law, rules 5 to 9; docs/simulate.md.
    """

    __slots__ = ("_batch", "_books", "_checks", "_facility", "_tariff")

    def __init__(self, checks: Checks, books: Books, facility: Facility, tariff: Tariff) -> None:
        self._checks, self._books = checks, books
        self._facility, self._tariff = facility, tariff
        self._batch: list[CallRecord] = []

    def record(self, record: CallRecord, *, privileged: bool) -> None:
        """Look at the record of a call, and be told whether the day knows it as privileged."""
        self._ended(record)
        self._unheard(record, privileged)
        if record.accepted_ms is None or record.status in ("denied", "free"):
            self._checks.that(
                "free", record.total_micros == 0 and record.billed_ms == 0,
                f"call {record.call_id} ({record.status}) was not to cost anything "
                f"and cost {record.total}",
            )  # fmt: skip
        if record.accepted_ms is not None:
            self._in_time(record, record.accepted_ms)
            if record.status != "free":
                self._charged(record)

    def paid(self, record: CallRecord) -> None:
        """Look at the accounts of a call, after its charge is in the books."""
        for account in record.accounts:
            if self._books.is_open(account):
                self._checks.that(
                    "overrun", not self._books.overdrawn(account),
                    f"call {record.call_id} left {account} at {self._books.balance(account)} "
                    "micro-dollars",
                )  # fmt: skip

    def _ended(self, record: CallRecord) -> None:
        ending = ENDINGS.get(record.reason)
        if ending is None or record.reason == "unknown":
            fits = False
        elif record.status == "denied":
            fits = ending.phase != "talking"
        else:
            phases = ("before", "any") if record.accepted_ms is None else ("talking", "any")
            fits = ending.phase in phases
        self._checks.that(
            "reason", fits and bool(record.by),
            f"call {record.call_id} ({record.status}) ended for {record.reason!r} by {record.by!r}",
        )  # fmt: skip

    def _unheard(self, record: CallRecord, privileged: bool) -> None:
        if privileged:
            self._checks.that(
                "privileged",
                record.privileged and not (record.monitored or record.recorded or record.events),
                f"call {record.call_id} is privileged: its record says privileged "
                f"{record.privileged}, monitored {record.monitored}, recorded {record.recorded}",
            )

    def _in_time(self, record: CallRecord, accepted_ms: int) -> None:
        facility = self._facility
        ends = [facility.longest_ms(record.relay) + accepted_ms]
        if record.authorized_ms is not None:
            ends.append(accepted_ms + record.authorized_ms)
        if facility.schedule is not None:
            closes_ms = facility.schedule.closes_ms(accepted_ms)
            ends += [] if closes_ms is None else [closes_ms]
        self._checks.that(
            "cutoff",
            record.ended_ms <= min(ends) and record.duration_ms == record.ended_ms - accepted_ms,
            f"call {record.call_id} ended {record.ended_ms - min(ends)} ms after it had to",
        )

    def _charged(self, record: CallRecord) -> None:
        due = owed(curve_of(record, self._tariff), record.duration_ms)
        self._checks.that(
            "charge", record.total_micros == due.total_micros,
            f"call {record.call_id} of {record.duration_ms} ms was charged "
            f"{record.total_micros} micro-dollars and owes {due.total_micros}",
        )  # fmt: skip
        self._batch.append(record)
        if len(self._batch) >= BATCH:
            self.rate_again()

    def rate_again(self) -> None:
        """Rate the records that wait as one table, by the engine that rates months."""
        waiting, self._batch = self._batch, []
        if not waiting:
            return
        wanted = (
            "call_id", "facility", "number", "start", "duration_ms", "medium", "bill_type",
            "account", "authorized_ms", "privileged", "relay",
        )  # fmt: skip
        again = self._tariff.rate_batch(records_table(waiting).select(wanted))
        totals = again.column("total").to_pylist()
        for record, total in zip(waiting, totals, strict=True):
            self._checks.that(
                "rated_again", total is not None and micros(total) == record.total_micros,
                f"call {record.call_id} was charged {record.total}, and {total} in a table",
            )  # fmt: skip

    def close(self, ledger: Ledger) -> str:
        """Look at the books when the day is over; return the ledger's digest."""
        self.rate_again()
        checks, books, flows = self._checks, self._books, self._books.flows
        for account in books:
            held = ledger.balance(account).posted_micros
            checks.that(
                "accounts", held == books.balance(account),
                f"{account} holds {held} micro-dollars, the day counted {books.balance(account)}",
            )  # fmt: skip
        came = flows["opening"] + flows["deposits"] + flows["payments"] + flows["refunds"]
        came += flows["chargebacks_won"]
        went = flows["fees"] + flows["charges"] + flows["withdrawals"] + flows["payouts"]
        went += flows["chargebacks"]
        checks.that(
            "conserved", came == went + books.left,
            f"{came} micro-dollars came in, {went} went out, {books.left} are left",
        )  # fmt: skip
        self._conserved(ledger)
        told = ledger.verify()
        checks.that("verified", told.ok, "; ".join(told.faults[:5]))
        running = ledger.running_calls()
        checks.that("verified", not running, f"calls still run: {', '.join(running[:5])}")
        return told.hash

    def _conserved(self, ledger: Ledger) -> None:
        """Compare the ledger's contra accounts with what the day counted."""
        checks, flows = self._checks, self._books.flows
        totals = {name: micros(amount) for name, amount in ledger.totals().items()}
        contra = {name[1:]: held for name, held in totals.items() if name.startswith("*")}
        earned = sum(v for k, v in contra.items() if k == "revenue" or k.startswith("tax:"))
        fees = sum(v for k, v in contra.items() if k.startswith("fee:"))
        kept = flows["chargeback_fees"] - flows["fees_returned"]
        paid_in = flows["deposits"] + flows["payments"] - flows["withdrawals"] - flows["payouts"]
        paid_in += flows["chargebacks_won"] - flows["chargebacks"] + kept
        for what, held, counted in (
            ("earned", earned, flows["charges"]),
            ("given back", -contra.get("refunds", 0), flows["refunds"]),
            ("taken as fees", fees, flows["fees"] + kept),
            ("carried over", -contra.get("opening", 0), flows["opening"]),
            ("paid in", -contra.get("cash", 0), paid_in),
            ("all together", sum(totals.values()), 0),
        ):
            checks.that(
                "conserved", held == counted,
                f"{what}: the ledger says {held} micro-dollars, the day counted {counted}",
            )  # fmt: skip
