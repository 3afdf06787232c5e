"""The words that questions and rules files may use, and one way to refuse the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from securecall.errors import InputError, InputTypeError, did_you_mean

__all__ = [
    "BILL_GROUPS",
    "BILL_GROUP_OF",
    "BILL_TYPES",
    "CHANNELS",
    "CONFIDENCES",
    "FACILITY_KINDS",
    "FEE_KINDS",
    "JURISDICTIONS",
    "LEGAL_NATURES",
    "MEDIA",
    "RELAYS",
    "STATES",
    "jurisdiction_of",
    "one_of",
]

MEDIA: Final = ("audio", "video")
FACILITY_KINDS: Final = ("prison", "jail")

#: What a rule can be about. ``mixed`` is a question, not a rule: it asks for both domestic ones.
JURISDICTIONS: Final = ("intrastate", "interstate", "international")

#: Bill types by the group that the 2013 caps tell apart.
BILL_GROUP_OF: Final = {
    "prepaid": "prepaid_debit",
    "inmate_debit": "prepaid_debit",
    "prepaid_collect": "prepaid_debit",
    "collect": "collect",
    "direct_bill": "collect",
}
BILL_TYPES: Final = tuple(BILL_GROUP_OF)
BILL_GROUPS: Final = ("prepaid_debit", "collect")

RELAYS: Final = ("none", "trs", "vrs", "tty", "asl", "cts")
CHANNELS: Final = ("automated", "live_agent")
FEE_KINDS: Final = (
    "automated_payment",
    "live_agent",
    "paper_bill",
    "third_party_transfer",
    "single_call",
    "other",
)
LEGAL_NATURES: Final = (
    "regulator_cap",
    "statute_free",
    "statute_contract_cap",
    "agency_policy",
    "agency_contract_rate",
    "statute_cost_share",
    "exempt",
)
#: From best to worst; an answer made of several rows has the worst of theirs.
CONFIDENCES: Final = ("high", "medium", "low")

#: States, the District of Columbia and the territories that have an area code.
STATES: Final = frozenset(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM"
    " NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP".split()
)


def one_of(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return a word that is among the allowed ones, or raise.

    Parameters
    ----------
    name : str
        How the error calls the argument.
    value : object
        The word.
    allowed : iterable of str
        What it may be.

    Raises
    ------
    InputTypeError
        ``value`` is not text.
    InputError
        ``value`` is not allowed; the text names the argument, what is allowed and the nearest.

    Source
    ------
    own.

    Examples
    --------
    >>> one_of("medium", "vidoe", MEDIA)
    Traceback (most recent call last):
    securecall.InputError: medium must be one of audio, video, not 'vidoe'; did you mean 'video'?
    """
    words = tuple(allowed)
    if isinstance(value, str):
        if value in words:
            return value
        raise InputError(
            f"{name} must be one of {', '.join(words)}, not {value!r}" + did_you_mean(value, words)
        )
    raise InputTypeError(f"{name} must be text, not {type(value).__name__}")


def jurisdiction_of(value: object) -> str:
    """Return a jurisdiction that can be asked about: one of three, or ``mixed``.

    Raises
    ------
    InputError
        Another word; ``local`` is refused with its reason.
    InputTypeError
        Not text.

    Source
    ------
    own; ceilings follow the jurisdiction, from the states of facility and number.

    Examples
    --------
    >>> jurisdiction_of("mixed")
    'mixed'
    """
    if value == "local":
        raise InputError(
            "jurisdiction must not be 'local': local is a rate class, not a jurisdiction;"
            " ask for intrastate or interstate"
        )
    return one_of("jurisdiction", value, (*JURISDICTIONS, "mixed"))
