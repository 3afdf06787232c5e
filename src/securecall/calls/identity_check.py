"""The third stage of the admission check: whether the person may call, and is that person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securecall.calls.reasons import Reason, reason
from securecall.errors import StoreError
from securecall.ledger.instant import instant

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.directory import Directory
    from securecall.calls.facility import Facility
    from securecall.calls.identity import Identity
    from securecall.calls.people import PersonState

__all__ = ["IdentityAnswer", "identified"]


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """What is known of the one who calls.

    Attributes
    ----------
    reasons : tuple of Reason
    proved : {"none", "pin", "voice", "pin+voice"}
    max_call_ms : int or None
        The longest that this person's calls may last.
    """

    reasons: tuple[Reason, ...]
    proved: str
    max_call_ms: int | None


def identified(
    facility: Facility,
    directory: Directory,
    identity: Identity | None,
    attempt: CallAttempt,
    at_ms: int,
) -> IdentityAnswer:
    """Say who calls, and count a wrong PIN.

    Of somebody whom the directory does not know no PIN is looked at, and no voice is heard of
    somebody who is suspended or whose PIN was wrong.
    """
    found: list[Reason] = []
    proved: list[str] = []
    max_call_ms = None
    try:
        person = directory.person(attempt.person, at_ms)
        max_call_ms = person.max_call_ms
        found += _standing(facility, person)
        if not any(each.code == "person_unknown" for each in found):
            if "pin" in facility.identity:
                assert identity is not None, "the gate was made with PINs"
                found += _pin(identity, attempt, at_ms, proved)
            if "voice" in facility.identity and not found:
                assert identity is not None, "the gate was made with voices"
                found += _voice(identity, attempt, at_ms, proved)
    except StoreError as error:
        found.append(reason("identity_silent", detail=type(error).__name__))
    return IdentityAnswer(tuple(found), "+".join(proved) or "none", max_call_ms)


def _standing(facility: Facility, person: PersonState) -> list[Reason]:
    if facility.enrolled and not person.enrolled:
        return [reason("person_unknown")]
    if person.suspended:
        until_ms = person.suspended_until_ms
        until = "until staff lift it" if until_ms is None else f"until {_text(until_ms)}"
        return [reason("person_suspended", detail=until)]
    return []


def _pin(identity: Identity, attempt: CallAttempt, at_ms: int, proved: list[str]) -> list[Reason]:
    answer = identity.verify(attempt.person, attempt.pin, attempt.terminal, at_ms=at_ms)
    if answer.code == "ok":
        proved.append("pin")
        return []
    detail = ""
    if answer.until_ms is not None:
        detail = f"locked until {_text(answer.until_ms)}"
    elif answer.code == "pin_invalid":
        detail = f"{answer.left} left"
    return [reason(answer.code, detail=detail)]


def _voice(identity: Identity, attempt: CallAttempt, at_ms: int, proved: list[str]) -> list[Reason]:
    if attempt.voice is None:
        return [reason("voice_missing")]
    assert identity.voice is not None, "the gate was made with voices"
    try:
        answer = identity.voice.verify(attempt.person, attempt.voice, at_ms=at_ms)
    except StoreError:
        raise
    except Exception as error:  # the sample may be anything, and so may what reads it
        return [reason("voice_not_verified", detail=f"the verifier raised {type(error).__name__}")]
    if answer.verified is None:
        return [reason("voice_not_verified", detail=answer.why)]
    if not answer.verified:
        return [reason("voice_mismatch")]
    proved.append("voice")
    return []


def _text(at_ms: int) -> str:
    return instant(at_ms).isoformat()
