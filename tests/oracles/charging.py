"""What a phone call costs: the judge, in plain fractions and loops.

It follows the charging law rule by rule and `docs/decisions/0001` where the law leaves room, and
imports nothing from securecall. Only the regulatory ceilings come from outside, as a callable
(`Ruling`), because they have a judge of their own. Speed is no aim: a call is walked increment by
increment, the rate is matched again from the wall clock each time, and usage is an exact fraction.

Money is whole micro-dollars or a fraction of them, time is whole milliseconds; "elapsed" counts
from the call's start and an "instant" from the epoch, UTC.

How a number's place is found (NANP only; everything else is international): by its area code
alone. The region is what phonenumbers says of the first number it knows in that area code. For
the United States the kind must be fixed or mobile, else the code has no place (toll-free, 5XX,
900); its state is read from the geocoder's English words for the bare area code ("Texas",
"Chicago, IL") and, for the few that have none (203, 310, 713, 718), from the state most often
named by its exchanges ("Houston, TX"). An area code phonenumbers knows no number of has no place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from importlib import resources
from itertools import pairwise
from math import ceil, floor
from typing import Any, Final, TypeAlias, TypedDict
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType, geocoder

__all__ = [
    "RELAYS",
    "Charge",
    "Curve",
    "NoRate",
    "Result",
    "Ruling",
    "Tie",
    "Told",
    "rate",
    "zone_of",
]

MICROS: Final = 1_000_000  # micro-dollars in a dollar
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
AMOUNT_MICROS_MAX: Final = 999_999_999_999_999_999
DURATION_MS_MAX: Final = 366 * DAY_MS
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
START_MS_AFTER: Final = 4_102_444_800_000  # 2100-01-01T00:00Z; 2099-12-31 is the last day rated

MEDIA: Final = ("audio", "video")
BILL_TYPES: Final = ("prepaid", "inmate_debit", "direct_bill", "collect", "prepaid_collect")
RELAYS: Final = ("none", "trs", "vrs", "tty", "asl", "cts")
CLASSES: Final = ("local", "intrastate", "interstate", "international", "any")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Doc: TypeAlias = Mapping[str, Any]
Decks: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]


class Told(TypedDict):
    """What the regulation says of a call.

    ``per_minute`` is the lowest regulatory rate ceiling in dollars, None where none was found.
    """

    per_minute: Fraction | None
    source: str | None
    bars_connect: bool
    share: Fraction | None


# ruling(facility, local date of the start, medium, jurisdiction or "mixed", bill type, relay)
Ruling: TypeAlias = Callable[[Doc, date, str, str, str, str], Told]

NO_REGULATION: Final = Told(per_minute=None, source=None, bars_connect=False, share=None)


class NoRate(LookupError):
    """No rate is in force at the start of the call."""


class Tie(ValueError):
    """Two rates apply equally; a tariff in which that can happen must not load."""


@dataclass(frozen=True, slots=True)
class Result:
    """What `rate` found; every field but the status is None unless it is ok or unanswered.

    Amounts are micro-dollars. ``taxes`` has every tax that applies, those of 0 included.
    """

    status: str
    jurisdiction: str | None = None
    rate_class: str | None = None
    rate_id: str | None = None
    billed_ms: int | None = None
    net: int | None = None
    tax: int | None = None
    total: int | None = None
    state_paid: int | None = None
    saved: int | None = None
    connect_fee: int | None = None
    cap_source: str | None = None
    taxes: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What a stretch of service costs, micro-dollars."""

    net: int
    state_paid: int
    taxes: dict[str, int]
    saved: int
    cap_source: str | None

    @property
    def tax(self) -> int:
        return sum(self.taxes.values())

    @property
    def total(self) -> int:
        return self.net - self.state_paid + self.tax


# Numbers -----------------------------------------------------------------------------------------

TERRITORIES: Final = ("PR", "VI", "GU", "AS", "MP")
PLACED: Final = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
# The geocoder's English words for a state, as far as an area code has them.
STATES: Final = {
    name: code
    for code, _, name in (
        pair.strip().partition(" ")
        for pair in """
        AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut,
        DE Delaware, DC Washington D.C., FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois,
        IN Indiana, IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland,
        MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT Montana,
        NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
        NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania,
        RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
        VT Vermont, VA Virginia, WA Washington State, WV West Virginia, WI Wisconsin, WY Wyoming
        """.split(",")
    )
}


