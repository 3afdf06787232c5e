"""What Hypothesis draws: tariff files and calls that sit near the edges of the charging law.

`tariffs` draws the text of a valid tariff file and `calls` a call for it. No two rates of a
contract can ever tie, by construction: their order of preference differs whatever the number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from tests.oracles.charging import (
    BILL_TYPES,
    DURATION_MS_MAX,
    MEDIA,
    RELAYS,
    START_MS_AFTER,
    zone_of,
)

__all__ = ["calls", "decked_tariffs", "tariffs", "toml_of"]

Doc: TypeAlias = Mapping[str, Any]
Draw: TypeAlias = st.DrawFn

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# A zone and the state of most facilities drawn in it; abroad any state does.
ZONES: Final = {
    "America/New_York": "NY",
    "America/Chicago": "TX",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
    "America/Denver": "CO",
    "America/Santiago": "TX",
    "America/Havana": "FL",
    "America/St_Johns": "MA",
    "Asia/Kolkata": "NJ",
    "Australia/Lord_Howe": "IL",
}
AREAS: Final = {
    "AZ": ("602", "480"),
    "CA": ("213", "415", "310"),
    "CO": ("303",),
    "CT": ("203", "860"),
    "DC": ("202",),
    "FL": ("305",),
    "GU": ("671",),
    "HI": ("808",),
    "IL": ("312", "217"),
    "MA": ("617",),
    "MN": ("612",),
    "NJ": ("201", "973"),
    "NY": ("212", "718", "518"),
    "PR": ("787", "939"),
    "TX": ("713", "281", "214"),
    "WA": ("206",),
}
ABROAD: Final = ("416", "604", "600", "876", "242", "809", "441", "284")
PLACELESS: Final = ("800", "888", "833", "900", "500", "521", "710", "700", "211", "555", "999")
FOREIGN: Final = (
    "+525512345678",
    "+52664123456",
    "+442071234567",
    "+447911123456",
    "+4986517174963",
    "+5322041234",
    "+56221234567",
    "+390612345678",
    "+882161234567",
    "+9",
    "+999999999999999",
)
# What is no number at all, and what is none where regulation needs a jurisdiction.
BAD_NUMBERS: Final = (None, "", "+", "++1", "+1713555012a", "+1 713 555 0123", "1" * 16, "-1", "٣")
FREE_NUMBERS: Final = ("0256308200", "+0", "1002", "+1713555012", "+17135550123456", "+10235550123")

# Days on which the federal or a state's rules of a call change.
REGIME_DATES: Final = (
    date(2014, 2, 11),
    date(2016, 8, 31),
    date(2020, 11, 23),
    date(2021, 10, 7),
    date(2021, 10, 26),
    date(2022, 10, 1),
    date(2023, 1, 1),
    date(2023, 1, 9),
    date(2023, 9, 1),
    date(2023, 12, 1),
    date(2025, 1, 1),
    date(2025, 4, 1),
    date(2025, 6, 30),
    date(2025, 7, 1),
    date(2025, 8, 1),
    date(2026, 4, 6),
    date(2026, 7, 1),
)
HOLIDAYS: Final = ("2025-12-25", "2026-01-01", "2026-04-06", "2026-07-04", "2026-11-01")
# Times of day around which clocks are set, and ordinary ones.
TIMES: Final = (
    *("00:00", "00:01", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "07:00"),
    *("08:00", "17:59", "18:00", "19:00", "21:17", "22:00", "23:00", "23:30", "23:59"),
)

ADPS: Final = (0, 1, 49, 50, 99, 100, 349, 350, 999, 1000, 8932)
PRICES: Final = (
    *("0", "0.05", "0.06", "0.07", "0.10", "0.11", "0.14", "0.16", "0.21", "0.25", "0.30", "1.2"),
    *("0.006", "0.000001", "0.000000000001", "0.123456789012", "0.333333333333", "7", "150"),
)
PER_MS: Final = (60_000, 60_000, 60_000, 1_000, 30_000, 6_000, 1, 7, 997, 59_999, 60_001, 104_729)
INCREMENTS_MS: Final = (
    *(60_000, 60_000, 60_000, 30_000, 6_000, 1_000, 6_007, 61_000, 90_000, 180_000, 300_000),
    *(3_600_000, 997, 1_001, 2_500),
)
TINY_INCREMENTS_MS: Final = (1, 2, 7, 100, 101)
STEP_STARTS_MS: Final = (1, 999, 1_000, 6_000, 30_000, 30_001, 60_000, 60_007, 90_000, 120_000)
AMOUNTS: Final = ("0", "0.00", "0.10", "0.25", "0.333333", "1.00", "2.50", "5.00", "0.000001")
STARTED_MINUTE: Final = ("0.16", "0.05", "0.11", "0.25", "0", "1")
FREE_MS: Final = (0, 1, 1_000, 30_000, 45_001, 60_000, 120_000)
ROUNDING_MODES: Final = ("up", "down", "half_up", "half_even")
ROUNDING_UNITS: Final = ("0.000001", "0.0001", "0.001", "0.01", "0.05", "1", "0.003")
PERCENTS: Final = ("0", "6.25", "8.875", "5", "100", "0.000000000001", "3.333333333333", "12.5")
PREFIXES: Final = (
    *("+1", "+1713", "+17135550", "+1787", "+1800", "+1416", "+1876", "+1212", "+1602", "+1213"),
    *("+52", "+52664", "+44", "+4420", "+4"),
)
CLASSES: Final = ("local", "intrastate", "interstate", "international", "any")


# Writing a tariff file ---------------------------------------------------------------------------


def toml_of(doc: Doc) -> str:
    """Write a tariff, given as tomllib would read it, as TOML."""
    lines: list[str] = []
    _write(doc, (), lines)
    return "\n".join(lines) + "\n"


def _write(table: Doc, path: tuple[str, ...], lines: list[str]) -> None:
    """Write the plain keys of a table, then the arrays of tables that hang on it."""
    arrays = {"facility", "contract", "tax"} if not path else {"rate", "deck"}
    for key, value in table.items():
        if key not in arrays:
            lines.append(f"{key} = {_inline(value)}")
    for key, value in table.items():
        if key in arrays:
            for each in value:
                lines.append(f"[[{'.'.join((*path, key))}]]")
                _write(each, (*path, key), lines)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)  # plain text is written in TOML as in JSON
    if isinstance(value, date):  # a date-time is a date
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(each)}" for key, each in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_inline(each) for each in value) + "]"
    return str(value)


# Tariffs -----------------------------------------------------------------------------------------


def _some(draw: Draw, values: Sequence[Any]) -> list[Any]:
    """Draw one value or more, each once, in any order."""
    return draw(st.lists(st.sampled_from(values), min_size=1, max_size=len(values), unique=True))


def _one_in(draw: Draw, n: int) -> bool:
    # Hypothesis shrinks towards 0, so the plain case is 0.
    return draw(st.integers(0, n - 1)) == n - 1


def _anywhere(draw: Draw, low: int, high: int) -> int:
    """Draw an integer evenly; `st.integers` prefers small ones once the range is wide."""
    value, span = 0, 1
    while span <= high - low:
        value, span = value * 100 + draw(st.integers(0, 99)), span * 100
    return low + value % (high - low + 1)


@st.composite
def _prices(draw: Draw) -> str:
    if not _one_in(draw, 4):
        return draw(st.sampled_from(PRICES))
    whole, part = draw(st.integers(0, 2)), draw(st.integers(0, 10**12 - 1))
    return f"{whole}.{part:012d}"


@st.composite
def _effective(draw: Draw) -> date | datetime:
    """Draw an effective date near a date on which the rules change: with an offset or local."""
    day = draw(st.sampled_from(REGIME_DATES)) + timedelta(days=draw(st.integers(-1, 1)))
    kind = draw(st.sampled_from(("date", "local", "offset")))
    if kind == "date":
        return day
    time = draw(st.sampled_from(TIMES))
    at = datetime.fromisoformat(f"{day.isoformat()}T{time}:00")
    if kind == "local":
        return at
    hours = draw(st.sampled_from((-10, -6, -5, -4, -3.5, 0, 5.5, 10.5)))
    return at.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00:00{_sign(hours)}").tzinfo)


def _sign(hours: float) -> str:
    whole, rest = divmod(abs(hours), 1)
    return f"{'-' if hours < 0 else '+'}{int(whole):02d}:{int(rest * 60):02d}"


@st.composite
def _windows(draw: Draw) -> dict[str, Any]:
    table: dict[str, Any] = {}
    kind = draw(st.sampled_from(("times", "days", "holidays", "both")))
    if kind in ("days", "both"):
        table["days"] = _some(draw, WEEKDAYS)
    if kind in ("holidays", "both"):
        table["holidays"] = True
    if kind == "times" or draw(st.booleans()):
        times = st.sampled_from(TIMES) | st.builds(
            "{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59)
        )
        table["from"] = draw(times)
        table["to"] = draw((times | st.just("24:00")).filter(lambda to: to != table["from"]))
    return table


@st.composite
def _steps(draw: Draw) -> list[dict[str, Any]]:
    count = draw(st.sampled_from((1, 1, 2, 2, 3)))
    sizes = TINY_INCREMENTS_MS if _one_in(draw, 16) else INCREMENTS_MS
    increments = draw(st.lists(st.sampled_from(sizes), min_size=count, max_size=count, unique=True))
    starts = (*STEP_STARTS_MS, increments[0], 2 * increments[0])
    later = draw(
        st.lists(st.sampled_from(starts), min_size=count - 1, max_size=count - 1, unique=True)
    )
    return [
        {
            "from_ms": from_ms,
            "price": draw(_prices()),
            "per_ms": draw(st.sampled_from(PER_MS)),
            "increment_ms": increment_ms,
        }
        for from_ms, increment_ms in zip([0, *sorted(later)], increments, strict=True)
    ]


def _terms(draw: Draw, table: dict[str, Any], *, broad: bool) -> None:
    """Draw what a rate and a deck have in common into a table."""
    if not broad and _one_in(draw, 4):
        table["medium"] = draw(st.sampled_from(MEDIA))
    if not broad and _one_in(draw, 3):
        table["bill_types"] = _some(draw, BILL_TYPES)
    if not broad and _one_in(draw, 4):
        table["effective_from"] = draw(_effective())
    if not broad and _one_in(draw, 6):
        ends = draw(_effective())
        if "effective_from" not in table or _day(table["effective_from"]) < _day(ends) - 2:
            table["effective_to"] = ends
    if not broad and draw(st.booleans()):
        windows: list[dict[str, Any]] = draw(st.lists(_windows(), min_size=1, max_size=3))
        table["when"] = windows if len(windows) > 1 or _one_in(draw, 3) else windows[0]
    if _one_in(draw, 3):
        table["switch"] = draw(st.sampled_from(("increment_start", "call_start", "split")))
    if _one_in(draw, 5):
        table["max_total"] = draw(st.sampled_from(AMOUNTS))
    if _one_in(draw, 5):
        table["max_per_started_minute"] = draw(st.sampled_from(STARTED_MINUTE))
    if _one_in(draw, 5):
        table["min_total"] = draw(st.sampled_from(AMOUNTS))
    if _one_in(draw, 5):
        table["free_ms"] = draw(st.sampled_from(FREE_MS))
    if _one_in(draw, 3):
        table["final"] = draw(st.sampled_from(("whole", "prorate")))


def _day(value: date | datetime) -> int:
    return value.toordinal()


def _put_in_order(draw: Draw, tables: Sequence[dict[str, Any]]) -> None:
    """Draw priorities, and raise one wherever two rates could ever be preferred equally."""
    placed: list[dict[str, Any]] = []
    for table in tables:
        if len(placed) > 0 and draw(st.booleans()):
            table["priority"] = draw(st.integers(0, 2))
        if any(_may_tie(table, other) for other in placed):
            table["priority"] = 10 + len(placed)
        placed.append(table)


def _may_tie(one: Doc, other: Doc) -> bool:
    def order(table: Doc) -> tuple[object, ...]:
        stated = ("medium" in table) + ("bill_types" in table)
        return table.get("priority", 0), stated, "when" in table, "effective_from" in table

    if order(one) != order(other):
        return False
    if "effective_from" not in one:
        return True
    # Days apart in any facility's zone.
    return abs(_day(one["effective_from"]) - _day(other["effective_from"])) < 3


@st.composite
def _rates(draw: Draw, *, state_areas: Sequence[str]) -> list[dict[str, Any]]:
    rates = []
    prefixes = (*PREFIXES, *("+1" + area for area in state_areas))
    for number in range(draw(st.integers(1, 4))):
        broad = number == 0 and not _one_in(draw, 6)  # so that most calls have a rate
        table: dict[str, Any] = {"id": f"r{number}"}
        if broad or _one_in(draw, 3):
            table["destinations"] = ["any"]
        else:
            classes = st.lists(st.sampled_from(CLASSES), max_size=4, unique=True)
            named = st.lists(st.sampled_from(prefixes), max_size=2, unique=True)
            table["destinations"] = draw(
                st.tuples(classes, named).map(lambda both: both[0] + both[1]).filter(bool)
            )
        _terms(draw, table, broad=broad)
        if _one_in(draw, 3):
            table["connect_fee"] = draw(st.sampled_from(AMOUNTS))
        table["steps"] = draw(_steps())
        if _one_in(draw, 40):
            table["steps"][-1]["price"] = "999999999999"  # may overflow
        rates.append(table)
    return rates


@st.composite
def _facilities(draw: Draw, *, name: str, contracts: Sequence[str]) -> dict[str, Any]:
    zone = draw(st.sampled_from(sorted(ZONES)))
    state = ZONES[zone] if not _one_in(draw, 3) else draw(st.sampled_from(sorted(AREAS)))
    table: dict[str, Any] = {
        "id": name,
        "kind": draw(st.sampled_from(("jail", "prison"))),
        "state": state,
        "timezone": zone,
        "contract": draw(st.sampled_from(contracts)),
    }
    if not _one_in(draw, 5):
        table["adp"] = draw(st.sampled_from(ADPS))
    if draw(st.booleans()):
        areas = ["+1" + area for area in AREAS[state]]
        table["local"] = _some(draw, [*areas, areas[0] + "555", "+1602", "+52664"])
    if _one_in(draw, 3):
        table["holidays"] = _some(draw, HOLIDAYS)
    if _one_in(draw, 3):
        table["cap_basis"] = draw(st.sampled_from(("billed", "actual")))
    if _one_in(draw, 4):
        table["commission"] = {
            "per_minute": draw(st.sampled_from(("0", "0.0137", "0.02", "0.05", "0.15"))),
            "kind": draw(st.sampled_from(("contract", "law"))),
        }
    if _one_in(draw, 4):
        table["additive"] = draw(st.sampled_from(("0", "0.01", "0.02")))
    if _one_in(draw, 3):
        table["regulation"] = draw(st.sampled_from(("auto", "none")))
    return table


@st.composite
def _roundings(draw: Draw) -> dict[str, str]:
    return {
        "mode": draw(st.sampled_from(ROUNDING_MODES)),
        "unit": draw(st.sampled_from(ROUNDING_UNITS)),
    }


@st.composite
def _taxes(draw: Draw, *, name: str, states: Sequence[str]) -> dict[str, Any]:
    whole, part = draw(st.integers(0, 30)), draw(st.integers(0, 10**12 - 1))
    table: dict[str, Any] = {
        "id": name,
        "percent": draw(st.sampled_from(PERCENTS) | st.just(f"{whole}.{part:012d}")),
    }
    if draw(st.booleans()):
        table["base"] = draw(st.sampled_from(("net", "net+prior")))
    if draw(st.booleans()):
        table["rounding"] = draw(_roundings())
    if _one_in(draw, 3):
        table["states"] = _some(draw, sorted({*states, "TX", "NV"}))
    if _one_in(draw, 4):
        table["jurisdictions"] = _some(draw, ("intrastate", "interstate", "international"))
    if _one_in(draw, 5):
        table["bill_types"] = _some(draw, BILL_TYPES)
    if _one_in(draw, 6):
        table["medium"] = draw(st.sampled_from(MEDIA))
    if _one_in(draw, 5):
        table["effective_from"] = draw(_effective())
    elif _one_in(draw, 5):
        table["effective_to"] = draw(_effective())
    return table


@st.composite
def _docs(draw: Draw) -> dict[str, Any]:
    doc: dict[str, Any] = {"currency": "USD"}
    if draw(st.booleans()):
        doc["rounding"] = draw(_roundings())
    contracts = ["c0", "c1"][: draw(st.integers(1, 2))]
    doc["facility"] = [
        draw(_facilities(name=f"f{number}", contracts=contracts))
        for number in range(draw(st.integers(1, 3)))
    ]
    states = sorted({facility["state"] for facility in doc["facility"]})
    areas = [area for state in states for area in AREAS[state]]
    doc["contract"] = []
    for contract in contracts:
        rates = draw(_rates(state_areas=areas))
        _put_in_order(draw, rates)
        doc["contract"].append({"id": contract, "rate": rates})
    doc["tax"] = [
        draw(_taxes(name=f"t{number}", states=states)) for number in range(draw(st.integers(0, 3)))
    ]
    return doc


def tariffs() -> st.SearchStrategy[str]:
    """Draw the text of a valid tariff file without decks."""
    return _docs().map(toml_of)


@st.composite
def decked_tariffs(draw: Draw) -> tuple[str, dict[str, list[dict[str, str]]]]:
    """Draw a tariff file whose first contract has a deck, and the rows of that deck by file name.

    The rows are what a csv.DictReader gives: every value is text.
    """
    doc = draw(_docs())
    deck: dict[str, Any] = {"file": "deck.csv"}
    _terms(draw, deck, broad=draw(st.booleans()))
    contract = doc["contract"][0]
    _put_in_order(draw, [*contract["rate"], deck])
    contract["deck"] = [deck]
    columns = ["prefix", "price", "per_ms", "initial_ms", "increment_ms"]
    columns += [name for name in ("connect_fee", "rate_id") if draw(st.booleans())]
    rows = []
    for number, prefix in enumerate(_some(draw, PREFIXES)):
        row = {
            "prefix": prefix,
            "price": draw(_prices()),
            "per_ms": str(draw(st.sampled_from(PER_MS))),
            "initial_ms": str(draw(st.sampled_from(INCREMENTS_MS))),
            "increment_ms": str(draw(st.sampled_from(INCREMENTS_MS))),
            "connect_fee": draw(st.sampled_from(AMOUNTS)),
            "rate_id": f"d{number}",
        }
        rows.append({name: row[name] for name in columns})
    return toml_of(doc), {"deck.csv": rows}


# Calls -------------------------------------------------------------------------------------------


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


@cache
def _transitions(zone: str) -> tuple[int, ...]:
    """Return, to the minute, the instants of recent years at which a zone's clocks are set."""
    clock, found = zone_of(zone), []
    for year in (2021, 2025, 2026):
        at, after = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        while at < after:
            later = at + timedelta(days=1)
            if at.astimezone(clock).utcoffset() != later.astimezone(clock).utcoffset():
                minute = at
                while at.astimezone(clock).utcoffset() == minute.astimezone(clock).utcoffset():
                    minute += timedelta(minutes=1)
                found.append(_ms(minute))
            at = later
    return tuple(found)


