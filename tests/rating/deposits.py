"""What the tests of fees draw and ask: stacks of fees, and deposits near what changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st
from tests.oracles.charging import zone_of
from tests.strategies import ZONES, toml_of

from securecall.rating.tariff import Tariff
from securecall.regulation import Rules
from securecall.regulation.words import FEE_KINDS

__all__ = ["CONTRACT", "deposits", "ms", "packaged_fee_rule", "stacks", "tariff", "written"]

CONTRACT: Final = {
    "id": "c",
    "rate": [
        {
            "id": "all",
            "steps": [{"from_ms": 0, "price": "0.12", "per_ms": 60_000, "increment_ms": 60_000}],
        }
    ],
}
# Days on which what a fee may cost changes.
FEE_DATES: Final = (
    date(2016, 3, 17),
    date(2016, 6, 20),
    date(2016, 8, 31),
    date(2018, 1, 1),
    date(2020, 11, 23),
    date(2021, 10, 7),
    date(2021, 10, 26),
    date(2023, 1, 9),
    date(2025, 1, 1),
    date(2025, 4, 1),
    date(2025, 6, 30),
    date(2026, 4, 6),
)
METHODS: Final = ("card", "cash", "money_order", "ach")
CHANNELS: Final = ("web", "app", "ivr", "agent", "phone")
PERCENTS: Final = (
    *("0", "1", "2.9", "2.5", "3", "10", "12.5", "33.333333333333", "50", "49.99", "99", "100"),
    *("0.000000000001", "101", "250", "1000"),
)
FLATS: Final = ("0", "0.00", "0.01", "0.30", "1.00", "3.00", "3.95", "6.95", "9.95", "13.19")
FINE_FLATS: Final = (*FLATS, "0.005", "0.333333", "0.000001")
UNITS: Final = ("0.01", "0.01", "0.05", "0.25", "1", "5.00")
FINE_UNITS: Final = (*UNITS, "0.000001", "0.0001", "0.003", "0.007")
MODES: Final = ("up", "down", "half_up", "half_even")


@lru_cache(maxsize=20_000)
def _told(key: tuple[Any, ...]) -> tuple[str, Fraction | None]:
    kind, day, facility_kind, adp, state, channel = key
    found = Rules.default().fee_rule(
        kind, day, facility_kind=facility_kind, adp=adp, state=state, channel=channel
    )
    return found.status, None if found.cap is None else Fraction(found.cap)


def packaged_fee_rule(
    facility: Mapping[str, Any], kind: str, day: date, channel: str | None
) -> tuple[str, Fraction | None]:
    """Answer the judge from `securecall.regulation`, which has tests of its own."""
    return _told((kind, day, facility["kind"], facility.get("adp"), facility["state"], channel))


def _one_in(draw: st.DrawFn, n: int) -> bool:
    # Hypothesis shrinks towards 0, so the plain case is 0.
    return draw(st.integers(0, n - 1)) == n - 1


def _some(draw: st.DrawFn, values: Sequence[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))


@st.composite
def _fees(
    draw: st.DrawFn, *, number: int, filters: bool, facilities: Sequence[str]
) -> dict[str, Any]:
    add = draw(st.booleans())
    table: dict[str, Any] = {"id": f"fee{number}", "kind": draw(st.sampled_from(FEE_KINDS))}
    if draw(st.booleans()):
        table["flat"] = draw(st.sampled_from(FLATS if add else FINE_FLATS))
    if draw(st.booleans()):
        part = draw(st.integers(0, 10**12 - 1))
        table["percent"] = draw(
            st.sampled_from(PERCENTS) | st.just(f"{draw(st.integers(0, 60))}.{part:012d}")
        )
    if draw(st.booleans()):
        bases = ["deposit", "running", *(f"fee{earlier}" for earlier in range(number))]
        table["base"] = draw(st.sampled_from(bases))
    if add:
        table["mode"] = "add"
    if draw(st.booleans()):
        table["rounding"] = {
            "mode": draw(st.sampled_from(MODES)),
            "unit": draw(st.sampled_from(UNITS if add else FINE_UNITS)),
        }
    if filters and _one_in(draw, 4):
        table["methods"] = _some(draw, METHODS)
    if filters and _one_in(draw, 4):
        table["channels"] = _some(draw, CHANNELS)
    if filters and _one_in(draw, 5):
        table["facilities"] = _some(draw, facilities)
    if filters and _one_in(draw, 4):
        day = draw(st.sampled_from(FEE_DATES)) + timedelta(days=draw(st.integers(-1, 1)))
        at: date | datetime = day
        if draw(st.booleans()):
            at = datetime(day.year, day.month, day.day, draw(st.integers(0, 23)), 30)
            at = at.replace(tzinfo=UTC) if draw(st.booleans()) else at
        table[draw(st.sampled_from(("effective_from", "effective_to")))] = at
    return table


@st.composite
def stacks(draw: st.DrawFn, *, filters: bool = True, fees: int = 5) -> dict[str, Any]:
    """Draw a tariff, as tomllib would read it, for its fees; without filters all of them apply."""
    names = ["f0", "f1"][: draw(st.integers(1, 2)) if filters else 1]
    places = []
    for name in names:
        zone = draw(st.sampled_from(sorted(ZONES)))
        place: dict[str, Any] = {
            "id": name,
            "kind": draw(st.sampled_from(("jail", "prison"))),
            "state": draw(st.sampled_from((ZONES[zone], "TX", "CA", "NJ", "IL"))),
            "timezone": zone,
            "contract": "c",
        }
        if draw(st.booleans()):
            place["adp"] = draw(st.sampled_from((80, 999, 1000)))
        if _one_in(draw, 3):
            place["regulation"] = "none"
        places.append(place)
    count = draw(st.integers(0, fees))
    return {
        "facility": places,
        "contract": [CONTRACT],
        "fee": [
            draw(_fees(number=number, filters=filters, facilities=names)) for number in range(count)
        ],
    }


@st.composite
def _instants(draw: st.DrawFn, zone: str) -> int:
    day = draw(st.sampled_from(FEE_DATES)) + timedelta(days=draw(st.integers(-1, 1)))
    local = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    if draw(st.booleans()):
        local += timedelta(hours=draw(st.integers(0, 23)), minutes=30)
    return int(local.timestamp()) * 1000 + draw(st.sampled_from((0, 0, -1, 1)))


@st.composite
def deposits(draw: st.DrawFn, doc: Mapping[str, Any], *, bad: bool = True) -> dict[str, Any]:
    """Draw a deposit for a tariff, as the judge takes it; once in a while one that is refused."""
    facility = draw(st.sampled_from(doc["facility"]))
    cents = draw(
        st.integers(1, 2_000)
        | st.integers(1, 60_000)
        | st.sampled_from((2_500, 5_000, 10_000, 99_999_999_999_999, 10**13, 10**14))
    )
    deposit = {
        "amount": Fraction(cents, 100),
        "facility": facility["id"],
        "method": draw(st.sampled_from(METHODS)),
        "channel": draw(st.sampled_from(CHANNELS)),
        "at_ms": draw(_instants(facility["timezone"])),
    }
    if bad and _one_in(draw, 6):
        worse = {
            "amount": (None, Fraction(0), Fraction(-5), Fraction(1, 1000), Fraction(2501, 1000)),
            "facility": ("", "nowhere"),
            "at_ms": (None, -1, 4_102_444_800_000),
        }
        for key in draw(st.lists(st.sampled_from(sorted(worse)), min_size=1, max_size=3)):
            deposit[key] = draw(st.sampled_from(worse[key]))
    return deposit


def tariff(*fees: str, facility: str = "", **loading: Any) -> Tariff:
    """Load a tariff of one jail in Texas and of fees; a fee needs no id nor kind."""
    text = '[[facility]]\nid = "f"\ncontract = "c"\n' + facility + "\n"
    for key, value in {
        "kind": '"jail"',
        "adp": "2000",
        "state": '"TX"',
        "timezone": '"America/Chicago"',
    }.items():
        if f"{key} =" not in facility:
            text += f"{key} = {value}\n"
    text += toml_of({"contract": [CONTRACT]})
    for number, fee in enumerate(fees):
        text += f"[[fee]]\n{fee}\n"
        text += "" if "id =" in fee else f'id = "fee{number}"\n'
        text += "" if "kind =" in fee else 'kind = "other"\n'
    return Tariff.loads(text, **loading)


def ms(text: str) -> int:
    """Return UTC epoch milliseconds of a date at noon UTC, or of a date-time with an offset."""
    at = datetime.fromisoformat(text if "T" in text else f"{text}T12:00:00+00:00")
    return int(at.timestamp() * 1000)


def written(amount: Fraction | None) -> Decimal | None:
    """Write dollars as a decimal."""
    return None if amount is None else Decimal(amount.numerator) / Decimal(amount.denominator)
