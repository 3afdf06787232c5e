"""What switches say when a call ends, as codes of our list: Q.850, SIP, FreeSWITCH, Asterisk.

What a cause means depends on how far the call was: "no answer" of a call that was talking is a
network that failed. What nobody knows is ``unknown``, never an error: a call must be able to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from securecall.calls.ending import ENDINGS

__all__ = ["ASTERISK", "FREESWITCH", "Q850", "SIP", "code_of", "ending_of", "table"]


def _map(*rows: tuple[str, Iterable[int]]) -> Mapping[int, str]:
    return MappingProxyType({number: code for code, numbers in rows for number in numbers})


Q850: Final[Mapping[int, str]] = _map(
    ("invalid_number", (1, 4, 5, 22, 28)),
    ("completed", (16, 26)),
    ("busy", (17,)),
    ("no_answer", (18, 19, 20)),
    ("refused", (21,)),
    ("network_failure", (2, 3, 6, 7, 8, 9, 23, 25, 27, 29, 30, 31, 34, 38, 39, 40, 41, 42, 43, 44,
                         46, 47, 49, 50, 53, 55, 57, 58, 62, 63, 65, 66, 69, 70, 79, 81, 82, 83, 84,
                         85, 86, 87, 88, 90, 91, 95, 96, 97, 98, 99, 100, 101, 102, 103, 110, 111,
                         127)),
)  # fmt: skip
"""Cause values. Source: ITU-T Q.850 (2018), table 1; the reading of each is ours."""

SIP: Final[Mapping[int, str]] = _map(
    ("completed", (200, 202)),
    ("invalid_number", (404, 410, 416, 484, 485, 604)),
    ("no_answer", (408, 480)),
    ("busy", (486, 600)),
    ("abandoned", (487,)),
    ("refused", (401, 403, 407, 433, 603, 607, 608)),
)
"""Final responses that have a meaning of their own; any other from 300 on is the network's.

