"""Plays a scenario, accounts and tariffs and events, on a ledger, and tells what came of it.

The form is that of `tests/data/ledger_cases.jsonl`; the random scenarios of the oracle have it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.ledger.pricing import curve_of

from securecall.errors import RequestConflict
from securecall.ledger.ledger import Ledger
from securecall.money import dollars

__all__ = ["T0_MS", "Quote", "instant_of", "play"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
T0_MS = 1_767_625_200_000  # 2026-01-05T15:00Z
KINDS = {"prepaid": "prepaid", "debit": "inmate_debit", "direct": "direct_bill"}


@dataclass(frozen=True)
class Line:
    id: str
    charged: Decimal


@dataclass(frozen=True)
class Quote:
    """What a deposit needs of a fee quote."""

    paid: Decimal
    fees: Decimal
    credited: Decimal
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, gross: int, stack: list[dict[str, Any]]) -> Quote:
        """Take fees off a deposit: flat, or a percentage of the deposit or of what is left."""
        left, lines = gross, []
        for fee in stack:
            base = left if fee.get("on") == "running" else gross
            charged = fee.get("flat", 0) + round(base * Decimal(fee.get("pct", "0")) / 100)
            lines.append(Line(fee["name"], dollars(charged)))
            left -= charged
        return cls(dollars(gross), dollars(gross - left), dollars(left), tuple(lines))


def instant_of(case: Mapping[str, Any]) -> int:
    """Return where a scenario's time begins."""
    text = case.get("t0")
    if text is None:
        return T0_MS
    return round((datetime.fromisoformat(text) - EPOCH).total_seconds() * 1000)


def play(ledger: Ledger, case: Mapping[str, Any], *, polls: bool = False) -> dict[str, Any]:
    """Do a scenario's events and return accounts, calls, postings and results.

    With ``polls`` a host looks at every call's cutoff and settles when it comes; without, every
    call is settled by whatever touches it next. Both must come to the same.
    """
    return _Player(ledger, case, polls).run()