@st.composite
def _edges(draw: Draw, *, doc: Doc, facility: Doc, rates: Sequence[Doc]) -> int:
    """Draw an instant at which something changes, or may."""
    zone = zone_of(facility["timezone"])

    def local(day: date, time: str) -> int:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        hours, minutes = (int(part) for part in time.split(":"))
        fold = draw(st.integers(0, 1))
        clock = midnight + timedelta(hours=hours, minutes=minutes)  # the wall's arithmetic
        return _ms(clock.replace(fold=fold))

    times: list[str] = []
    days: list[date] = []
    for rate in rates:
        windows = rate.get("when", [])
        for window in [windows] if isinstance(windows, Mapping) else windows:
            times += [window[key] for key in ("from", "to") if key in window]
    for table in (*rates, *doc.get("tax", ())):
        for key in ("effective_from", "effective_to"):
            if key in table:
                value = table[key]
                days.append(date(value.year, value.month, value.day))
    days += [date.fromisoformat(day) for day in facility.get("holidays", ())]

    kind = draw(st.sampled_from(("any", "regime", "window", "clock", "effective", "end")))
    if kind == "clock" and _transitions(facility["timezone"]):
        at_ms: int = draw(st.sampled_from(_transitions(facility["timezone"])))
        return at_ms + draw(st.sampled_from((0, 0, HOUR_MS, -HOUR_MS, HOUR_MS // 2)))
    if kind == "window" and times:
        ordinary = st.dates(date(2021, 10, 20), date(2026, 12, 31))
        special = [*REGIME_DATES, *days]
        special += [_date_of(at_ms, zone) for at_ms in _transitions(facility["timezone"])]
        day = draw(ordinary | st.sampled_from(special))
        return local(day, draw(st.sampled_from(times)))
    if kind == "effective" and days:
        return local(draw(st.sampled_from(days)), draw(st.sampled_from(("00:00", *times))))
    if kind == "end" and _one_in(draw, 4):
        return draw(st.sampled_from((0, START_MS_AFTER - 1)))  # the first and last instant rated
    if kind == "any":
        return _anywhere(draw, 1_380_000_000_000, 1_830_000_000_000)
    return local(draw(st.sampled_from(REGIME_DATES)), "00:00")


def _date_of(instant_ms: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(milliseconds=instant_ms)).astimezone(zone).date()


def _rates_of(doc: Doc, facility: Doc, decks: Mapping[str, Sequence[Doc]]) -> list[Doc]:
    """Return the facility's rates; a row of a deck has only its steps and its deck's terms."""
    contract = next(each for each in doc["contract"] if each["id"] == facility["contract"])
    rates: list[Doc] = list(contract.get("rate", ()))
    for deck in contract.get("deck", ()):
        for row in decks[deck["file"]]:
            increments = (int(row["initial_ms"]), int(row["increment_ms"]))
            steps = [
                {"from_ms": 0, "increment_ms": increments[0]},
                {"from_ms": increments[0], "increment_ms": increments[1]},
            ]
            rates.append({**deck, "steps": steps, "destinations": [row["prefix"]]})
    return rates


@st.composite
def _durations(draw: Draw, *, rates: Sequence[Doc], limit_ms: int) -> int:
    """Draw a duration: on an edge of what is sold, beside one, or anywhere up to the limit."""
    steps = draw(st.sampled_from([rate["steps"] for rate in rates]))
    step = draw(st.sampled_from(steps))
    free_ms = [rate["free_ms"] for rate in rates if "free_ms" in rate]
    kinds = ("any", "any", "increment", "increment", "step", "minute", "free", "long", "none")
    kind = draw(st.sampled_from(kinds))
    edge_ms: int
    if kind == "increment":
        edge_ms = step["from_ms"] + draw(st.integers(1, 30)) * step["increment_ms"]
    elif kind == "step":
        edge_ms = step["from_ms"]
    elif kind == "minute":
        edge_ms = 60_000 * draw(st.integers(1, 15))
    elif kind == "free" and free_ms:
        edge_ms = draw(st.sampled_from(free_ms))
    elif kind == "long":
        edge_ms = _anywhere(draw, 0, (30 if _one_in(draw, 6) else 4) * HOUR_MS)
    elif kind == "none" and _one_in(draw, 3):
        return 0
    else:
        edge_ms = _anywhere(draw, 1, 900_000)
    beside_ms: int = draw(st.sampled_from((0, 0, 1, -1)))
    return min(max(edge_ms + beside_ms, 1), limit_ms)


@st.composite
def _numbers(draw: Draw, *, facility: Doc, rates: Sequence[Doc]) -> str:
    def with_tail(prefix: str, length: int = 11) -> str:
        digits = prefix.lstrip("+")
        missing = max(length - len(digits), 0)
        tail = draw(st.integers(0, 10**missing - 1)) if missing else 0
        return f"+{digits}{tail:0{missing}d}" if missing else f"+{digits}"

    prefixes = [each for rate in rates for each in rate["destinations"] if each[0] in "+0123456789"]
    kinds = ["same", "other", "local", "placeless", "abroad", "foreign", "prefix"]
    kind = draw(st.sampled_from(kinds))
    if kind == "local" and facility.get("local"):
        number = with_tail(draw(st.sampled_from(facility["local"])))
    elif kind == "other":
        number = with_tail("+1" + draw(st.sampled_from(AREAS[draw(st.sampled_from(list(AREAS)))])))
    elif kind == "placeless":
        number = with_tail("+1" + draw(st.sampled_from(PLACELESS)))
    elif kind == "abroad":
        number = with_tail("+1" + draw(st.sampled_from(ABROAD)))
    elif kind == "foreign":
        number = draw(st.sampled_from(FOREIGN))
    elif kind == "prefix" and prefixes:
        # Of some the first digits after +1 are none of an area code: a bad number.
        number = with_tail(draw(st.sampled_from(prefixes)))
    else:
        number = with_tail("+1" + draw(st.sampled_from(AREAS[facility["state"]])))
    return number.lstrip("+") if _one_in(draw, 6) else number


def _spoil(draw: Draw, call: dict[str, Any]) -> None:
    """Replace one value or two by bad ones, or by ones that only regulation refuses."""
    bad = {
        "facility": ("", "nowhere", None),
        "start_ms": (-1, START_MS_AFTER, None),
        "duration_ms": (-1, DURATION_MS_MAX + 1, None),
        "authorized_ms": (-1, DURATION_MS_MAX + 1),
        "number": BAD_NUMBERS + FREE_NUMBERS,
        "medium": ("fax", "", None),
        "bill_type": ("cash", "", None),
        "relay": ("semaphore", "", None),
    }
    for key in draw(st.lists(st.sampled_from(sorted(bad)), min_size=1, max_size=2, unique=True)):
        call[key] = draw(st.sampled_from(bad[key]))


@st.composite
def calls(
    draw: Draw,
    doc: Doc,
    *,
    fast: bool = True,
    decks: Mapping[str, Sequence[Doc]] | None = None,
    bad: bool = True,
) -> dict[str, Any]:
    """Draw a call for a tariff, as the judge takes it.

    Parameters
    ----------
    doc : dict
        The tariff as tomllib reads it.
    fast : bool
        Keep the number of increments so low that the judge needs only milliseconds; else up to
        20 000 of them.
    decks : dict
        Rows by file name, if the tariff has decks.
    bad : bool
        Draw a value that is refused, once in a while.
    """
    facility = draw(st.sampled_from(doc["facility"]))
    rates = _rates_of(doc, facility, decks or {})
    least_ms = min(step["increment_ms"] for rate in rates for step in rate["steps"])
    limit_ms = min(least_ms * (400 if fast else 20_000), 30 * HOUR_MS)
    duration_ms: int = draw(_durations(rates=rates, limit_ms=limit_ms))
    before_ms = _anywhere(draw, 0, duration_ms)
    if draw(st.booleans()):
        before_ms = draw(st.sampled_from((0, 1, -1, 1_000, 60_000, duration_ms, duration_ms // 2)))
    start_ms = draw(_edges(doc=doc, facility=facility, rates=rates)) - before_ms
    call: dict[str, Any] = {
        "facility": facility["id"],
        "number": draw(_numbers(facility=facility, rates=rates)),
        "start_ms": min(max(start_ms, 0), START_MS_AFTER - 1),
        "duration_ms": duration_ms,
    }
    if _one_in(draw, 3):
        call["medium"] = draw(st.sampled_from(MEDIA))
    if draw(st.booleans()):
        call["bill_type"] = draw(st.sampled_from(BILL_TYPES))
    if _one_in(draw, 3):
        near = (duration_ms, duration_ms - 1, duration_ms + 1, duration_ms // 2, 2 * duration_ms)
        call["authorized_ms"] = max(draw(st.sampled_from((*near, 0))), 0)
    if _one_in(draw, 6):
        call["relay"] = draw(st.sampled_from(RELAYS))
    if bad and _one_in(draw, 8):
        _spoil(draw, call)
    return call
