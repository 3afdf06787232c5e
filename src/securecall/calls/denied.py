"""The record of a call that a gate refused: it has an ending too, and costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from securecall.calls.ending import ENDINGS
from securecall.calls.record import CallRecord
from securecall.errors import InputError
from securecall.ledger.instant import ms_of

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision

__all__ = ["DENIED", "denied_record"]

DENIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "wrong_facility": "station_off",
        "call_exists": "call_exists",
        "kill_switch": "facility_closed",
        "facility_lockdown": "facility_closed",
        "facility_maintenance": "facility_closed",
        "facility_schedule": "schedule_denied",
        "facility_congested": "congested",
        "medium_not_offered": "not_offered",
        "bill_type_not_offered": "not_offered",
        "terminal_unknown": "station_off",
        "terminal_faulty": "station_off",
        "terminal_off": "station_off",
        "terminal_hours": "schedule_denied",
        "terminal_busy": "congested",
        "identity_silent": "unverified",
        "person_unknown": "person_denied",
        "person_suspended": "person_denied",
        "pin_missing": "pin_invalid",
        "pin_not_set": "pin_invalid",
        "pin_invalid": "pin_invalid",
        "pin_locked": "pin_suspended",
        "terminal_locked": "pin_suspended",
        "voice_missing": "pin_invalid",
        "voice_mismatch": "pin_invalid",
        "voice_not_verified": "unverified",
        "directory_silent": "unverified",
        "number_invalid": "invalid_number",
        "number_service_code": "number_denied",
        "number_premium": "number_denied",
        "number_toll_free": "number_denied",
        "number_blocked_customer": "blocked_called_party",
        "number_blocked_facility": "blocked_facility",
        "number_blocked_prefix": "blocked_facility",
        "number_not_approved": "not_on_allowed_list",
        "relay_unknown": "number_denied",
        "no_rate": "unbillable",
        "account_missing": "unbillable",
        "account_unknown": "unbillable",
        "account_closed": "unbillable",
        "billing_denied": "unbillable",
        "billing_unknown": "unbillable",
        "billing_silent": "unbillable",
        "ledger_silent": "unbillable",
        "insufficient_funds": "insufficient_funds",
        "credit_limit": "credit_limit",
        "spending_limit": "spending_limit",
        "account_ahead": "unbillable",
        "person_busy": "velocity_denied",
        "number_busy": "velocity_denied",
        "person_velocity": "velocity_denied",
        "account_busy": "velocity_denied",
        "no_time_left": "schedule_denied",
    }
)
"""A refusing reason of a gate -> how the call ended. Source: own; docs/calls.md."""


def denied_record(
    attempt: CallAttempt, decision: Decision, *, facility: str, host: str = ""
) -> CallRecord:
    """Return the record of a call that was refused: it ended as the first reason says.

    Parameters
    ----------
    attempt : CallAttempt
        Its PIN is not kept.
    decision : Decision
    facility, host : str

    Raises
    ------
    InputError
        The gate let the call through.

    Source
    ------
    own; docs/calls.md.
    """
    if not decision.refusals:
        raise InputError(f"call {attempt.call_id!r} was not refused")
    at_ms = ms_of(decision.at)
    code = DENIED.get(decision.refusals[0].code, "unknown")
    return CallRecord(
        attempt.call_id, facility, attempt.person, attempt.number, attempt.terminal,
        attempt.medium, attempt.bill_type, attempt.relay_class, attempt.accounts, at_ms, None,
        None, None, at_ms, 0, 0, None, 0, 0, 0, 0, 0, 0, None, None, None, None, "denied", code,
        ENDINGS[code].by, "", decision.codes, (), (), (), None, decision.privileged, False, False,
        decision.identity, host, (),
    )  # fmt: skip
