"""Every ruling of one facility, worked out once: what the rater compiles its ceilings from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Final

from securecall.errors import InputError
from securecall.regulation.callkind import CallKind
from securecall.regulation.desk import Desk
from securecall.regulation.ruling import Ruling
from securecall.regulation.words import (
    BILL_GROUP_OF,
    BILL_GROUPS,
    JURISDICTIONS,
    MEDIA,
    RELAYS,
    jurisdiction_of,
    one_of,
)

__all__ = ["RulingTable", "tabulate"]

_ASKED: Final = (*JURISDICTIONS, "mixed")
_CELLS: Final = tuple(
    CallKind(medium, jurisdiction, group, relay)
    for medium in MEDIA
    for jurisdiction in _ASKED
    for group in BILL_GROUPS
    for relay in RELAYS
)
_PLACE: Final = {tuple(cell): place for place, cell in enumerate(_CELLS)}
_GROUPS: Final = {**BILL_GROUP_OF, **{group: group for group in BILL_GROUPS}}


@dataclass(frozen=True, slots=True)
class RulingTable:
    """What the rules say about every kind of call of a facility, interval by interval.

    Attributes
    ----------
    starts : tuple of date
        First day of each interval; the first is ``date.min``, the last has no end.
    rulings : tuple of tuple of Ruling
        By interval and by cell; equal rulings are one object.

    Source
    ------
    own.
    """

    starts: tuple[date, ...]
    rulings: tuple[tuple[Ruling, ...], ...]

    def interval(self, day: date) -> int:
        """Return the index of the interval that holds a day.

        Parameters
        ----------
        day : date

        Returns
        -------
        int
            Of `starts`.

        Source
        ------
        own.

        Examples
        --------
        >>> RulingTable((date.min, date(2026, 4, 6)), ((), ())).interval(date(2026, 4, 6))
        1
        """
        return bisect_right(self.starts, day) - 1

    def cell(
        self, interval_index: int, medium: str, jurisdiction: str, bill_group: str, relay: str
    ) -> Ruling:
        """Return the ruling for one kind of call in one interval.

        The federal ceiling of an international call lacks its termination cost; add it with
        `Ceiling.with_termination`. There are no candidates.

        Parameters
        ----------
        interval_index : int
            Of `starts`, 0 or more.
        medium : {"audio", "video"}
        jurisdiction : {"intrastate", "interstate", "international", "mixed"}
        bill_group : {"prepaid_debit", "collect"}
            A bill type is taken too.
        relay : {"none", "trs", "vrs", "tty", "asl", "cts"}

        Returns
        -------
        Ruling

        Raises
        ------
        InputError
            There is no such cell.

        Source
        ------
        own.

        Examples
        --------
        >>> from securecall.regulation import Rules
        >>> table = Rules.default().table(facility_kind="jail", adp=8932, state="TX")
        >>> index = table.interval(date(2026, 5, 1))
        >>> table.cell(index, "audio", "interstate", "collect", "none").federal.per_minute
        Decimal('0.10')
        """
        group = _GROUPS.get(bill_group)
        place = _PLACE.get((medium, jurisdiction, group or "", relay))
        if place is None:
            one_of("medium", medium, MEDIA)
            jurisdiction_of(jurisdiction)
            one_of("bill_group", bill_group, _GROUPS)
            one_of("relay", relay, RELAYS)
        if place is None or not 0 <= interval_index < len(self.starts):
            raise InputError(
                f"interval_index must be from 0 to {len(self.starts) - 1}, not {interval_index}"
            )
        return self.rulings[interval_index][place]


def tabulate(desk: Desk, breakpoints: tuple[date, ...]) -> RulingTable:
    """Work out every cell between breakpoints.

    Source
    ------
    own.
    """
    starts = tuple(dict.fromkeys((date.min, *breakpoints)))
    rulings = []
    for start in starts:
        day = desk.on(start)
        rulings.append(tuple(day.ruling(cell) for cell in _CELLS))
    return RulingTable(starts, tuple(rulings))