Source: RFC 3398 (2002), clause 8.2.6.1; RFC 8197 (607), RFC 8688 (608).
"""

_SWITCH: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "SUCCESS": (142, "completed"),
        "ORIGINATOR_CANCEL": (487, "abandoned"),
        "CRASH": (700, "host_failure"),
        "SYSTEM_SHUTDOWN": (701, "host_failure"),
        "LOSE_RACE": (702, "network_failure"),
        "MANAGER_REQUEST": (703, "staff_terminated"),
        "BLIND_TRANSFER": (800, "forwarding_detected"),
        "ATTENDED_TRANSFER": (801, "forwarding_detected"),
        "ALLOTTED_TIMEOUT": (802, "time_limit"),
        "USER_CHALLENGE": (803, "refused"),
        "MEDIA_TIMEOUT": (804, "media_timeout"),
        "PICKED_OFF": (805, "network_failure"),
        "USER_NOT_REGISTERED": (806, "no_answer"),
        "PROGRESS_TIMEOUT": (807, "no_answer"),
        "INVALID_GATEWAY": (808, "network_failure"),
        "GATEWAY_DOWN": (809, "network_failure"),
        "INVALID_URL": (810, "network_failure"),
        "INVALID_PROFILE": (811, "network_failure"),
        "NO_PICKUP": (812, "no_answer"),
        "SRTP_READ_ERROR": (813, "media_timeout"),
        "BOWOUT": (814, "network_failure"),
        "BUSY_EVERYWHERE": (815, "busy"),
        "DECLINE": (816, "refused"),
        "DOES_NOT_EXIST_ANYWHERE": (817, "invalid_number"),
        "NOT_ACCEPTABLE": (818, "network_failure"),
        "UNWANTED": (819, "refused"),
        "NO_IDENTITY": (820, "network_failure"),
        "BAD_IDENTITY_INFO": (821, "network_failure"),
        "UNSUPPORTED_CERTIFICATE": (822, "network_failure"),
        "INVALID_IDENTITY": (823, "network_failure"),
        "STALE_DATE": (824, "network_failure"),
        "REJECT_ALL": (825, "refused"),
    }
)

#: Names that FreeSWITCH has for causes of Q.850.
_Q850_NAMES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "UNALLOCATED_NUMBER": 1, "NO_ROUTE_TRANSIT_NET": 2, "NO_ROUTE_DESTINATION": 3,
        "CHANNEL_UNACCEPTABLE": 6, "CALL_AWARDED_DELIVERED": 7, "NORMAL_CLEARING": 16,
        "USER_BUSY": 17, "NO_USER_RESPONSE": 18, "NO_ANSWER": 19, "SUBSCRIBER_ABSENT": 20,
        "CALL_REJECTED": 21, "NUMBER_CHANGED": 22, "REDIRECTION_TO_NEW_DESTINATION": 23,
        "EXCHANGE_ROUTING_ERROR": 25, "DESTINATION_OUT_OF_ORDER": 27, "INVALID_NUMBER_FORMAT": 28,
        "FACILITY_REJECTED": 29, "RESPONSE_TO_STATUS_ENQUIRY": 30, "NORMAL_UNSPECIFIED": 31,
        "NORMAL_CIRCUIT_CONGESTION": 34, "NETWORK_OUT_OF_ORDER": 38, "NORMAL_TEMPORARY_FAILURE": 41,
        "SWITCH_CONGESTION": 42, "ACCESS_INFO_DISCARDED": 43, "REQUESTED_CHAN_UNAVAIL": 44,
        "PRE_EMPTED": 45, "FACILITY_NOT_SUBSCRIBED": 50, "OUTGOING_CALL_BARRED": 52,
        "INCOMING_CALL_BARRED": 54, "BEARERCAPABILITY_NOTAUTH": 57,
        "BEARERCAPABILITY_NOTAVAIL": 58, "SERVICE_UNAVAILABLE": 63,
        "BEARERCAPABILITY_NOTIMPL": 65, "CHAN_NOT_IMPLEMENTED": 66, "FACILITY_NOT_IMPLEMENTED": 69,
        "SERVICE_NOT_IMPLEMENTED": 79, "INVALID_CALL_REFERENCE": 81,
        "INCOMPATIBLE_DESTINATION": 88, "INVALID_MSG_UNSPECIFIED": 95, "MANDATORY_IE_MISSING": 96,
        "MESSAGE_TYPE_NONEXIST": 97, "WRONG_MESSAGE": 98, "IE_NONEXIST": 99,
        "INVALID_IE_CONTENTS": 100, "WRONG_CALL_STATE": 101, "RECOVERY_ON_TIMER_EXPIRE": 102,
        "MANDATORY_IE_LENGTH_ERROR": 103, "PROTOCOL_ERROR": 111, "INTERWORKING": 127,
    }
)  # fmt: skip

#: What FreeSWITCH has beside Q.850: causes that the standard leaves out, and barred calls.
_BARRED: Final = {45: "network_failure", 52: "refused", 54: "refused"}

FREESWITCH: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: Q850.get(number) or _BARRED[number] for name, number in _Q850_NAMES.items()},
        **{name: code for name, (_, code) in _SWITCH.items()},
    }
)
"""Hangup causes by name. Source: FreeSWITCH 1.10, ``switch_types.h``, ``switch_call_cause_t``."""

_FREESWITCH_NUMBERS: Final = {**_BARRED, **dict(_SWITCH.values())}

ASTERISK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ANSWERED": "completed", "ANSWER": "completed", "NO ANSWER": "no_answer",
        "NOANSWER": "no_answer", "BUSY": "busy", "FAILED": "network_failure",
        "CONGESTION": "network_failure", "CHANUNAVAIL": "network_failure", "CANCEL": "abandoned",
        "DONTCALL": "refused", "TORTURE": "refused", "INVALIDARGS": "invalid_number",
    }
)  # fmt: skip
"""Dispositions of call records, and DIALSTATUS.

``FAILED`` is both a congestion and a number that cannot be reached: measured with Asterisk 22.10.

