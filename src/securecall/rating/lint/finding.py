"""What lint says: findings, the calls they concern, and the calls and deposits that show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from securecall.notebook import Shown
from securecall.rating.call import Call
from securecall.rating.contract import Where
from securecall.rating.words import BILL_TYPES, CLASSES, MEDIA

__all__ = [
    "CODES",
    "SEVERITIES",
    "Cell",
    "Finding",
    "Kinds",
    "Payment",
    "in_order",
    "kinds_of",
    "several",
]

SEVERITIES: Final = ("error", "warning", "note")

#: Every code, with what it means. `docs/lint.md` has an example of each.
CODES: Final = {
    "hole": "at some times no rate is in force, though one is before and after",
    "out_of_term": "no rate is in force before the first begins or after the last ends",
    "overflow": "a call costs more than can be counted",
    "ceiling_broken": "a price of a minute is above the ceiling",
    "connect_fee_barred": "a connect fee where charges for the call itself are barred",
    "fee_forbidden": "a fee that the rules of the date forbid",
    "fee_capped": "a fee above what the rules of the date allow",
    "connect_fee_capped": "a connect fee that lifts short calls above the ceiling",
    "min_total_capped": "a minimum that lifts short calls above the ceiling",
    "increment_capped": "an increment longer than the call, held to the ceiling of its actual time",
    "unreachable_rate": "a rate or deck that no call can get",
    "overlap": "rates of one destination and priority in force at once",
    "unused_contract": "a contract that no facility names",
    "ambiguous_local_time": "a local time that clocks show twice",
    "skipped_local_time": "a local time that clocks skip",
    "unserved": "calls that no rate is for",
    "unreachable_prefix": "prefixes of a deck that no call can get",
    "ceiling_rounded": "a price at the ceiling that rounding would lift above it",
    "unknown_adp": "a jail without adp, held to the lowest ceiling of all tiers",
    "fee_pass_through": "a fee that must be another's, without markup",
    "unused_fee": "a fee that no payment meets",
    "unused_tax": "a tax that no call meets",
}

#: A facility, a class or jurisdiction, a medium and a bill type.
Cell = tuple[str, str, str, str]

_DESTINATIONS: Final = (*CLASSES, "mixed")
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of calls: every facility with every destination, medium and bill type listed here.

    Attributes
    ----------
    facilities : tuple of str
        Ids.
    destinations : tuple of str
        Rate classes (``local``, ``intrastate``, ``interstate``, ``international``) where a finding
        is about which rate applies; jurisdictions, with ``mixed`` for numbers of no place, where
        it is about a ceiling.
    media, bill_types : tuple of str

    Source
    ------
    own.
    """

    facilities: tuple[str, ...]
    destinations: tuple[str, ...]
    media: tuple[str, ...]
    bill_types: tuple[str, ...]

    def __str__(self) -> str:
        """Return them in words: ``interstate audio calls (collect) from tx-harris``."""
        classes = listed(self.destinations)
        media = "" if len(self.media) == len(MEDIA) else f"{self.media[0]} "
        bills = ""
        if len(self.bill_types) < len(BILL_TYPES):
            bills = f" ({', '.join(self.bill_types)})"
        return f"{classes} {media}calls{bills} from {several(self.facilities)}"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that shows what is wrong with a fee: quote it.

    Attributes
    ----------
    facility : str
    amount : Decimal
        Dollars; of a call that is paid by itself, not looked at.
    method, channel : str
    at : datetime
        Aware, UTC.
    call : Call or None
        The call that is paid by itself, for a fee of kind ``single_call``.

    Source
    ------
    own.
    """

    facility: str
    amount: Decimal
    method: str
    channel: str
    at: datetime
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Finding(Shown):
    """One thing that is wrong with a tariff, or worth knowing, before it bills anyone.

    Attributes
    ----------
    code : str
        What it is; `CODES` lists all.
    severity : {"error", "warning", "note"}
        An error is a call that would be refused or a charge that the rules do not allow; a warning
        is probably not what was meant; a note is worth knowing.
    message : str
        In plain words, with figures, and with the rule's citation where regulation speaks.
    where : Where
        Prints as ``file:line: key``.
    witness : Call or Payment or None
        Rate it, and it shows the finding. None only where no call can: an unused contract.
    kinds : Kinds or None
        The calls that it is about, where it is about some kinds of calls.
    prefixes : int
        How many prefixes of a deck are concerned; 0 where it is not about a deck's prefixes.
    reading : datetime or None
        The local time, without zone, that clocks skip or show twice.

    Source
    ------
    own.
    """

    code: str
    severity: str
    message: str
    where: Where
    witness: Call | Payment | None = None
    kinds: Kinds | None = None
    prefixes: int = 0
    reading: datetime | None = None

    def __str__(self) -> str:
        """Return ``file:line: key: severity: message [code]``."""
        return f"{self.where}: {self.severity}: {self.message} [{self.code}]"


def listed(words: tuple[str, ...]) -> str:
    """Return words as ``one, two and three``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def several(names: Sequence[str]) -> str:
    """Return at most three names, and how many more there are."""
    if len(names) <= NAMED:
        return listed(tuple(names))
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity, then by line; the order is the same every time."""

    def key(finding: Finding) -> tuple[int, int, str, int, str]:
        where = finding.where
        severity = SEVERITIES.index(finding.severity)
        code = list(CODES).index(finding.code)
        return severity, where.line or 0, where.key, code, finding.message

    return sorted(findings, key=key)


def kinds_of(cells: Iterable[Cell]) -> list[Kinds]:
    """Return cells as few boxes, each every combination of what it lists."""
    boxes: dict[tuple[frozenset[str], ...], None] = {
        tuple(frozenset((word,)) for word in cell): None for cell in cells
    }
    # Merging one coordinate at a time keeps every box exact.
    for place in (3, 2, 0, 1):
        merged: dict[tuple[frozenset[str], ...], frozenset[str]] = {}
        for box in boxes:
            rest = (*box[:place], *box[place + 1 :])
            merged[rest] = merged.get(rest, frozenset()) | box[place]
        boxes = {(*rest[:place], words, *rest[place:]): None for rest, words in merged.items()}
    kinds = [
        Kinds(
            tuple(sorted(facilities)),
            _sorted(destinations, _DESTINATIONS),
            _sorted(media, MEDIA),
            _sorted(bills, BILL_TYPES),
        )
        for facilities, destinations, media, bills in boxes
    ]
    return sorted(kinds, key=lambda k: (k.facilities, k.destinations, k.media, k.bill_types))


def _sorted(words: Iterable[str], order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(words, key=order.index))
