"""What the ledger is told of a call when it starts, so that a restarted host knows it again.

No PIN and no sound is in it: who, where, whom, what was allowed, and when it was dialed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from securecall.calls.attempt import CallAttempt
from securecall.calls.decision import Decision, Limits
from securecall.calls.reasons import CODES, reason
from securecall.errors import InputError
from securecall.ledger.instant import instant

if TYPE_CHECKING:
    from securecall.calls.held import HeldCall

__all__ = ["Known", "about_of", "known_of"]


class Known(NamedTuple):
    """A call as the ledger knows it."""

    attempt: CallAttempt
    decision: Decision
    facility: str
    host: str
    dialed_ms: int
    rung_ms: int | None
    answered_ms: int | None


def about_of(
    call: HeldCall, decision: Decision, host: str, limit_ms: int, *, closes: bool
) -> dict[str, str]:
    """Return what the ledger is told of a call; ``closes``: an hour of the clock limits it."""
    dialed_ms, rung_ms, answered_ms = call.times_ms
    told = {
        "person": call.person, "number": call.number, "terminal": call.terminal,
        "facility": call.facility, "medium": call.medium, "bill_type": call.bill_type,
        "relay": call.relay, "host": host, "limit_ms": str(limit_ms),
        "governs": "schedule" if closes else decision.limits.governs, "dialed_ms": str(dialed_ms),
        "rung_ms": "" if rung_ms is None else str(rung_ms),
        "answered_ms": "" if answered_ms is None else str(answered_ms),
        "reasons": ",".join(decision.codes), "identity": decision.identity,
        "privileged": "yes" * decision.privileged, "monitor": "yes" * decision.monitor,
        "record": "yes" * decision.record,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def known_of(call_id: str, accounts: tuple[str, ...], about: Mapping[str, str]) -> Known:
    """Return a call from what the ledger was told of it.

    Raises
    ------
    InputError
        It was not told, or not by us.
    """
    try:
        attempt = CallAttempt(
            call_id, about["person"], about["number"], about["terminal"], about["bill_type"],
            accounts, medium=about["medium"], relay=about["relay"], facility=about["facility"],
        )  # fmt: skip
        found = [each for each in about.get("reasons", "").split(",") if each in CODES]
        limits = Limits(
            int(about["limit_ms"]), None, Decimal(0), governs=about.get("governs", "facility")
        )
        decision = Decision(
            call_id, True, tuple(reason(each) for each in found), limits,
            privileged="privileged" in about, monitor="monitor" in about,
            record="record" in about, billable=True, at=instant(int(about["dialed_ms"])),
            identity=about.get("identity", "none"),
        )  # fmt: skip
        rung, answered = (
            int(about[name]) if name in about else None for name in ("rung_ms", "answered_ms")
        )
        return Known(
            attempt, decision, about["facility"], about.get("host", ""), int(about["dialed_ms"]),
            rung, answered,
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise InputError(
            f"the ledger was not told of call {call_id!r} as a session does: {error}"
        ) from None
