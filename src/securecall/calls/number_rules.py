"""Which rule wins when several speak about one number: the table of precedence.

A refusal stands unless something that allows the number beats it. `PRECEDENCE` says, refusal by
refusal in the order in which they are told, what beats it; everything else follows from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from securecall.calls.dialled import dialled

__all__ = ["PRECEDENCE", "PRIVILEGES", "NumberFacts", "Precedence", "refused_by", "table"]

#: Who may be talked to without anybody listening.
PRIVILEGES: Final = ("attorney", "clergy", "consulate", "ombudsman", "physician")


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number at an instant, for one person.

    Attributes
    ----------
    number : str
        As it was dialled.
    customer, facility : bool
        Whether exactly this number is blocked, at the called party's request or by the facility.
    prefix : str
        The longest blocked prefix of it; empty if there is none.
    approved : bool
        Whether it is on this person's list.
    list_required : bool
        Whether the facility lets only numbers of the list through.
    privileged : str
        One of `PRIVILEGES`, or empty.
    relay : bool
        Whether it is a relay service of the facility, called for a relay call.
    hot : str
        Why it is watched; empty if it is not.

    Source
    ------
    own; docs/calls.md.
    """

    number: str
    customer: bool = False
    facility: bool = False
    prefix: str = ""
    approved: bool = False
    list_required: bool = False
    privileged: str = ""
    relay: bool = False
    hot: str = ""


@dataclass(frozen=True, slots=True)
class Precedence:
    """One row of the table.

    Attributes
    ----------
    code : str
        The refusal.
    when : str
        What must be so.
    beaten_by : tuple of str
        What lets the call through all the same: ``privileged``, ``approved``, ``relay``.
    why : str

    Source
    ------
    own; docs/calls.md.
    """

    code: str
    when: str
    beaten_by: tuple[str, ...]
    why: str


PRECEDENCE: Final = (
    Precedence("number_invalid", "it is no E.164 number", (),
               "there is nobody to call"),
    Precedence("number_service_code", "N11, 988, operator, dial-around, star codes, 555-1212", (),
               "a star code forwards calls, an operator places them: nobody could check whose"),
    Precedence("number_premium", "900, exchange 976, +979", (),
               "the price is the called party's to set, so that no ceiling holds"),
    Precedence("number_toll_free", "800, 833, 844, ..., +800", ("privileged", "relay"),
               "where it leads cannot be told; a hotline of an ombudsman is listed one by one"),
    Precedence("number_blocked_customer", "the called party asked for it", (),
               "whoever does not want to be called is not called, by anybody"),
    Precedence("number_blocked_facility", "the facility blocked exactly this number", (),
               "somebody decided about this one number: a court's order, say"),
    Precedence("number_blocked_prefix", "the facility blocked numbers that begin so",
               ("approved", "privileged"),
               "a decision about one number is more particular than one about many"),
    Precedence("number_not_approved", "only listed numbers may be called, and it is not listed",
               ("approved", "privileged", "relay"),
               "counsel need not be on a list, and a relay service is a way, not a person"),
)  # fmt: skip


def refused_by(facts: NumberFacts) -> tuple[str, ...]:
    """Return the refusals that stand, in the order of the table; none if it may be called.

    Where the number cannot be called at all, the lists are not asked.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> refused_by(NumberFacts("+17135550123", prefix="+1713"))
    ('number_blocked_prefix',)
    >>> refused_by(NumberFacts("+17135550123", prefix="+1713", privileged="attorney"))
    ()
    """
    kind = dialled(facts.number)
    holds = {
        "number_invalid": kind == "invalid",
        "number_service_code": kind == "service",
        "number_premium": kind == "premium",
        "number_toll_free": kind == "toll_free",
        "number_blocked_customer": facts.customer,
        "number_blocked_facility": facts.facility,
        "number_blocked_prefix": bool(facts.prefix),
        "number_not_approved": facts.list_required,
    }
    if kind in ("invalid", "service"):
        return tuple(row.code for row in PRECEDENCE[:2] if holds[row.code])
    allows = {
        "privileged": bool(facts.privileged),
        "approved": facts.approved,
        "relay": facts.relay,
    }
    return tuple(
        row.code
        for row in PRECEDENCE
        if holds[row.code] and not any(allows[name] for name in row.beaten_by)
    )


def table() -> str:
    """Return the table of precedence as Markdown, as docs/calls.md has it.

    Source
    ------
    own; docs/calls.md.
    """
    lines = ["| refusal | when | beaten by | why |", "|---|---|---|---|"]
    for row in PRECEDENCE:
        beaten = ", ".join(row.beaten_by) or "nothing"
        lines.append(f"| `{row.code}` | {row.when} | {beaten} | {row.why} |")
    return "\n".join(lines)
