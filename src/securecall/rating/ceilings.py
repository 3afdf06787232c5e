"""What regulation says of a tariff's calls, for the engine: a ruling a kind of call and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from securecall.money import MICROS_PER_DOLLAR, decimal_of_fraction
from securecall.rating.contract import Facility, Termination
from securecall.rating.packing import flat, over, rows
from securecall.rating.words import JURISDICTIONS, MEDIA, RELAYS
from securecall.regulation import Commission, Rules, Ruling
from securecall.regulation.words import BILL_GROUPS

__all__ = ["Ceilings", "days", "profile"]

SCOPES: Final = (*JURISDICTIONS, "mixed")
BEFORE_ALL_DAYS: Final = -1_000_000


class Ceilings:
    """Numbers rulings, and works out the tables of facilities.

    Attributes
    ----------
    rulings : list of Ruling
        By the engine's number.
    sources : dict of str to int
        What can be named as the source of a ceiling; the contract is the first.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.rulings: list[Ruling] = []
        self.sources: dict[str, int] = {"contract": 0}
        self._numbers: dict[Ruling, int] = {}
        self._shares: dict[Fraction, int] = {}  # of a termination add-on
        self._tables: dict[Any, int] = {}
        self._table_rows: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self._cells: list[int] = []
        self._by_facility = any(row.facility for row in rules.rows)

    def table(self, facility: Facility) -> int:
        """Return the number of a facility's table, or -1 if nothing rules it."""
        if not facility.regulated:
            return -1
        asked = profile(facility)
        if not self._by_facility:
            asked.pop("facility")
        key = tuple(asked.items())
        if key not in self._tables:
            self._tables[key] = len(self._table_rows)
            self._work_out(asked)
        return self._tables[key]

    def _work_out(self, asked: dict[str, Any]) -> None:
        table = self.rules.table(**asked)
        self._table_rows.append((len(self._starts), len(table.starts)))
        for interval, day in enumerate(table.starts):
            self._starts.append(BEFORE_ALL_DAYS if day == date.min else days(day))
            self._cells += [
                self._number(table.cell(interval, medium, scope, group, relay))
                for medium in MEDIA
                for scope in SCOPES
                for group in BILL_GROUPS
                for relay in RELAYS
            ]

    def _number(self, ruling: Ruling) -> int:
        """Return the number of what regulation says; -1 for nothing."""
        says = (ruling.federal, ruling.state, ruling.state_share, ruling.per_call)
        if all(part is None for part in says):
            return -1
        number = self._numbers.get(ruling)
        if number is None:
            number = self._numbers[ruling] = len(self.rulings)
            self.rulings.append(ruling)
            if ruling.federal is not None and ruling.federal.termination_share:
                share = Fraction(ruling.federal.termination_share)
                self._shares.setdefault(share, len(self._shares))
        return number

    def _added(self, terminations: Sequence[Termination]) -> list[Fraction]:
        """Return every part of every add-on that some ceiling takes, micro-dollars per ms."""
        shares = self._shares or (Fraction(1),)
        return [_per_ms(one.per_minute) * share for one in terminations for share in shares]

    def prices(self, terminations: Sequence[Termination]) -> list[Fraction]:
        """Return every ceiling that can come up, micro-dollars per millisecond."""
        prices = [
            _per_ms(ceiling.per_minute_exact)
            for ruling in self.rulings
            for ceiling in (ruling.federal, ruling.state)
            if ceiling is not None and ceiling.per_minute_exact is not None
        ]
        added = self._added(terminations)
        if added and prices:
            prices += [*added, max(prices) + max(added)]  # the last bounds what sums can come up
        return prices

    def parts(self, common: int, terminations: Sequence[Termination]) -> dict[str, Any]:
        """Return rulings, tables and termination add-ons, packed."""
        return {
            "rulings": rows((self._row(ruling, common) for ruling in self.rulings), 12),
            "ruling_tables": rows(self._table_rows, 2),
            "ruling_starts": flat(self._starts),
            "ruling_cells": flat(self._cells),
            "terminations": rows((over(p, common) for p in self._added(terminations)), 3),
        }

    @property
    def termination_shares(self) -> int:
        """How many parts of an add-on are told apart."""
        return len(self._shares)

    def _source(self, name: str) -> int:
        return self.sources.setdefault(name, len(self.sources))

    def _row(self, ruling: Ruling, common: int) -> tuple[int, ...]:
        def price(exact: Fraction | None) -> Fraction | None:
            return None if exact is None else _per_ms(exact)

        federal, state = ruling.federal, ruling.state
        share = Fraction(0) if ruling.state_share is None else ruling.state_share.share
        termination = -1
        if federal is not None:
            termination = self._shares.get(Fraction(federal.termination_share), -1)
        return (
            *over(None if federal is None else price(federal.per_minute_exact), common),
            *over(None if state is None else price(state.per_minute_exact), common),
            share.numerator,
            share.denominator,
            -1 if federal is None else self._source(federal.source),
            -1 if state is None else self._source(state.source),
            int(ruling.per_call is not None),
            termination,
        )


def profile(facility: Facility) -> dict[str, Any]:
    """Return what the rules ask about a facility, as keyword arguments of `Rules.table`."""
    commission = None
    if facility.commission is not None:
        per_minute, kind = facility.commission
        commission = Commission.of(
            {"per_minute": f"{decimal_of_fraction(per_minute):f}", "kind": kind}
        )
    return {
        "facility_kind": facility.kind,
        "adp": facility.adp,
        "state": facility.state,
        "commission": commission,
        "additive": None if facility.additive is None else decimal_of_fraction(facility.additive),
        "opt_out": facility.opt_out,
        "facility": facility.id,
    }


def days(day: date) -> int:
    """Return a day's number, counted from 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def _per_ms(per_minute: Fraction) -> Fraction:
    """Turn dollars per minute into micro-dollars per millisecond."""
    return per_minute * MICROS_PER_DOLLAR / 60_000
