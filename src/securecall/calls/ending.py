"""Why a call ended: one closed list, whatever switch said so.

A switch's own word is kept beside ours in the record and never replaces it: a cause that is spelt
wrong turns into NORMAL_CLEARING on its way through a switch, and one disposition of Asterisk
stands for three things. What ended by our own decision is named by us. `cause.py` has the maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from securecall.errors import InputError, did_you_mean

__all__ = ["CLOSING", "ENDINGS", "FRAUD", "Ending", "checked_ending", "ending_of_ledger", "table"]


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which a call ends.

    Attributes
    ----------
    code : str
    phase : {"denied", "before", "talking", "any"}
        Whether the gate let it through, whether it was accepted, or either.
    by : {"gate", "caller", "called", "network", "ledger", "policy", "staff", "host"}
        Who ended it.
    text : str
        A clause for people.
    dropped : bool
        Whether it was nobody's wish: what a customer may ask money back for.

    Source
    ------
    own; docs/calls.md.
    """

    code: str
    phase: str
    by: str
    text: str
    dropped: bool = False


_ROWS: Final = (
    Ending("completed_caller_hangup", "talking", "caller", "the caller hung up"),
    Ending("completed_callee_hangup", "talking", "called", "the called party hung up"),
    Ending("completed", "talking", "network", "one side hung up; the switch did not say which"),
    Ending("time_limit", "talking", "ledger", "the longest time that a call may last was over"),
    Ending("schedule_end", "any", "ledger", "the hours for calls were over"),
    Ending("balance_exhausted", "talking", "ledger", "the money was used up"),
    Ending("credit_exhausted", "talking", "ledger", "the credit limit was used up"),
    Ending("account_closed", "any", "ledger", "the account was released or transferred"),
    Ending("three_way_detected", "talking", "policy", "a third party was joined to the call"),
    Ending("forwarding_detected", "talking", "policy", "the call was forwarded"),
    Ending("keypad_fraud", "talking", "policy", "digits were keyed that may not be"),
    Ending("line_switch_detected", "talking", "policy", "another line took the call over"),
    Ending("call_waiting_detected", "talking", "policy", "another call was answered in between"),
    Ending("noise_fraud", "talking", "policy", "the sound of the line changed as it may not"),
    Ending("fraud_detected", "talking", "policy", "something else was heard that may not be"),
    Ending("review_confirmed", "talking", "staff", "a review found that the call must end"),
    Ending("staff_terminated", "any", "staff", "staff ended the call"),
    Ending("lockdown", "any", "staff", "a lockdown ended the call"),
    Ending("maintenance", "any", "staff", "maintenance ended the call"),
    Ending("kill_switch", "any", "staff", "staff ended all calls"),
    Ending("media_timeout", "talking", "network", "no more sound came", dropped=True),
    Ending("network_failure", "any", "network", "the network failed", dropped=True),
    Ending("host_failure", "talking", "host", "the machine that held the call failed",
           dropped=True),
    Ending("abandoned", "before", "caller", "the caller hung up before the call was accepted"),
    Ending("refused", "before", "called", "the called party refused the call"),
    Ending("not_accepted", "before", "called", "the called party pressed nothing"),
    Ending("no_answer", "before", "network", "nobody answered"),
    Ending("busy", "before", "network", "the line was busy"),
    Ending("invalid_number", "before", "network", "there is no such number"),
    Ending("blocked_called_party", "any", "called",
           "the called party has asked not to be called"),
    Ending("facility_closed", "denied", "gate", "the facility lets no calls out now"),
    Ending("congested", "denied", "gate", "every line is in use"),
    Ending("not_offered", "denied", "gate", "this kind of call is not offered"),
    Ending("schedule_denied", "denied", "gate", "calls are not allowed at this hour"),
    Ending("station_off", "denied", "gate", "the terminal cannot be used"),
    Ending("person_denied", "denied", "gate", "the person may not call now"),
    Ending("pin_invalid", "denied", "gate", "the PIN or the voice was wrong"),
    Ending("pin_suspended", "denied", "gate", "the PIN is locked"),
    Ending("unverified", "denied", "gate", "something that must be asked gave no answer"),
    Ending("number_denied", "denied", "gate", "this kind of number is not called from here"),
    Ending("blocked_facility", "denied", "gate", "the facility has blocked the number"),
    Ending("not_on_allowed_list", "denied", "gate", "the number is not on the approved list"),
    Ending("unbillable", "any", "gate", "nobody can be billed for the call"),
    Ending("insufficient_funds", "any", "ledger", "the money does not pay the first increment"),
    Ending("credit_limit", "any", "ledger", "the credit does not pay the first increment"),
    Ending("spending_limit", "any", "ledger", "the spending limit is reached"),
    Ending("call_exists", "any", "host", "the switch used the id of another call"),
    Ending("velocity_denied", "denied", "gate", "too many calls at once or in a time"),
    Ending("unknown", "any", "host", "nobody said why"),
)  # fmt: skip