class _Player:
    def __init__(self, ledger: Ledger, case: Mapping[str, Any], polls: bool) -> None:
        self.ledger, self.case, self.polls = ledger, case, polls
        self.t0 = instant_of(case)
        self.results: dict[str, Any] = {}
        self.statements: list[dict[str, Any]] = []
        self.payouts: list[dict[str, Any]] = []
        self.reloads: list[dict[str, Any]] = []
        self.seen: set[str] = set()

    def run(self) -> dict[str, Any]:
        for name, account in self.case["accounts"].items():
            self._open(name, account)
        events = [(event["at"], index, event) for index, event in enumerate(self.case["events"])]
        while True:
            due = self._reload_due()
            if due is not None and (not events or due[0] < events[0][0]):
                self._reload(*due)
                continue
            if not events:
                break
            at, _, event = events.pop(0)
            if self.polls:
                self.ledger.settle_due(at=self.t0 + at - 1)
            self._do(event, self.t0 + at)
        self.ledger.settle_due(at=4_000_000_000_000)
        return self._told()

    def _open(self, name: str, account: Mapping[str, Any]) -> None:
        direct = account["type"] == "direct"
        opening = -account.get("owed", 0) if direct else account["balance"]
        self.ledger.open_account(
            name,
            kind=KINDS[account["type"]],
            at=self.t0,
            credit_limit=dollars(account["credit_limit"]) if direct else None,
            opening=dollars(max(opening, 0) if not direct else opening),
        )
        plan = account.get("auto_reload")
        if plan:
            self.ledger.set_auto_reload(
                name,
                below=dollars(plan["threshold"]),
                amount=dollars(plan["amount"]),
                monthly_max=plan["max"],
                at=self.t0,
            )

    def _reload_due(self) -> tuple[int, str, str] | None:
        """Return the next thing that a reload does: it is asked for, or its money lands."""
        found = []
        for name, account in self.case["accounts"].items():
            plan = account.get("auto_reload")
            if not plan:
                continue
            asked = self.ledger.next_reload(name)
            if asked is not None:
                at_ms = round((asked - EPOCH).total_seconds() * 1000)
                found.append((at_ms - self.t0, name, ""))
            for one in self.ledger.reloads(name):
                if one.state == "pending":
                    found.append((one.at_ms + plan["delay_ms"] - self.t0, name, one.id))
        return min(found, default=None)

    def _reload(self, at: int, name: str, reload_id: str) -> None:
        if not reload_id:
            self.ledger.settle_due(at=self.t0 + at)
            return
        answer = self.ledger.reload_result(reload_id, ok=True, at=self.t0 + at)
        self.reloads.append(
            {
                "account": name,
                "at_ms": answer.at_ms - self.t0,
                "amount": answer.amount_micros,
                "outcome": "ok" if answer.state == "credited" else answer.state,
            }
        )
        self.results[reload_id] = {
            "credited": answer.amount_micros,
            "charged_to_payer": answer.amount_micros,
            "fees": {},
        }

    def _do(self, event: Mapping[str, Any], at: int) -> None:
        answer = getattr(self, f"_{event['type']}")(event, at)
        name = event.get("req", event.get("id"))
        if answer is not None and name is not None:
            self.results[name] = answer

    def _call_start(self, event: Mapping[str, Any], at: int) -> None:
        curve = curve_of(self.case["tariffs"][event["tariff"]], at)
        self.ledger.start_call(
            event["call"],
            event["funding"],
            curve,
            at=at,
            request_id=f"start {event['call']}",
            split=event.get("split", False),
            max_ms=event.get("max_ms"),
        )

    def _hangup(self, event: Mapping[str, Any], at: int) -> None:
        self.ledger.end_call(event["call"], at=at, reason=event.get("reason", "hangup"))

    def _deposit(self, event: Mapping[str, Any], at: int) -> Any:
        fees = Quote.of(event["gross"], event["fees"]) if event.get("fees") else None
        try:
            answer = self.ledger.deposit(
                event["account"], dollars(event["gross"]), at=at, request_id=event["id"], fees=fees
            )
        except RequestConflict:
            return "conflict"
        if answer.refused:
            return answer.code
        return {
            "credited": answer.credited_micros,
            "charged_to_payer": answer.paid_micros,
            "fees": dict(answer.fee_micros),
        }

    def _payment(self, event: Mapping[str, Any], at: int) -> Any:
        answer = self.ledger.pay(
            event["account"], dollars(event["amount"]), at=at, request_id=event["id"]
        )
        return {"credited": answer.amount_micros} if answer.ok else answer.code

    def _withdraw(self, event: Mapping[str, Any], at: int) -> Any:
        answer = self.ledger.withdraw(
            event["account"], dollars(event["amount"]), at=at, request_id=event["id"]
        )
        return {"withdrawn": answer.amount_micros} if answer.ok else answer.code

    def _limit(self, event: Mapping[str, Any], at: int) -> Any:
        return self.ledger.set_credit_limit(
            event["account"], dollars(event["amount"]), at=at, request_id=event["id"]
        ).code

    def _chargeback(self, event: Mapping[str, Any], at: int) -> Any:
        answer = self.ledger.chargeback(
            event["deposit"], fee=dollars(event["fee"]), at=at, request_id=event["id"]
        )
        return {"debited": answer.debited_micros} if answer.ok else answer.code

    def _refund(self, event: Mapping[str, Any], at: int) -> Any:
        amount = event.get("amount")
        answer = self.ledger.refund(
            event["call"],
            policy=event["policy"],
            amount=None if amount is None else dollars(amount),
            until_ms=event.get("until_ms"),
            at=at,
            request_id=event["id"],
        )
        return {"refunded": answer.refunded_micros} if answer.ok else answer.code

    def _statement_close(self, event: Mapping[str, Any], at: int) -> None:
        found = self.ledger.statement(event["account"], through=at, request_id=event["id"])
        assert found.opening + found.charges + found.adjustments - found.payments == found.closing
        self.statements.append(
            {
                "account": event["account"],
                "opening": found.opening_micros,
                "payments": found.payments_micros,
                "charges": found.charges_micros,
                "closing": found.closing_micros,
            }
        )

    def _late_fee(self, event: Mapping[str, Any], at: int) -> Any:
        answer = self.ledger.late_fee(
            event["account"], percent=event["pct"], at=at, request_id=event["id"]
        )
        return {"late_fee": answer.fee_micros, "past_due": answer.past_due_micros}

    def _inactivity_check(self, event: Mapping[str, Any], at: int) -> Any:
        found = self.ledger.inactivity(
            event["account"], timezone=event["tz"], at=at, request_id=event["id"]
        )
        if found is None:
            return {"paid_out": 0}
        self.payouts.append(
            {"account": event["account"], "amount": found.amount_micros, "why": found.why[:8]}
        )
        return {"paid_out": found.amount_micros, "idle_days": found.idle_days}

    def _told(self) -> dict[str, Any]:
        accounts, calls = {}, {}
        for name, account in self.case["accounts"].items():
            balance = self.ledger.balance(name)
            assert balance.held_micros == 0 or account.get("runs")
            accounts[name] = (
                {"owed": balance.owed_micros, "available": balance.available_micros}
                if account["type"] == "direct"
                else {"balance": balance.posted_micros}
            )
        for event in self.case["events"]:
            if event["type"] == "call_start":
                calls[event["call"]] = self._call(event)
        posted: dict[str, int] = {}
        for entry in self.ledger.iter_entries():
            if entry.contra != "opening":
                posted[entry.contra] = posted.get(entry.contra, 0) - entry.amount_micros
        return {
            "accounts": accounts,
            "calls": calls,
            "posted": {name: amount for name, amount in posted.items() if amount},
            "results": self.results,
            "statements": self.statements,
            "payouts": self.payouts,
            "reloads": self.reloads,
        }

    def _call(self, event: Mapping[str, Any]) -> dict[str, Any]:
        state = self.ledger.call(event["call"])
        parts = dict(state.parts_micros)
        net = parts.pop("revenue", 0)
        told = {
            "connected": not state.refused,
            "end_ms": None if state.ended_ms is None else state.ended_ms - state.started_ms,
            "reason": state.reason,
            "billed_ms": state.billed_ms,
            "net": net,
            "total": state.charged_micros,
            "refunded": state.refunded_micros,
            "by_account": dict(state.by_account_micros),
            "taxes": {name.removeprefix("tax:"): tax for name, tax in parts.items()},
        }
        return told
