"""A small house for tests of live calls: one tariff, one ledger, calls that are let through."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from tests.harris import NUMBER, START_MS, by_minute, by_second, tariff

from securecall.calls.attempt import CallAttempt
from securecall.calls.decision import Decision, Limits
from securecall.calls.prompts import Prompts
from securecall.calls.sessions import Sessions
from securecall.calls.terms import Terms
from securecall.fraud.event import Event
from securecall.fraud.policy import Policy, Rule
from securecall.ledger.instant import instant
from securecall.ledger.ledger import Ledger

__all__ = [
    "NOON_MS", "attempt", "by_minute", "by_second", "decision", "event", "house", "strict",
    "talking",
]  # fmt: skip

NOON_MS: Final = START_MS


def house(
    balance: str = "10.00", *rates: str, prompts: Prompts | None = None, url: str = "memory:",
    **terms: Any,
) -> Sessions:  # fmt: skip
    """Make live calls of one host, and an account ``fam-1`` with some money."""
    ledger = Ledger.open(url)
    ledger.open_account("fam-1", kind="prepaid", at=NOON_MS - 60_000)
    if Decimal(balance):
        ledger.deposit("fam-1", balance, at=NOON_MS - 30_000, request_id="d-0")
    made = Terms(
        ledger, tariff(*rates or (by_second("0.60"),)), prompts=prompts or Prompts(), **terms
    )
    return Sessions(made)


def attempt(call_id: str = "c-1", **changes: Any) -> CallAttempt:
    """Make an attempt that ``fam-1`` pays."""
    made = CallAttempt(call_id, "p-1", NUMBER, "A-01", accounts=("fam-1",))
    return replace(made, **changes)


def decision(
    call_id: str = "c-1", *, max_ms: int = 900_000, at_ms: int = NOON_MS, **changes: Any
) -> Decision:
    """Make what a gate says that lets a call through."""
    limits = Limits(max_ms, None, Decimal(0))
    made = Decision(
        call_id, True, (), limits, privileged=False, monitor=True, record=True, billable=True,
        at=instant(at_ms),
    )  # fmt: skip
    return replace(made, **changes)


def talking(
    sessions: Sessions, call_id: str = "c-1", *, at_ms: int = NOON_MS, max_ms: int = 900_000,
    wants: dict[str, Any] | None = None, **says: Any,
) -> Any:  # fmt: skip
    """Begin a call that is accepted at once."""
    return sessions.begin(
        attempt(call_id, **(wants or {})), decision(call_id, max_ms=max_ms, at_ms=at_ms, **says),
        facility="f", at=at_ms, accepted=True,
    )  # fmt: skip


def event(
    kind: str = "three_way", grade: str = "disconnect", *, detected_ms: float = 30_000.0,
    number: int = 1, **changes: Any,
) -> Event:  # fmt: skip
    """Make an event that rests on two cues."""
    cues = {"flash_ms": 500.0, "third_voice": 0.9}
    made = Event(
        number, kind, grade, detected_ms - 2_000.0, None, detected_ms, 0.99, "", -30.0, cues
    )
    return replace(made, **changes)


def strict() -> Policy:
    """Make a policy that cuts a call for what rests on two cues, and warns before."""
    return Policy(
        "strict", "cuts",
        (
            Rule("any", "disconnect", ("alert", "disconnect")),
            Rule("any", "alert", ("alert", "warn"), announcement="rules"),
            Rule("any", "note", ("note",)),
        ),
        announcements={"rules": "rules.wav"},
    )  # fmt: skip
