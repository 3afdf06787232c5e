"""What rates cost, for the engine: exact prices over denominators that calls share.

The engine prices in whole numbers over a common denominator, and its loops check nothing. So this
is where the bounds are kept: what cannot be priced exactly in 128 bits is refused here, by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Final

from securecall.errors import Fault
from securecall.money import MICROS_PER_DOLLAR, Rounding
from securecall.rating.contract import Rate
from securecall.rating.packing import over, rows
from securecall.rating.words import FINALS, SWITCHES

__all__ = ["FRACTION_MAX", "Pricing", "Pricings"]

FRACTION_MAX: Final = 1 << 62  # numerators and denominators
SCALE_MAX: Final = 1 << 90  # denominators of calls
UNIT_SCALED_MAX: Final = 1 << 124
COMMON_MAX: Final = 1 << 40  # a denominator for the whole tariff, so that most calls fit 64 bits
SHORT_SUM_MAX: Final = 1 << 61  # sums of the short way; with a unit on top they stay below 2^62
SHORT_UNIT_MAX: Final = 1 << 60
SHORT_MS_MAX: Final = 1 << 31
FOREVER: Final = 1 << 60


@dataclass(slots=True)
class Pricing:
    """What a rate costs, once for all rates and prefixes of a contract that share it.

    Attributes
    ----------
    rate : Rate
        Any of them: its steps, limits and modes are what counts.
    fractions : list of Fraction
        Micro-dollars per millisecond of each step, then per started minute if that is limited.
    denominator : int
        What calls that this is the last resort of are counted in; 1 where the whole tariff has one.
    """

    rate: Rate
    fractions: list[Fraction]
    denominator: int = 1

    def fault(self, rule: str) -> Fault:
        """Return a fault at the rate's place."""
        where = self.rate.where
        return Fault(where.file, where.line, where.key, f'"{self.rate.id}"', rule)


class Pricings:
    """Numbers what rates cost, contract by contract."""

    def __init__(self, rounding: Rounding, faults: list[Fault]) -> None:
        self.rounding = rounding
        self.faults = faults
        self.all: list[Pricing] = []
        # Of each contract: its first pricing, and the prices of rates that come and go in mid-call.
        self.contracts: list[tuple[int, list[Fraction]]] = []
        self._known: dict[Any, int] = {}

    def begin_contract(self) -> None:
        """Begin a contract: pricings are shared within one only."""
        self.contracts.append((len(self.all), []))
        self._known = {}

    def number(self, rate: Rate, conditional: bool) -> int:
        """Return the number of what a rate costs; ``conditional`` if it is not always in force."""
        key = (
            rate.steps, rate.connect_fee, rate.min_total, rate.max_total, rate.free_ms,
            rate.max_per_started_minute, rate.switch, rate.final,
        )  # fmt: skip
        number = self._known.get(key)
        if number is None:
            fractions = [step.micros_per_ms for step in rate.steps]
            if rate.max_per_started_minute is not None:
                fractions.append(rate.max_per_started_minute * MICROS_PER_DOLLAR)
            number = self._known[key] = len(self.all)
            self.all.append(Pricing(rate, fractions))
            for exact in fractions:
                if max(exact.numerator, exact.denominator) >= FRACTION_MAX:
                    rule = "has a price with too many digits to be exact"
                    self.faults.append(self.all[-1].fault(rule))
        if conditional:
            self.contracts[-1][1].extend(self.all[number].fractions)
        return number

    def common(self, ceilings: Iterable[Fraction]) -> int:
        """Return a denominator for the whole tariff, or 0 if it were too large.

        Then every pricing gets one of its own: of itself, all ceilings, and whatever may take over
        in mid-call. A call is counted in that of the last of its candidates.
        """
        ceilings = list(ceilings)
        everything = [*ceilings, *(f for pricing in self.all for f in pricing.fractions)]
        common = lcm(*{exact.denominator for exact in everything})
        if common <= COMMON_MAX and all(
            exact * common < FRACTION_MAX >> 4 for exact in set(everything)
        ):
            return common
        shared = lcm(*{exact.denominator for exact in ceilings})
        ends = [first for first, _ in self.contracts[1:]] + [len(self.all)]
        for (first, conditional), after in zip(self.contracts, ends, strict=True):
            together = lcm(shared, *{exact.denominator for exact in conditional})
            for pricing in self.all[first:after]:
                own = lcm(together, *(exact.denominator for exact in pricing.fractions))
                pricing.denominator = own
                unit_scaled = own * self.rounding.unit_micros
                if own > SCALE_MAX or unit_scaled >= UNIT_SCALED_MAX:
                    rule = (
                        "has no exact price together with the other rates and ceilings of a call: "
                        f"the units have the common denominator {own}; use fewer different per_ms"
                    )
                    self.faults.append(pricing.fault(rule))
        return 0

    def parts(self, common: int, ceilings: Iterable[Fraction]) -> dict[str, Any]:
        """Return steps and pricings, packed."""
        largest_ceiling = max((int(exact * common) for exact in ceilings), default=0)
        steps: list[tuple[int, ...]] = []
        packed = []
        for pricing in self.all:
            rate = pricing.rate
            first_ends = FOREVER
            if len(rate.steps) > 1:
                begin, increment = rate.steps[1].from_ms, rate.steps[0].increment_ms
                first_ends = -(-begin // increment) * increment
            minute = rate.max_per_started_minute
            packed.append(
                (
                    rate.connect_fee,
                    rate.min_total,
                    -1 if rate.max_total is None else rate.max_total,
                    rate.free_ms,
                    *over(None if minute is None else minute * MICROS_PER_DOLLAR, common),
                    pricing.denominator >> 64,
                    (pricing.denominator & (1 << 63) - 1) - (pricing.denominator & 1 << 63),
                    self._short_ms(pricing, common, first_ends, largest_ceiling),
                    first_ends,
                    len(steps),
                    len(rate.steps),
                    SWITCHES.index(rate.switch),
                    FINALS.index(rate.final),
                )
            )
            steps += [
                (step.from_ms, step.increment_ms, *over(step.micros_per_ms, common))
                for step in rate.steps
            ]
        return {"steps": rows(steps, 5), "pricings": rows(packed, 15)}

    def _short_ms(
        self, pricing: Pricing, common: int, first_ends: int, largest_ceiling: int
    ) -> int:
        """Return up to which time the short way's sums stay in bounds; 0 if it cannot serve."""
        rate = pricing.rate
        unit_scaled = self.rounding.unit_micros * common
        if not common or unit_scaled >= SHORT_UNIT_MAX or len(rate.steps) > 2 or rate.free_ms:
            return 0
        if any(step.increment_ms > SHORT_MS_MAX for step in rate.steps):
            return 0
        if rate.switch == "split" and len(rate.steps) == 2 and first_ends != rate.steps[1].from_ms:
            return 0
        if max(rate.min_total, rate.max_total or 0, rate.connect_fee) * common >= SHORT_SUM_MAX:
            return 0
        prices = (int(step.micros_per_ms * common) for step in rate.steps)
        largest = max(1, largest_ceiling, *prices)
        limit = min(SHORT_MS_MAX, (SHORT_SUM_MAX - rate.connect_fee * common) // largest)
        if rate.max_per_started_minute:
            minute = int(rate.max_per_started_minute * MICROS_PER_DOLLAR * common)
            limit = min(limit, (SHORT_SUM_MAX // minute - 1) * 60_000)
        return max(limit, 0)