def _digits(number: object) -> str | None:
    """Return the digits of an optional plus and 1 to 15 digits, else None."""
    if not isinstance(number, str):
        return None
    digits = number[1:] if number.startswith("+") else number
    plain = 1 <= len(digits) <= 15 and all(sign in "0123456789" for sign in digits)
    return digits if plain else None


def _is_e164(digits: str) -> bool:
    if digits[0] == "1":
        return len(digits) == 11 and digits[1] not in "01"
    return digits[0] != "0"


@cache
def _state_of_area(area: str) -> str:
    """Return the state of an area code of the fifty states or DC."""

    def words(exchange: int) -> str:
        number = phonenumbers.PhoneNumber(1, int(area) * 10**7 + exchange * 10**4)
        return str(geocoder.description_for_valid_number(number, "en"))

    def state(text: str) -> str | None:
        return STATES.get(text) or (text.rsplit(", ", 1)[1] if ", " in text else None)

    whole = state(words(0))  # no exchange is called 000, so these are the area code's own words
    if whole is not None:
        return whole
    named = Counter(state(words(exchange)) for exchange in range(200, 1000))
    del named[None]
    return str(named.most_common(1)[0][0])


@cache
def _place_of_area(area: str) -> str | None:
    """Return a state or territory, "abroad", or None where the area code has no place."""
    for exchange in range(200, 1000):
        number = phonenumbers.PhoneNumber(1, int(area) * 10**7 + exchange * 10**4 + 123)
        region = phonenumbers.region_code_for_number(number)
        if region is None:
            continue
        if region in TERRITORIES:
            return str(region)
        if region != "US":
            return "abroad"
        return _state_of_area(area) if phonenumbers.number_type(number) in PLACED else None
    return None


def _jurisdiction(digits: str, facility_state: str | None) -> str:
    """Return intrastate, interstate, international or mixed."""
    if not (digits[0] == "1" and _is_e164(digits)):
        return "international"
    place = _place_of_area(digits[1:4])
    if place is None:
        return "mixed"
    if place == "abroad":
        return "international"
    return "intrastate" if place == facility_state else "interstate"


def _is_local(digits: str, facility: Doc) -> bool:
    return any(digits.startswith(prefix.lstrip("+")) for prefix in facility.get("local", ()))


# Time --------------------------------------------------------------------------------------------


@cache
def zone_of(name: str) -> ZoneInfo:
    """Read a zone from the tzdata package, so that every host has the same clocks.

    `zoneinfo` by itself prefers the host's files, which may know older rules.
    """
    zones = resources.files("tzdata.zoneinfo")
    with zones.joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _utc(instant_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=instant_ms)


def _wall(instant_ms: int, zone: ZoneInfo) -> datetime:
    """Return what the local clock shows at an instant."""
    return _utc(instant_ms).astimezone(zone).replace(tzinfo=None)


