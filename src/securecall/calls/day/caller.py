"""Callers: each made from the seed and a number when he is needed, and kept by nobody."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from securecall.calls.day.dice import DayDice
from securecall.calls.day.place import AREAS
from securecall.calls.day.setting import HOUR_MS, DaySetting

__all__ = [
    "Caller", "Family", "arrivals", "attorney", "attorney_count", "caller_of",
    "family_account", "family_count", "family_of", "own_account", "unpacked",
]  # fmt: skip

#: Attempts of a caller in a whole day.
ATTEMPTS: Final = 1.5
#: How busy each hour after opening is, in parts of the busiest.
BUSY: Final = (2, 3, 5, 6, 6, 7, 7, 6, 5, 6, 7, 8, 9, 10, 9, 6)
_PLACES: Final = 20
_AREAS_OF_NUMBERS: Final = (
    ("+1713", 46.0), ("+1281", 20.0), ("+1512", 12.0), ("+1212", 10.0), ("+1312", 7.0),
    ("+52", 5.0),
)  # fmt: skip
#: Families of which a number is abroad have these area codes: Ciudad de Mexico, Monterrey.
_ABROAD: Final = ("+5255", "+5281")


@dataclass(frozen=True, slots=True)
class Family:
    """A family: its account, its numbers, how it pays."""

    number: int
    kind: str
    opening_cents: int
    credit_dollars: int
    numbers: tuple[str, ...]
    approved: int
    reloads: bool

    @property
    def account(self) -> str:
        """Its account."""
        return family_account(self.number)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody of the facility: where, whose family, how the calls are paid."""

    number: int
    person: str
    area: str
    pin: str
    family: Family
    bill_type: str
    accounts: tuple[str, ...]
    opening_cents: int
    attorney: str


def family_account(family: int) -> str:
    """Return the account of a family."""
    return f"fam-{family}"


def own_account(caller: int) -> str:
    """Return the account of a caller."""
    return f"own-{caller}"


def family_count(callers: int) -> int:
    """Return how many families so many callers have: of five callers two are of one."""
    return 1 + _family_of(callers - 1)


def _family_of(caller: int) -> int:
    return caller // 5 * 4 + min(caller % 5, 3)


def attorney_count(setting: DaySetting) -> int:
    """Return how many privileged numbers the facility has."""
    return max(6, setting.callers // 50)


def attorney(number: int) -> tuple[str, str]:
    """Return a privileged number of the facility, and its kind."""
    kinds = ("attorney", "attorney", "attorney", "clergy", "consulate", "ombudsman")
    return f"+1713{700 + number // 10_000:03d}{number % 10_000:04d}", kinds[number % len(kinds)]


def family_of(seed: int, number: int) -> Family:
    """Return a family."""
    draw = DayDice(seed, "family", number)
    kind = draw.weighed((("prepaid", 82.0), ("direct_bill", 18.0)))
    money = 0 if draw.chance(0.08) else round(100 * draw.around(2.5, 1.1, 0.05, 60))
    numbers = []
    for place in range(draw.whole(1, 4)):
        area, n = draw.weighed(_AREAS_OF_NUMBERS), number * 4 + place
        exchange, line = 220 + n // 10_000, n % 10_000
        numbers.append(
            f"{draw.one_of(_ABROAD)}{exchange + 5_000:04d}{line:04d}" if area == "+52"
            else f"{area}{exchange:03d}{line:04d}"
        )  # fmt: skip
    approved = len(numbers) - (1 if len(numbers) > 1 and draw.chance(0.2) else 0)
    credit = draw.one_of((2, 5, 20, 50))
    return Family(
        number, kind, money if kind == "prepaid" else 0, credit, tuple(numbers), approved,
        kind == "prepaid" and draw.chance(0.06),
    )  # fmt: skip


def caller_of(setting: DaySetting, number: int) -> Caller:
    """Return a caller."""
    draw = DayDice(setting.seed, "caller", number)
    family = family_of(setting.seed, _family_of(number))
    if family.kind == "direct_bill":
        bill_type = draw.weighed((("collect", 60.0), ("direct_bill", 40.0)))
        accounts: tuple[str, ...] = (family.account,)
    else:
        bill_type = draw.weighed((("prepaid", 80.0), ("inmate_debit", 14.0), ("both", 6.0)))
        own, theirs = own_account(number), family.account
        accounts = {"prepaid": (theirs,), "inmate_debit": (own,), "both": (own, theirs)}[bill_type]
        bill_type = "prepaid" if bill_type == "both" else bill_type
    return Caller(
        number, f"p-{number}", draw.one_of(AREAS), _pin(draw, f"p-{number}"), family, bill_type,
        accounts, round(100 * draw.around(2.0, 1.0, 0.05, 40)),
        attorney(draw.whole(0, attorney_count(setting) - 1))[0],
    )  # fmt: skip


def _pin(draw: DayDice, person: str) -> str:
    """Draw a PIN that a facility takes: no row of digits, and not the end of the person's id."""
    while True:
        pin = f"{draw.whole(0, 9999):04d}"
        if len({(ord(b) - ord(a)) % 10 for a, b in pairwise(pin)}) > 1 and not person.endswith(pin):
            return pin


def arrivals(setting: DaySetting) -> array[int]:
    """Return who first tries when, in order of time: milliseconds and a number in one integer.

    Eight bytes an attempt, whatever the number of callers.
    """
    hours, found = setting.hours, []
    whole, rest = int(hours), hours - int(hours)
    weights = [(n, float(BUSY[n])) for n in range(whole)]
    if rest:
        weights.append((whole, BUSY[whole] * rest))
    mean = ATTEMPTS * sum(weight for _, weight in weights) / sum(BUSY)
    for number in range(setting.callers):
        draw = DayDice(setting.seed, "arrivals", number)
        for _ in range(draw.count(mean)):
            if draw.chance(0.004):  # before the doors open
                at_ms = -draw.whole(1, 600_000)
            else:
                hour = draw.weighed(weights)
                width = HOUR_MS if hour < whole else round(HOUR_MS * rest)
                at_ms = hour * HOUR_MS + draw.whole(0, width - 1)
            found.append((at_ms << _PLACES) | number)
        if draw.chance(0.01) and hours == len(BUSY):  # after they have closed
            found.append((round(hours * HOUR_MS) + draw.whole(0, 600_000) << _PLACES) | number)
    found.sort()
    return array("q", found)


def unpacked(packed: int) -> tuple[int, int]:
    """Return the milliseconds after opening, and the caller, of what `arrivals` packed."""
    return packed >> _PLACES, packed & ((1 << _PLACES) - 1)
