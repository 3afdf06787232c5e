"""A tariff as plain values: facilities, contracts, rates, steps, decks, taxes, fees.

Nothing here reads files or prices calls. Amounts are whole micro-dollars, prices and percents exact
fractions, times milliseconds. ``where`` is the place in the file, for messages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Final, TypeAlias

from securecall.money import Rounding
from securecall.rating.windows import Window

__all__ = [
    "Contract",
    "Deck",
    "Document",
    "Facility",
    "Fee",
    "Moment",
    "Rate",
    "Step",
    "Tax",
    "Termination",
    "Where",
]

CENT_HALF_UP: Final = Rounding("half_up", 10_000)

Moment: TypeAlias = datetime | date  # aware: an instant; otherwise the facility's wall clock


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file, such as ``tariff.toml:17: contract[0].rate[2]``."""

    file: str = "<text>"
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        """Return ``file:line: key``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}" if self.key else place


@dataclass(frozen=True, slots=True)
class Step:
    """From a time on: ``price`` dollars per ``per_ms``, sold ``increment_ms`` at a time."""

    from_ms: int
    price: Fraction
    per_ms: int
    increment_ms: int

    @property
    def micros_per_ms(self) -> Fraction:
        """The price in micro-dollars per millisecond."""
        return self.price * 1_000_000 / self.per_ms


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of a contract, with what it is for, when it holds and what it costs."""

    id: str
    destinations: tuple[str, ...]  # classes, and prefixes as "+52"
    steps: tuple[Step, ...]
    medium: str | None = None
    bill_types: frozenset[str] | None = None
    effective_from: Moment | None = None
    effective_to: Moment | None = None
    when: tuple[Window, ...] | None = None
    connect_fee: int = 0
    switch: str = "increment_start"
    max_total: int | None = None
    max_per_started_minute: Fraction | None = None  # dollars
    free_ms: int = 0
    min_total: int = 0
    final: str = "whole"
    priority: int = 0
    where: Where = field(default=Where(), compare=False)

    @property
    def stated(self) -> int:
        """How many of medium and bill types the rate states."""
        return (self.medium is not None) + (self.bill_types is not None)


@dataclass(frozen=True, slots=True)
class Deck:
    """Many prefixes from a CSV file, with the options that they share.

    ``options`` is a rate without steps or destinations. Rows point into ``steps``, because most
    prefixes of a deck share their price with many others.
    """

    options: Rate
    steps: tuple[tuple[tuple[Step, ...], int], ...]  # (steps, connect fee)
    prefixes: tuple[str, ...]  # digits, no plus
    rate_ids: tuple[str, ...]
    choices: tuple[int, ...]  # into steps
    file: str
    digest: str

    def rate(self, row: int) -> Rate:
        """Return one row as a rate of its own."""
        steps, connect_fee = self.steps[self.choices[row]]
        options = self.options
        return Rate(
            id=self.rate_ids[row],
            destinations=("+" + self.prefixes[row],),
            steps=steps,
            medium=options.medium,
            bill_types=options.bill_types,
            effective_from=options.effective_from,
            effective_to=options.effective_to,
            when=options.when,
            connect_fee=connect_fee,
            switch=options.switch,
            max_total=options.max_total,
            max_per_started_minute=options.max_per_started_minute,
            free_ms=options.free_ms,
            min_total=options.min_total,
            final=options.final,
            priority=options.priority,
            where=Where(self.file, None, f"prefix +{self.prefixes[row]}"),
        )


@dataclass(frozen=True, slots=True)
class Contract:
    """The rates that a facility's provider agreed to."""

    id: str
    rates: tuple[Rate, ...]
    decks: tuple[Deck, ...] = ()
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class Facility:
    """A prison or jail, and what decides its ceilings and its clock."""

    id: str
    contract: str
    timezone: str
    kind: str | None = None
    adp: Fraction | None = None
    state: str | None = None
    local: tuple[str, ...] = ()  # prefixes, digits without plus
    holidays: tuple[date, ...] = ()
    max_call_ms: int | None = None
    cap_basis: str = "billed"
    commission: tuple[Fraction, str] | None = None  # dollars per minute, "contract" or "law"
    additive: Fraction | None = None
    regulated: bool = True
    opt_out: tuple[str, ...] = ()
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax on the net of calls that fit its filters; None lets all through."""

    id: str
    percent: Fraction
    on_prior: bool = False
    states: frozenset[str] | None = None
    jurisdictions: frozenset[str] | None = None
    bill_types: frozenset[str] | None = None
    medium: str | None = None
    effective_from: Moment | None = None
    effective_to: Moment | None = None
    rounding: Rounding = CENT_HALF_UP
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee on deposits, bills or single calls that fit its filters; None lets all through."""

    id: str
    kind: str
    flat: int = 0
    percent: Fraction = Fraction(0)
    base: str = "deposit"  # or "running", or an earlier fee's id
    mode: str = "deduct"  # or "add"
    methods: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    facilities: frozenset[str] | None = None
    effective_from: Moment | None = None
    effective_to: Moment | None = None
    rounding: Rounding = CENT_HALF_UP
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class Termination:
    """What the provider pays, on average, to end a call to a destination abroad.

    Source: 47 CFR 64.6030(e): added to the ceiling of an international call.
    """

    prefix: str  # digits, no plus
    per_minute: Fraction
    effective_from: Moment | None = None
    effective_to: Moment | None = None
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that a tariff file says."""

    currency: str
    rounding: Rounding
    facilities: tuple[Facility, ...]
    contracts: tuple[Contract, ...]
    taxes: tuple[Tax, ...] = ()
    fees: tuple[Fee, ...] = ()
    terminations: tuple[Termination, ...] = ()