def _wall_ms(reading: datetime) -> int:
    """Return a reading of a clock as if it were UTC, floored to the millisecond."""
    return (reading.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def _offset_ms(instant_ms: int, zone: ZoneInfo) -> int:
    return _wall_ms(_wall(instant_ms, zone)) - instant_ms


def _stretches(first_ms: int, after_ms: int, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """Cut [first, after) where the zone's offset changes: (begin, end, offset).

    The offset is sampled every hour; where two samples differ the change is found by bisection.
    """
    begin, offset = first_ms, _offset_ms(first_ms, zone)
    sample = first_ms
    while sample < after_ms:
        later = min(sample + HOUR_MS, after_ms)
        if _offset_ms(later, zone) != offset:
            old, new = sample, later
            while new - old > 1:
                middle = (old + new) // 2
                if _offset_ms(middle, zone) == offset:
                    old = middle
                else:
                    new = middle
            if new < after_ms:
                yield begin, new, offset
                begin, offset = new, _offset_ms(new, zone)
        sample = later
    yield begin, after_ms, offset


@cache
def _instant(value: date | datetime, zone: ZoneInfo) -> int:
    """Return where an effective date begins.

    With an offset it is an instant. A local date or date-time begins at the first instant at
    which the local clock shows it or later.
    """
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is not None:
        return (value - EPOCH) // timedelta(milliseconds=1)
    shown_ms = _wall_ms(value)
    if not 1900 <= value.year <= 2200:
        return shown_ms  # no call is near, so the zone does not matter
    for begin, end, offset in _stretches(shown_ms - 2 * DAY_MS, shown_ms + 2 * DAY_MS, zone):
        first = max(begin, shown_ms - offset)
        if first < end:
            return first
    raise AssertionError("a local clock shows every reading or a later one within two days")


def _in_force(item: Doc, instant_ms: int, zone: ZoneInfo) -> bool:
    """Say whether an instant lies in the half-open effective time of a rate or tax."""
    begins, ends = item.get("effective_from"), item.get("effective_to")
    if begins is not None and instant_ms < _instant(begins, zone):
        return False
    return ends is None or instant_ms < _instant(ends, zone)


@dataclass(frozen=True, slots=True)
class Window:
    """A reading of the wall clock: days, and times of day in milliseconds since 00:00."""

    days: frozenset[str] | None
    holidays: bool
    from_ms: int
    to_ms: int

    @classmethod
    def read(cls, table: Doc) -> Window:
        days = table.get("days")
        from_ms, to_ms = (
            _time_of_day_ms(table.get("from", "00:00")),
            _time_of_day_ms(table.get("to", "24:00")),
        )
        assert from_ms != to_ms, "a window from a time to the same time is an error at load"
        return cls(
            days=None if days is None else frozenset(days),
            holidays=table.get("holidays", False),
            from_ms=from_ms,
            to_ms=to_ms,
        )

    def _on(self, day: date, holidays: frozenset[date]) -> bool:
        if self.days is None and not self.holidays:
            return True
        by_day = self.days is not None and WEEKDAYS[day.weekday()] in self.days
        return by_day or (self.holidays and day in holidays)

    def shows(self, wall: datetime, holidays: frozenset[date]) -> bool:
        """Say whether the clock's reading lies in the window."""
        today, yesterday = wall.date(), wall.date() - timedelta(days=1)
        reading_ms = _wall_ms(wall) % DAY_MS
        if self.from_ms < self.to_ms:
            return self._on(today, holidays) and self.from_ms <= reading_ms < self.to_ms
        # It wraps: what lies after midnight belongs to the day on which the window began.
        return (self._on(today, holidays) and self.from_ms <= reading_ms) or (
            self._on(yesterday, holidays) and reading_ms < self.to_ms
        )


def _time_of_day_ms(text: str) -> int:
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return (hours * 60 + minutes) * MINUTE_MS + (seconds[0] if seconds else 0) * 1000


# Rates -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """From an elapsed time on: micro-dollars per millisecond, sold in increments."""

    from_ms: int
    price: Fraction
    increment_ms: int


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of a contract, as far as a call in one facility's zone needs it; micro-dollars."""

    id: str
    preference: tuple[object, ...]
    begins_ms: int | None
    ends_ms: int | None
    windows: tuple[Window, ...] | None
    steps: tuple[Step, ...]
    connect_fee: int
    min_total: Fraction
    max_total: Fraction | None
    max_per_started_minute: Fraction | None
    free_ms: int
    switch: str
    final: str

    def step(self, elapsed_ms: int) -> Step:
        return [step for step in self.steps if step.from_ms <= elapsed_ms][-1]

    def is_in_force(self, instant_ms: int, wall: datetime, holidays: frozenset[date]) -> bool:
        if self.begins_ms is not None and instant_ms < self.begins_ms:
            return False
        if self.ends_ms is not None and instant_ms >= self.ends_ms:
            return False
        return self.windows is None or any(window.shows(wall, holidays) for window in self.windows)


def _micros(dollars: str) -> Fraction:
    return Fraction(dollars) * MICROS


def _micros_or_none(dollars: str | None) -> Fraction | None:
    return None if dollars is None else _micros(dollars)


def _fit(destinations: Sequence[str], digits: str, seen: Seen) -> tuple[int, int] | None:
    """Return how specifically a rate's destinations name a number; higher is more specific."""
    fits: list[tuple[int, int]] = []
    for destination in destinations:
        if destination not in CLASSES:
            prefix = destination.lstrip("+")
            if digits.startswith(prefix):
                fits.append((3, len(prefix)))
        elif destination == "local" and seen.is_local:
            fits.append((2, 0))
        elif destination == seen.jurisdiction:
            fits.append((1, 0))
        elif destination == "any":
            fits.append((0, 0))
    return max(fits, default=None)


def _deck_rates(contract: Doc, decks: Decks) -> Iterator[Doc]:
    """Turn each row of each deck into a rate table as it could stand in the tariff file."""
    for deck in contract.get("deck", ()):
        for row in decks[deck["file"]]:
            prefix = "+" + str(row["prefix"]).lstrip("+")
            first_ms, then_ms = int(row["initial_ms"]), int(row["increment_ms"])
            price = {"price": str(row["price"]), "per_ms": int(row["per_ms"])}
            steps = [
                price | {"from_ms": 0, "increment_ms": first_ms},
                price | {"from_ms": first_ms, "increment_ms": then_ms},
            ]
            yield {
                **deck,
                "id": row.get("rate_id") or prefix,
                "destinations": [prefix],
                "connect_fee": row.get("connect_fee") or deck.get("connect_fee", "0"),
                "steps": steps,
            }


def _rates(
    doc: Doc, facility: Doc, *, digits: str, seen: Seen, medium: str, bill_type: str, decks: Decks
) -> list[Rate]:
    """Return the rates whose destination, medium and bill type fit; these never change."""
    zone = zone_of(facility["timezone"])
    contract = next(each for each in doc["contract"] if each["id"] == facility["contract"])
    rates = []
    for table in [*contract.get("rate", ()), *_deck_rates(contract, decks)]:
        fit = _fit(table.get("destinations", ["any"]), digits, seen)
        if fit is None:
            continue
        if table.get("medium", medium) != medium:
            continue
        if bill_type not in table.get("bill_types", BILL_TYPES):
            continue
        begins, ends = table.get("effective_from"), table.get("effective_to")
        begins_ms = None if begins is None else _instant(begins, zone)
        when = table.get("when")
        windows = None if when is None else [when] if isinstance(when, Mapping) else when
        preference = (
            fit,
            table.get("priority", 0),
            ("medium" in table) + ("bill_types" in table),
            when is not None,
            (begins_ms is not None, begins_ms or 0),
        )
        rates.append(
            Rate(
                id=table["id"],
                preference=preference,
                begins_ms=begins_ms,
                ends_ms=None if ends is None else _instant(ends, zone),
                windows=None if windows is None else tuple(Window.read(each) for each in windows),
                steps=tuple(
                    Step(
                        from_ms=step["from_ms"],
                        price=_micros(step["price"]) / step["per_ms"],
                        increment_ms=step["increment_ms"],
                    )
                    for step in table["steps"]
                ),
                connect_fee=int(_micros(table.get("connect_fee", "0"))),
                min_total=_micros(table.get("min_total", "0")),
                max_total=_micros_or_none(table.get("max_total")),
                max_per_started_minute=_micros_or_none(table.get("max_per_started_minute")),
                free_ms=table.get("free_ms", 0),
                switch=table.get("switch", "increment_start"),
                final=table.get("final", "whole"),
            )
        )
    return rates


# Rounding ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rounding:
    """A mode and a unit in micro-dollars."""

    mode: str
    unit: Fraction

    @classmethod
    def read(cls, table: Doc, mode: str, unit: str) -> Rounding:
        return cls(table.get("mode", mode), _micros(table.get("unit", unit)))

    def apply(self, exact: Fraction) -> int:
        units = exact / self.unit
        below = floor(units)
        rest = units - below
        if self.mode == "up":
            up = rest > 0
        elif self.mode == "down":
            up = False
        elif self.mode == "half_up":
            up = rest >= Fraction(1, 2)
        else:
            assert self.mode == "half_even"
            up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
        return int((below + up) * self.unit)

    def apply_under(self, exact: Fraction, ceiling: Fraction | None) -> int:
        """Round, but down where rounding would lift the amount above its ceiling."""
        rounded = self.apply(exact)
        if ceiling is not None and rounded > ceiling:
            return Rounding("down", self.unit).apply(exact)
        return rounded


HALF_EVEN_MICRO: Final = Rounding("half_even", Fraction(1))


# Calls -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """How a number looks from a facility; ``jurisdiction`` is never mixed."""

    jurisdiction: str
    is_mixed: bool
    is_local: bool

    @property
    def rate_class(self) -> str:
        return "local" if self.is_local else self.jurisdiction


def _seen(facility: Doc, digits: str) -> Seen:
    jurisdiction = _jurisdiction(digits, facility.get("state"))
    return Seen(
        jurisdiction="interstate" if jurisdiction == "mixed" else jurisdiction,
        is_mixed=jurisdiction == "mixed",
        is_local=_is_local(digits, facility),
    )


def _facility(doc: Doc, call: Doc) -> Doc | None:
    return next((each for each in doc["facility"] if each["id"] == call["facility"]), None)


def _medium(call: Doc) -> Any:
    medium = call.get("medium", "audio")
    return "audio" if medium is None else medium


def _relay(call: Doc) -> Any:
    relay = call.get("relay", "none")
    return "none" if relay is None else relay


def _fault(doc: Doc, call: Doc) -> str | None:
    """Return the first reason not to rate a call, in order of precedence; no look at its length."""
    facility = _facility(doc, call)
    if facility is None:
        return "bad_facility"
    if call["start_ms"] is None or not 0 <= call["start_ms"] < START_MS_AFTER:
        return "bad_time"
    for name in ("duration_ms", "authorized_ms"):
        length_ms = call.get(name)
        if length_ms is None:
            if name == "duration_ms" and name in call:
                return "bad_duration"
        elif not 0 <= length_ms <= DURATION_MS_MAX:
            return "bad_duration"
    digits = _digits(call["number"])
    if digits is None or (facility.get("regulation", "auto") == "auto" and not _is_e164(digits)):
        return "bad_number"
    if _medium(call) not in MEDIA or _relay(call) not in RELAYS:
        return "bad_medium"
    if call.get("bill_type", "prepaid") not in BILL_TYPES:
        return "bad_bill_type"
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an increment at one price, elapsed milliseconds and micro-dollars."""

    from_ms: int
    to_ms: int
    price: Fraction

    def cost(self, *, bought_ms: int, free_ms: int, rate_ceiling: Fraction | None) -> Fraction:
        # rule 2: each step's price is first held to the rate ceiling
        price = self.price if rate_ceiling is None else min(self.price, rate_ceiling)
        # rule 2: the first free_ms of the call cost nothing
        paid_ms = min(self.to_ms, bought_ms) - max(self.from_ms, free_ms)
        return price * max(paid_ms, 0)


@dataclass(frozen=True, slots=True)
class Increment:
    """What is sold at once, and the usage of all before it: held to the rate ceiling, and bare."""

    begin_ms: int
    end_ms: int
    parts: tuple[Part, ...]
    held: Fraction
    bare: Fraction


class Curve:
    """What one call costs after any time; times are elapsed milliseconds, money micro-dollars.

    ``duration_ms`` and ``authorized_ms`` of the call are not looked at, except that values out of
    range raise.

    Raises
    ------
    ValueError
        The call has a status such as bad_number.
    NoRate
        No rate is in force at its start.
    """

    def __init__(self, doc: Doc, call: Doc, ruling: Ruling, decks: Decks | None = None) -> None:
        fault = _fault(doc, call)
        if fault is not None:
            raise ValueError(fault)
        facility = _facility(doc, call)
        digits = _digits(call["number"])
        assert facility is not None
        assert digits is not None
        medium, bill_type = _medium(call), call.get("bill_type", "prepaid")
        self.start_ms: int = call["start_ms"]
        self.seen = _seen(facility, digits)
        self._zone = zone_of(facility["timezone"])
        self._holidays = frozenset(
            each if isinstance(each, date) else date.fromisoformat(each)
            for each in facility.get("holidays", ())
        )
        self._cap_basis = facility.get("cap_basis", "billed")
        self._candidates = _rates(
            doc,
            facility,
            digits=digits,
            seen=self.seen,
            medium=medium,
            bill_type=bill_type,
            decks=decks or {},
        )
        first = self.match(0)
        if first is None:
            raise NoRate("no rate is in force at the start of the call")
        self.first: Rate = first
        self._last: Rate = first
        # rule 1: the ceilings are fixed at the call's start, by the facility-local date
        self.told = NO_REGULATION
        if facility.get("regulation", "auto") == "auto":
            self.told = ruling(
                facility,
                _wall(self.start_ms, self._zone).date(),
                medium,
                "mixed" if self.seen.is_mixed else self.seen.jurisdiction,
                bill_type,
                _relay(call),
            )
        per_minute = self.told["per_minute"]
        self.rate_ceiling = None if per_minute is None else per_minute * MICROS / MINUTE_MS
        self.connect_fee = 0 if self.told["bars_connect"] else first.connect_fee
        self._rounding = Rounding.read(doc.get("rounding", {}), "half_even", "0.000001")
        # rule 1: so are the taxes
        self._taxes = [
            tax
            for tax in doc.get("tax", ())
            if facility.get("state") in tax.get("states", [facility.get("state")])
            and self.seen.jurisdiction in tax.get("jurisdictions", [self.seen.jurisdiction])
            and bill_type in tax.get("bill_types", BILL_TYPES)
            and tax.get("medium", medium) == medium
            and _in_force(tax, self.start_ms, self._zone)
        ]
        self._increments: list[Increment] = []

    # Which rate, and what is sold ----------------------------------------------------------------

    def match(self, elapsed_ms: int) -> Rate | None:
        """Return the rate in force, by the wall clock at that millisecond."""
        instant_ms = self.start_ms + elapsed_ms
        wall = _wall(instant_ms, self._zone)
        there = [
            each for each in self._candidates if each.is_in_force(instant_ms, wall, self._holidays)
        ]
        best = sorted(there, key=lambda each: each.preference, reverse=True)[:2]
        if len(best) == 2 and best[0].preference == best[1].preference:
            raise Tie(f"rates {best[0].id!r} and {best[1].id!r} apply equally")
        return best[0] if best else None

    def _match_on(self, elapsed_ms: int) -> Rate:
        """Return the rate in force or, in mid-call and if there is none, the last that was."""
        self._last = self.match(elapsed_ms) or self._last  # rule 1: the last one goes on
        return self._last

    def _changes(self, begin_ms: int, end_ms: int) -> list[int]:
        """Return every elapsed time strictly between two at which the price may change."""
        first_ms, after_ms = self.start_ms + begin_ms, self.start_ms + end_ms
        instants: set[int] = set()
        times_of_day_ms = {0}
        for each in self._candidates:
            instants.update(self.start_ms + step.from_ms for step in each.steps)
            instants.update(at for at in (each.begins_ms, each.ends_ms) if at is not None)
            for window in each.windows or ():
                times_of_day_ms.update((window.from_ms, window.to_ms % DAY_MS))
        for stretch_begin_ms, stretch_end_ms, offset_ms in _stretches(
            first_ms, after_ms, self._zone
        ):
            instants.add(stretch_begin_ms)
            day_ms = (stretch_begin_ms + offset_ms) // DAY_MS * DAY_MS
            while day_ms - offset_ms < stretch_end_ms:
                for time_ms in times_of_day_ms:
                    at_ms = day_ms + time_ms - offset_ms
                    if stretch_begin_ms <= at_ms < stretch_end_ms:
                        instants.add(at_ms)
                day_ms += DAY_MS
        return sorted(at - self.start_ms for at in instants if first_ms < at < after_ms)

    def _sell(self) -> None:
        """Walk one increment further."""
        before = self._increments[-1] if self._increments else None
        begin_ms = before.end_ms if before else 0  # rule 1: the next begins where the last ended
        if self.first.switch == "call_start":
            step = self.first.step(begin_ms)  # rule 1: the window of the start holds
        else:
            step = self._match_on(begin_ms).step(begin_ms)  # rule 1: matched again
        end_ms = begin_ms + step.increment_ms
        if self.first.switch == "split":
            # rule 1: each part is priced by the window and step in force at that millisecond
            edges = [begin_ms, *self._changes(begin_ms, end_ms), end_ms]
            parts = tuple(
                Part(one, other, self._match_on(one).step(one).price)
                for one, other in pairwise(edges)
            )
        else:
            parts = (Part(begin_ms, end_ms, step.price),)
        self._increments.append(
            Increment(
                begin_ms,
                end_ms,
                parts,
                self._usage(before, before.end_ms, self.rate_ceiling) if before else Fraction(0),
                self._usage(before, before.end_ms, None) if before else Fraction(0),
            )
        )

    def _increment(self, bought_ms: int) -> Increment:
        """Return the increment with begin < bought <= end, for bought of 1 or more."""
        while not self._increments or self._increments[-1].end_ms < bought_ms:
            self._sell()
        place = bisect_left(self._increments, bought_ms, key=lambda each: each.end_ms)
        return self._increments[place]

    def billed(self, duration_ms: int) -> int:
        """Return what a call that ended after a duration has bought.

        That is the end of the increment that contains its last millisecond; a hang-up exactly on
        a boundary does not owe the next increment.
        """
        return self._increment(duration_ms).end_ms if duration_ms else 0

    def next(self, bought_ms: int) -> int:
        """Return the first end of an increment after what has been bought."""
        return self._increment(bought_ms + 1).end_ms

    def bought(self, elapsed_ms: int) -> int:
        """Return what a call still running has bought: an increment is owed as it begins."""
        return self._increment(elapsed_ms + 1).end_ms

    # What it costs -------------------------------------------------------------------------------

    def _usage(
        self, increment: Increment, bought_ms: int, rate_ceiling: Fraction | None
    ) -> Fraction:
        """Return the usage up to a time in an increment, exactly."""
        before = increment.bare if rate_ceiling is None else increment.held
        return before + sum(
            part.cost(bought_ms=bought_ms, free_ms=self.first.free_ms, rate_ceiling=rate_ceiling)
            for part in increment.parts
        )

    def usage(self, bought_ms: int) -> Fraction:
        """Return the usage, each price held to the rate ceiling, exactly."""
        if bought_ms == 0:
            return Fraction(0)
        return self._usage(self._increment(bought_ms), bought_ms, self.rate_ceiling)

    def charge(self, bought_ms: int, actual_ms: int) -> Charge:
        """Price what was bought; with the ceiling's time as the facility's cap basis says."""
        rate = self.first
        if bought_ms == 0:  # any ceiling on time is then 0, and the regulation's is named first
            law = self.told["source"] if self.rate_ceiling is not None else None
            own_limit = rate.max_per_started_minute is not None or rate.max_total is not None
            source = law if law is not None else "contract" if own_limit else None
            return Charge(net=0, state_paid=0, taxes={}, saved=0, cap_source=source)

        # rule 2: usage as an exact rational, prices held to the rate ceiling, + connect fee
        exact = self.usage(bought_ms) + self.connect_fee
        # rule 2: at least min_total
        exact = max(exact, rate.min_total)
        # rule 3: ceiling x billed time, or x actual time
        capped_ms = min(actual_ms, bought_ms) if self._cap_basis == "actual" else bought_ms
        by_law = None if self.rate_ceiling is None else self.rate_ceiling * capped_ms
        # rule 3: max_per_started_minute uses started minutes bought, max_total the call
        own = []
        if rate.max_per_started_minute is not None:
            own.append(rate.max_per_started_minute * ceil(Fraction(bought_ms, MINUTE_MS)))
        if rate.max_total is not None:
            own.append(rate.max_total)
        by_contract = min(own, default=None)
        # rule 3: the lowest wins; on a tie the regulation is named before the contract
        cap_source = self.told["source"] if by_law is not None else None
        lowest = by_law
        if by_contract is not None and (by_law is None or by_contract < by_law):
            cap_source, lowest = "contract", by_contract
        # rule 2: at most the lowest ceiling
        if lowest is not None:
            exact = min(exact, lowest)
        # rule 2: rounded once, and down where that would lift it above a ceiling
        net = self._rounding.apply_under(exact, lowest)

        # saved: the same with no regulation at all; the contract's own limits stay
        bare = self._usage(self._increment(bought_ms), bought_ms, None) + rate.connect_fee
        bare = max(bare, rate.min_total)
        if by_contract is not None:
            bare = min(bare, by_contract)
        saved = self._rounding.apply_under(bare, by_contract) - net

        # rule 2: minus what a state pays, half-even to the micro-dollar
        share = self.told["share"]
        state_paid = 0 if share is None else HALF_EVEN_MICRO.apply(share * net)
        left = net - state_paid
        # rule 2: each tax on what is left, or on it plus the earlier taxes that applied
        taxes: dict[str, int] = {}
        for tax in self._taxes:
            base = left + sum(taxes.values()) if tax.get("base", "net") == "net+prior" else left
            rounding = Rounding.read(tax.get("rounding", {}), "half_up", "0.01")
            taxes[tax["id"]] = rounding.apply(base * Fraction(tax["percent"]) / 100)
        return Charge(
            net=net, state_paid=state_paid, taxes=taxes, saved=saved, cap_source=cap_source
        )

    def total(self, bought_ms: int) -> int:
        """Return the cumulative price of what was bought."""
        return self.charge(bought_ms, bought_ms).total

    def final(self, bought_ms: int, actual_ms: int) -> int:
        """Return the charge at the end; differs from `total` only with cap_basis "actual"."""
        return self.charge(bought_ms, actual_ms).total

    # When the money ends -------------------------------------------------------------------------

    def _is_granted(self, begin_ms: int, end_ms: int, balance: int) -> bool:
        before = self.total(begin_ms)
        cost = self.total(end_ms) - before
        return cost == 0 or cost <= balance - before  # rule 6

    def reach(self, balance: int, limit_ms: int) -> int | None:
        """Return the milliseconds that a balance buys, or None if ``limit_ms`` are bought."""
        bought_ms = 0
        while bought_ms < limit_ms:
            end_ms = self.next(bought_ms)
            if self._is_granted(bought_ms, end_ms, balance):
                bought_ms = end_ms
                continue
            if self.first.final != "prorate":
                return bought_ms
            # rule 6: it is sold one elapsed second at a time, until its natural end
            while bought_ms < end_ms and bought_ms < limit_ms:
                piece_end_ms = min(bought_ms + 1000, end_ms)
                if not self._is_granted(bought_ms, piece_end_ms, balance):
                    return bought_ms
                bought_ms = piece_end_ms
        return None


def rate(doc: Doc, call: Doc, ruling: Ruling, decks: Decks | None = None) -> Result:
    """Price one call record.

    Parameters
    ----------
    doc : dict
        The tariff file as tomllib reads it.
    call : dict
        facility, number, start_ms, duration_ms and optionally medium, bill_type, authorized_ms
        and relay.
    ruling : callable
        What regulation says; not asked where the facility's regulation is "none".
    decks : dict
        Rows by file name, for the contract's decks.
    """
    fault = _fault(doc, call)
    if fault is not None:
        return Result(fault)
    measured_ms, authorized_ms = call["duration_ms"], call.get("authorized_ms")
    # rule 3: the charge is that of min(measured, authorised)
    actual_ms = measured_ms if authorized_ms is None else min(measured_ms, authorized_ms)
    if measured_ms == 0:  # rule 3: a record of duration 0 costs nothing, connect fee included
        facility, digits = _facility(doc, call), _digits(call["number"])
        assert facility is not None
        assert digits is not None
        seen = _seen(facility, digits)
        return Result(
            "unanswered",
            jurisdiction=seen.jurisdiction,
            rate_class=seen.rate_class,
            billed_ms=0,
            net=0,
            tax=0,
            total=0,
            state_paid=0,
            saved=0,
            connect_fee=0,
            taxes={},
        )
    try:
        curve = Curve(doc, call, ruling, decks)
    except NoRate:
        return Result("no_rate")
    billed_ms = curve.billed(actual_ms)
    if curve.first.final == "prorate" and authorized_ms is not None:
        if measured_ms >= authorized_ms:  # rule 3: the last increment is cut to authorized_ms
            billed_ms = authorized_ms
    charge = curve.charge(billed_ms, actual_ms)
    # Decision 1: anywhere in a result; a single tax is never more than their sum.
    amounts = (charge.net, charge.tax, charge.total, charge.state_paid, charge.saved)
    if any(amount > AMOUNT_MICROS_MAX for amount in amounts):
        return Result("overflow")
    return Result(
        "ok",
        jurisdiction=curve.seen.jurisdiction,
        rate_class=curve.seen.rate_class,
        rate_id=curve.first.id,
        billed_ms=billed_ms,
        net=charge.net,
        tax=charge.tax,
        total=charge.total,
        state_paid=charge.state_paid,
        saved=charge.saved,
        connect_fee=curve.connect_fee if billed_ms else 0,
        cap_source=charge.cap_source,
        taxes=charge.taxes,
    )