Source: Asterisk 22, functions CDR and Dial; own measurement.
"""

#: What may end a call that is talking: anything else that the network says means it failed.
_WHILE_TALKING: Final = frozenset(
    {
        "completed", "media_timeout", "network_failure", "host_failure", "staff_terminated",
        "time_limit", "forwarding_detected",
    }
)  # fmt: skip


def code_of(cause: object) -> str | None:
    """Return what a switch's cause means by itself; None: it says nothing, or nothing known.

    Parameters
    ----------
    cause : int, str or None
        A Q.850 value, a number of FreeSWITCH's or a status of SIP; ``q850:16`` and ``sip:486`` for
        numbers that say whose they are; a name of FreeSWITCH's; a disposition of Asterisk's; one of
        our codes.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> code_of(17), code_of("sip:486"), code_of("USER_BUSY"), code_of("BUSY"), code_of("zzz")
    ('busy', 'busy', 'busy', 'busy', None)
    """
    if isinstance(cause, bool) or cause is None:
        return None
    if isinstance(cause, int):
        own = Q850.get(cause) or _FREESWITCH_NUMBERS.get(cause)
        # Of 200 to 699 those lists have 487 alone, which means the same: they are SIP's.
        return own or (code_of(f"sip:{cause}") if 200 <= cause < 700 else None)
    text = str(cause).strip()
    kind, _, number = text.lower().partition(":")
    digits = number.strip()
    if kind == "sip" and digits.isascii() and digits.isdigit():
        status = int(digits[:4])
        return SIP.get(status) or ("network_failure" if 300 <= status < 700 else None)
    if kind == "q850" and digits.isascii() and digits.isdigit():
        return Q850.get(int(digits[:4]))
    if text.isascii() and text.isdigit():
        return code_of(int(text[:4]))
    if text in ENDINGS:
        return text
    word = text.upper()
    return FREESWITCH.get(word) or ASTERISK.get(word)


def ending_of(cause: object, *, by: str, talking: bool, answered: bool = True) -> str:
    """Return why a call ended that a switch reports over.

    Parameters
    ----------
    cause : int, str or None
        As `code_of` takes it.
    by : {"caller", "called", "network"}
        Who ended it.
    talking : bool
        Whether it had been accepted.
    answered : bool
        Whether somebody had answered.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> ending_of(16, by="called", talking=True), ending_of(None, by="network", talking=True)
    ('completed_callee_hangup', 'network_failure')
    >>> ending_of(19, by="network", talking=False), ending_of(16, by="caller", talking=False)
    ('no_answer', 'abandoned')
    """
    code = code_of(cause)
    if talking:
        if code is not None and code not in _WHILE_TALKING and ENDINGS[code].phase == "before":
            code = "network_failure" if by == "network" else "completed"
        if code in (None, "completed"):
            own = {"caller": "completed_caller_hangup", "called": "completed_callee_hangup"}
            nobody = "completed" if code else "network_failure" if cause is None else "unknown"
            return own.get(by, nobody)
        return str(code)
    if code in (None, "completed", "time_limit"):
        if by == "caller":
            return "abandoned"
        if by == "called":
            return "refused"
        if code == "completed" and answered:
            return "not_accepted"
        return "network_failure" if cause is None else "unknown" if code is None else "no_answer"
    return "network_failure" if code == "media_timeout" else str(code)


def table() -> str:
    """Return the maps as a table of Markdown, a row a code that a switch can say.

    Source
    ------
    own; docs/calls.md.
    """
    lines = ["| code | Q.850 | SIP | FreeSWITCH | Asterisk |", "|---|---|---|---|---|"]
    for code in ENDINGS:
        q850 = [str(each) for each, found in Q850.items() if found == code]
        sip = [str(each) for each, found in SIP.items() if found == code]
        switch = [f"{name} {number}" for name, (number, found) in _SWITCH.items() if found == code]
        asterisk = [name for name, found in ASTERISK.items() if found == code]
        if q850 or sip or switch or asterisk:
            cells = (", ".join(each) for each in (q850, sip, switch, asterisk))
            lines.append(f"| `{code}` | {' | '.join(cells)} |")
    return "\n".join(lines)
