"""The closed table of what a gate can say about a call: code, words, and what would change it.

The order of `RULES` is the order of the checks, and so of the reasons of a decision. A rule of
severity ``alert`` refuses nothing: it is told to staff, and the call goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from securecall.errors import InputError, did_you_mean

__all__ = [
    "CODES",
    "RULES",
    "STAGES",
    "Reason",
    "ReasonRule",
    "in_order",
    "reason",
    "rule_of",
    "table",
]

#: The stages of the admission check, in order.
STAGES: Final = (
    "facility", "terminal", "identity", "number", "billing", "money", "concurrency", "duration",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """One row of the table.

    Attributes
    ----------
    code : str
    stage : str
        One of `STAGES`.
    severity : {"refusal", "alert"}
    text : str
        What is so, a clause for the one who asks.
    remedy : str
        What would change it, and who can.

    Source
    ------
    own; docs/calls.md.
    """

    code: str
    stage: str
    severity: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a gate found about a call.

    Attributes
    ----------
    code : str
        One of `CODES`.
    text : str
        What is so.
    remedy : str
        What would change it.
    severity : {"refusal", "alert"}
        Alerts refuse nothing.
    detail : str
        What is particular to this call: until when, which prefix. Empty if nothing is.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> print(reason("facility_schedule", detail="opens 2026-05-02T06:00:00-05:00"))
    facility_schedule: calls are not allowed at this hour (opens 2026-05-02T06:00:00-05:00); \
try again when the schedule opens
    """

    code: str
    text: str
    remedy: str
    severity: str = "refusal"
    detail: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the call may not be placed because of it."""
        return self.severity == "refusal"

    def __str__(self) -> str:
        """Return code, text, detail and remedy in one line."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code}: {self.text}{detail}; {self.remedy}"


def _refusals(stage: str, *rows: tuple[str, str, str]) -> tuple[ReasonRule, ...]:
    return tuple(ReasonRule(code, stage, "refusal", text, remedy) for code, text, remedy in rows)


def _alert(stage: str, code: str, text: str, remedy: str) -> ReasonRule:
    return ReasonRule(code, stage, "alert", text, remedy)