ENDINGS: Final[Mapping[str, Ending]] = MappingProxyType({row.code: row for row in _ROWS})
"""Every way in which a call ends, by its code. Source: own; docs/calls.md."""

CLOSING: Final = ("schedule", "terminal", "maintenance")
"""Where a limit comes from that is an hour of the clock. Source: own; docs/calls.md."""

FRAUD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "three_way": "three_way_detected",
        "call_forwarding": "forwarding_detected",
        "keypad": "keypad_fraud",
        "dtmf": "keypad_fraud",
        "mf": "keypad_fraud",
        "line_switch": "line_switch_detected",
        "call_waiting": "call_waiting_detected",
        "noise_anomaly": "noise_fraud",
    }
)
"""Kind of an event -> how a call ends that is cut for it; others are ``fraud_detected``.

Source: own; docs/calls.md.
"""


#: What the ledger calls the end of a call, where it is the ledger that ended it.
_OF_LEDGER: Final = {
    "released": "account_closed", "transferred": "account_closed", "recovered": "host_failure",
}  # fmt: skip


def ending_of_ledger(reason: str, *, bill_type: str, closes: bool) -> str:
    """Return why a call ended, from the word that the ledger has for it.

    Parameters
    ----------
    reason : str
        ``balance``, ``limit``, ``released``, ..., or the code that a host gave.
    bill_type : str
        Direct bill has no balance but credit.
    closes : bool
        Whether its longest time was cut by an hour of the clock.

    Source
    ------
    own; docs/calls.md.
    """
    if reason == "limit":
        return "schedule_end" if closes else "time_limit"
    if reason == "balance":
        return "credit_exhausted" if bill_type == "direct_bill" else "balance_exhausted"
    return _OF_LEDGER.get(reason) or (reason if reason in ENDINGS else "unknown")


def checked_ending(code: object, name: str = "reason") -> str:
    """Return a code of `ENDINGS`.

    Parameters
    ----------
    code : object
    name : str
        How an error calls it.

    Raises
    ------
    InputError
        It is none; the nearest one is named.

    Source
    ------
    own.

    Examples
    --------
    >>> checked_ending("lock_down")
    Traceback (most recent call last):
    securecall.InputError: reason must be a code of docs/calls.md, not 'lock_down'; did you mean \
'lockdown'?
    """
    if not isinstance(code, str) or code not in ENDINGS:
        hint = did_you_mean(code, ENDINGS)
        raise InputError(f"{name} must be a code of docs/calls.md, not {code!r}{hint}")
    return code


def table() -> str:
    """Return the list as a table of Markdown.

    Source
    ------
    own; docs/calls.md.
    """
    lines = ["| code | phase | ended by | what happened |", "|---|---|---|---|"]
    for row in _ROWS:
        text = f"{row.text} (a dropped call)" if row.dropped else row.text
        lines.append(f"| `{row.code}` | {row.phase} | {row.by} | {text} |")
    return "\n".join(lines)
