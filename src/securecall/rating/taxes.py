"""Taxes, for the engine: those of every kind of call side by side, in file order.

The law: each tax is a percent of what is left of the net after a state's share, or of that plus the
earlier taxes that applied; each is rounded by its own unit and mode; which apply is fixed at the
call's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from securecall.errors import Fault
from securecall.money import MODES
from securecall.rating.calendar import Calendar
from securecall.rating.contract import Tax
from securecall.rating.packing import flat, rows
from securecall.rating.pricings import FRACTION_MAX
from securecall.rating.words import BILL_TYPES, JURISDICTIONS, MEDIA

__all__ = ["TaxTables", "applies"]

TAXES_MAX: Final = 64  # on one call


def applies(tax: Tax, state: str | None, medium: str, jurisdiction: str, bill_type: str) -> bool:
    """Return whether a tax is for such calls, its dates apart.

    Parameters
    ----------
    tax : Tax
    state : str or None
        The facility's.
    medium, jurisdiction, bill_type : str
    """
    return (
        (tax.states is None or state in tax.states)
        and (tax.medium is None or medium == tax.medium)
        and (tax.jurisdictions is None or jurisdiction in tax.jurisdictions)
        and (tax.bill_types is None or bill_type in tax.bill_types)
    )


class TaxTables:
    """Numbers the tables of taxes, one a state."""

    def __init__(self, taxes: Sequence[Tax], calendar: Calendar, faults: list[Fault]) -> None:
        self.taxes = taxes
        self.calendar = calendar
        self.faults = faults
        self._tables: dict[str | None, int] = {}
        self._rows: list[tuple[int, ...]] = []
        self._first: list[int] = []

    def number(self, state: str | None) -> int:
        """Return the number of the table for facilities of a state."""
        if state not in self._tables:
            self._tables[state] = len(self._tables)
            for medium in MEDIA:
                for jurisdiction in JURISDICTIONS:
                    for bill_type in BILL_TYPES:
                        self._add(state, medium, jurisdiction, bill_type)
            self._first.append(len(self._rows))
        return self._tables[state]

    def _add(self, state: str | None, medium: str, jurisdiction: str, bill_type: str) -> None:
        self._first.append(len(self._rows))
        for number, tax in enumerate(self.taxes):
            if applies(tax, state, medium, jurisdiction, bill_type):
                self._rows.append(self._row(number, tax))
        if len(self._rows) - self._first[-1] > TAXES_MAX:
            where = self.taxes[-1].where
            rule = f"makes more than {TAXES_MAX} taxes on one call"
            self.faults.append(Fault(where.file, where.line, where.key, "", rule))

    def _row(self, number: int, tax: Tax) -> tuple[int, ...]:
        exact = tax.percent / 100
        unit = tax.rounding.unit_micros
        short_base = -1
        if exact.denominator * unit < FRACTION_MAX:
            # The rounded tax must fit as well; beyond sixteen times the base 128 bits are safer.
            short_base = FRACTION_MAX // max(exact.numerator, 16)
        return (
            exact.numerator,
            exact.denominator,
            unit,
            short_base,
            self.calendar.term(tax.effective_from, tax.effective_to),
            number,
            MODES.index(tax.rounding.mode),
            int(tax.on_prior),
        )

    def parts(self) -> dict[str, Any]:
        """Return the taxes and where each kind of call's begin, packed."""
        return {"taxes": rows(self._rows, 8), "tax_first": flat(self._first)}