RULES: Final[tuple[ReasonRule, ...]] = (
    *_refusals(
        "facility",
        ("wrong_facility", "the terminal belongs to another facility",
         "the switch must ask that facility's gate"),
        ("call_exists", "a call of this id was placed before",
         "the switch must give each call an id of its own"),
        ("kill_switch", "staff have stopped all calls", "staff must lift the stop"),
        ("facility_lockdown", "the facility or this area is in lockdown",
         "try again when staff have ended the lockdown"),
        ("facility_maintenance", "the system is under maintenance",
         "try again when the maintenance is over"),
        ("facility_schedule", "calls are not allowed at this hour",
         "try again when the schedule opens"),
        ("facility_congested", "all lines of the facility are in use",
         "try again when a call has ended"),
        ("medium_not_offered", "this kind of call is not offered here",
         "place an audio call, or ask the facility to offer it"),
        ("bill_type_not_offered", "this way to pay is not offered here",
         "choose another way to pay"),
    ),
    *_refusals(
        "terminal",
        ("terminal_unknown", "no such terminal is known here",
         "staff must add the terminal to the facility's file"),
        ("terminal_faulty", "this terminal is out of order",
         "use another terminal; staff can mark it as repaired"),
        ("terminal_off", "this terminal is switched off",
         "use another terminal; staff can switch it on"),
        ("terminal_hours", "this terminal may not be used at this hour",
         "use another terminal, or try again in its hours"),
        ("terminal_busy", "this terminal has a call already", "end that call first"),
    ),
    *_refusals(
        "identity",
        ("identity_silent", "the records of people and PINs cannot be read",
         "the host must repair them; until then nobody calls"),
        ("person_unknown", "no such person is known here",
         "staff must enrol the person"),
        ("person_suspended", "this person's calls are suspended",
         "wait for the end of the suspension, or ask staff to lift it"),
        ("pin_missing", "no PIN was keyed", "key the PIN"),
        ("pin_not_set", "no PIN was ever set for this person", "staff must set a PIN"),
        ("pin_invalid", "the PIN is wrong", "key the right PIN; too many wrong ones lock it"),
        ("pin_locked", "the PIN is locked after too many wrong ones",
         "wait until the lock ends, or ask staff to unlock it"),
        ("terminal_locked", "too many wrong PINs were keyed at this terminal",
         "use another terminal, or wait until the lock ends"),
        ("voice_missing", "a voice sample is required and none was given",
         "say the phrase when asked"),
        ("voice_mismatch", "the voice is not that of this person",
         "say the phrase again; staff can enrol the voice anew"),
        ("voice_not_verified", "the voice could not be verified",
         "staff must enrol the voice, or the verifier must work again"),
    ),
    *_refusals(
        "number",
        ("directory_silent", "the lists of numbers cannot be read",
         "the host must repair them; until then nobody calls"),
        ("number_invalid", "this is not a telephone number that can be called",
         "dial the number again"),
        ("number_service_code", "directory, emergency and service codes are not called from here",
         "ask staff"),
        ("number_premium", "pay-per-call numbers are not called from here",
         "call another number"),
        ("number_toll_free", "toll-free numbers are not called from here",
         "ask staff to list it as privileged or as a relay service"),
        ("number_blocked_customer", "the person called has asked not to be called from here",
         "only the person called can lift it, by a number review"),
        ("number_blocked_facility", "the facility has blocked this number",
         "ask for a number review"),
        ("number_blocked_prefix", "the facility has blocked numbers that begin so",
         "ask for a number review, or have the number approved"),
        ("number_not_approved", "the number is not on this person's approved list",
         "ask staff to approve the number"),
        ("relay_unknown", "this is no relay service of the facility",
         "dial a relay service that the facility lists, or place an ordinary call"),
    ),
    _alert("number", "number_hot", "this number is watched",
           "none is needed: the call goes on, and those who watch are told"),
    *_refusals(
        "billing",
        ("no_rate", "the tariff has no price for this call",
         "the provider must add a rate for this destination"),
        ("account_missing", "nobody is named who pays",
         "open an account for this number"),
        ("account_unknown", "an account that is to pay does not exist",
         "open the account, or name another"),
        ("account_closed", "an account that is to pay is closed",
         "name another account"),
        ("billing_denied", "the line called may not be billed",
         "open a prepaid account for this number"),
        ("billing_unknown", "the line called is not known to the billing directory",
         "open a prepaid account for this number"),
        ("billing_silent", "the billing directory did not answer in time",
         "try again later, or pay from a prepaid account"),
    ),
    _alert("billing", "courtesy_call", "this is a courtesy call, short and free",
           "open an account for this number to talk for longer"),
    *_refusals(
        "money",
        ("ledger_silent", "the ledger cannot be read",
         "the host must repair it; calls that cost nothing are placed all the same"),
        ("insufficient_funds", "the balance does not pay the first increment",
         "deposit money, or end another call on the account"),
        ("credit_limit", "the credit limit does not leave the first increment",
         "pay the bill, or ask for a higher limit"),
        ("spending_limit", "the account's spending limit is reached",
         "wait for the next period, or change the limit"),
        ("account_ahead", "the account has operations that are later than this call",
         "the switch's clock must be set, and the call placed again"),
    ),
    *_refusals(
        "concurrency",
        ("person_busy", "this person is on a call already", "end that call first"),
        ("number_busy", "this number is on a call from this facility already",
         "try again when that call has ended"),
        ("person_velocity", "this person has placed as many calls as allowed in so short a time",
         "wait"),
        ("account_busy", "the account has as many calls as it may",
         "try again when one has ended"),
    ),
    *_refusals(
        "duration",
        ("no_time_left", "the schedule closes before a call could begin",
         "try again when the schedule opens"),
    ),
)  # fmt: skip

_BY_CODE: Final = {rule.code: rule for rule in RULES}
CODES: Final = tuple(_BY_CODE)


def rule_of(code: str) -> ReasonRule:
    """Return a row of the table.

    Raises
    ------
    InputError
        There is no such code.

    Source
    ------
    own.
    """
    found = _BY_CODE.get(code)
    if found is None:
        raise InputError(
            f"code must be one of the table of reasons, not {code!r}" + did_you_mean(code, CODES)
        )
    return found


def reason(code: str, *, detail: str = "") -> Reason:
    """Return a reason of the table, with what is particular to one call.

    Raises
    ------
    InputError
        There is no such code.

    Source
    ------
    own.
    """
    rule = rule_of(code)
    return Reason(rule.code, rule.text, rule.remedy, rule.severity, detail)


def in_order(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Return reasons in the order of the table; those of one code as they were found."""
    return tuple(sorted(reasons, key=lambda each: CODES.index(each.code)))


def table() -> str:
    """Return the table of reasons as Markdown, as docs/calls.md has it.

    Source
    ------
    own; docs/calls.md.
    """
    lines = ["| stage | code | what is so | what would change it |", "|---|---|---|---|"]
    for rule in RULES:
        text = rule.text if rule.severity == "refusal" else f"{rule.text} (refuses nothing)"
        lines.append(f"| {rule.stage} | `{rule.code}` | {text} | {rule.remedy} |")
    return "\n".join(lines)
