"""A month of made-up call records for the facilities of a tariff, as a Parquet file.

Everything is drawn day by day with numpy from one seed, so the same seed gives the same records,
and memory does not grow with the number of days. What a real month has is in it, in stated shares:

- two peaks a day on the facility's own clock, quieter weekdays, calls by average daily population;
- log-normal durations, cut off at the facility's longest call; one call in six is not answered;
- numbers by Zipf's law: a few are called again and again, most hardly ever;
- `ACROSS_WINDOW` of the answered calls are running while a window of their contract ends, and
  `ACROSS_MIDNIGHT` while the day does; no others are;
- `REPEATED` of the rows stand there twice, `UNKNOWN_PREFIX` go where no rate reaches, `BAD` are
  damaged, in `DAMAGES` ways.

Numbers in North America are of exchange 555, which has no subscribers. Nobody's calls are in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from securecall.rating.contract import Facility
from securecall.rating.numbering import STATES, area_regions
from securecall.rating.tariff import Tariff
from securecall.rating.words import BILL_TYPES, RELAYS
from securecall.rating.zones import load_zone

ACROSS_WINDOW = 0.03
ACROSS_MIDNIGHT = 0.005
UNANSWERED = 1 / 6
REPEATED = 0.002
UNKNOWN_PREFIX = 0.003
BAD = 0.005

DAY_MS = 86_400_000
MINUTE_MS = 60_000
#: Prefixes that the deck of the examples has; the first of them are called most.
ABROAD = ("52", "5255", "503", "1809", "504", "502", "1876", "1416", "57", "44", "53", "509")
#: And some that it lacks: an inner island, satellite, a country without agreement.
NOWHERE = ("682", "8816", "850", "979")
#: What may be wrong with a row. Each name is what is damaged, then what status it must get.
DAMAGES = (
    ("facility unknown", "bad_facility"),
    ("facility missing", "bad_facility"),
    ("start missing", "bad_time"),
    ("start before 1970", "bad_time"),
    ("start after 2099", "bad_time"),
    ("duration negative", "bad_duration"),
    ("duration missing", "bad_duration"),
    ("duration of 400 days", "bad_duration"),
    ("number of letters", "bad_number"),
    ("number too short", "bad_number"),
    ("number missing", "bad_number"),
    ("medium unknown", "bad_medium"),
    ("relay unknown", "bad_medium"),
    ("bill type unknown", "bad_bill_type"),
    ("bill type missing", "bad_bill_type"),
)
DAMAGE = {name: number for number, (name, _) in enumerate(DAMAGES)}

SCHEMA = pa.schema(
    [
        ("call_id", pa.string()),
        ("facility", pa.dictionary(pa.int32(), pa.string())),
        ("number", pa.string()),
        ("start", pa.timestamp("ms", "UTC")),
        ("duration_ms", pa.int64()),
        ("medium", pa.dictionary(pa.int32(), pa.string())),
        ("bill_type", pa.dictionary(pa.int32(), pa.string())),
        ("account", pa.string()),
        ("authorized_ms", pa.int64()),
        ("privileged", pa.bool_()),
        ("relay", pa.dictionary(pa.int32(), pa.string())),
    ]
)


@dataclass(frozen=True, slots=True)
class Site:
    """What of a facility shapes its calls."""

    weight: float
    begins_ms: np.ndarray  # of each offset of its clock, UTC
    offsets_ms: np.ndarray
    edges_ms: np.ndarray  # of its contract's windows, into the day, midnight apart
    longest_ms: int
    local: np.ndarray  # first digits of its numbers, by nearness
    state: np.ndarray
    numbers: int


def _areas() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return area codes by state, and all of the states."""
    regions = area_regions()
    codes = [area for area in range(200, 1000) if regions[area] > 0]
    by_state: dict[str, list[int]] = {}
    for area in codes:
        by_state.setdefault(STATES[regions[area] - 1], []).append(1000 + area)
    return {state: np.array(areas) for state, areas in by_state.items()}, np.array(codes) + 1000


def _sites(tariff: Tariff, by_state: dict[str, np.ndarray]) -> dict[str, Site]:
    contracts = {contract.id: contract for contract in tariff.document.contracts}

    def site(facility: Facility) -> Site:
        zone = load_zone(facility.timezone)
        edges = {
            edge % DAY_MS
            for rate in contracts[facility.contract].rates
            for window in rate.when or ()
            for edge in (window.from_ms, window.to_ms)
        }
        people = float(facility.adp or 100)
        return Site(
            weight=people,
            begins_ms=np.array(zone.begins_ms),
            offsets_ms=np.array(zone.offsets_ms),
            edges_ms=np.array(sorted(edges - {0})),
            longest_ms=facility.max_call_ms or 1_800_000,
            local=np.array([int(prefix) for prefix in facility.local]),
            state=by_state[facility.state or "TX"],
            numbers=int(people * 7),  # people call some seven numbers each
        )

    return {facility.id: site(facility) for facility in tariff.document.facilities}


def _utc(wall_ms: np.ndarray, site: Site) -> np.ndarray:
    """Return UTC of wall times; the clock is asked twice, since it is asked by UTC."""
    utc = wall_ms - site.offsets_ms[-1]
    for _ in range(2):
        place = np.searchsorted(site.begins_ms, utc, side="right") - 1
        utc = wall_ms - site.offsets_ms[place]
    return utc


def _times(
    random: np.random.Generator, day_ms: int, site: Site, durations: np.ndarray, moved: float
) -> np.ndarray:
    """Return wall-clock starts: two peaks, and edges crossed as often as stated and no oftener."""
    rows = len(durations)
    peak = random.choice(3, rows, p=(0.37, 0.51, 0.12))
    hours = np.where(
        peak == 0,
        random.normal(10.4, 1.7, rows),
        np.where(peak == 1, random.normal(19.6, 1.6, rows), random.uniform(5.0, 24.0, rows)),
    )
    into = (np.mod(hours, 24.0) * 3_600_000).astype(np.int64)
    into = np.minimum(into, DAY_MS - durations - 1)
    for edge in site.edges_ms:  # whoever would cross an edge by chance starts earlier
        late = into + durations - edge
        into = np.where((into < edge) & (late > 0), into - late, into)
    answered = durations > 1
    inside = 1 + (random.random(rows) * (durations - 1)).astype(np.int64)
    picked = random.random(rows)
    if len(site.edges_ms):
        edges = random.choice(site.edges_ms, rows)
        into = np.where(answered & (picked < moved), edges - inside, into)
    over = answered & (picked > 1 - ACROSS_MIDNIGHT)
    return day_ms + np.where(over, DAY_MS - inside, into)


def _durations(
    random: np.random.Generator, site: Site, video: np.ndarray, limited: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how long calls lasted, and how long the switch let them (-1: it was not told)."""
    rows = len(video)
    minutes = np.where(
        video, random.lognormal(np.log(11.0), 0.7, rows), random.lognormal(np.log(5.0), 1.0, rows)
    )
    lasted = np.minimum((minutes * MINUTE_MS).astype(np.int64) + 2, site.longest_ms)
    lasted[random.random(rows) < UNANSWERED] = 0
    authorized = np.where(limited, site.longest_ms, -1)
    # Of some the money ended on a whole minute; the switch cuts off a little late.
    ended = limited & (lasted > 2 * MINUTE_MS) & (random.random(rows) < 0.12)
    whole = lasted // MINUTE_MS * MINUTE_MS
    authorized = np.where(ended, whole, authorized)
    lasted = np.where(ended, whole + random.integers(0, 400, rows), lasted)
    return lasted, authorized


def _mixed(values: np.ndarray) -> np.ndarray:
    """Return numbers that look random but are always the same for a value (splitmix64)."""
    with np.errstate(over="ignore"):
        bits = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))


def _ranks(random: np.random.Generator, size: int, rows: int) -> np.ndarray:
    """Return ranks from 0 to size - 1 by Zipf's law with exponent 1."""
    return ((size + 1) ** random.random(rows)).astype(np.int64) - 1


def _numbers(
    ranks: np.ndarray, place: int, site: Site, everywhere: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits of the site's numbers by rank, and which are abroad or toll-free."""
    bits = _mixed(ranks + (place << 40))
    share = (bits >> np.uint64(32)).astype(np.float64) / 2**32
    which = (_mixed(bits) >> np.uint64(8)).astype(np.int64)
    line = (bits % np.uint64(10_000)).astype(np.int64)

    def of(areas: np.ndarray) -> np.ndarray:
        return areas[which % len(areas)]

    local = of(site.local if len(site.local) else site.state)
    area = np.select(
        [share < 0.44, share < 0.70, share < 0.91, share < 0.985],
        [local, of(site.state), of(everywhere), 0],
        of(np.array([1800, 1888, 1877])),
    )
    digits = area * 10_000_000 + 5_550_000 + line
    # Abroad, too, a few countries are called most.
    country = (len(ABROAD) + 1.0) ** ((which % 65_536) / 65_536.0)
    prefixes = np.array([int(prefix) for prefix in ABROAD])[country.astype(np.int64) - 1]
    northern = np.isin(prefixes, [int(one) for one in ABROAD if one[0] == "1"])
    tail = np.where(northern, 5_550_000 + line, 2_000_000 + which % 100_000)
    return np.where(area == 0, prefixes * 10_000_000 + tail, digits), share >= 0.91


def _coded(words: tuple[str, ...], codes: np.ndarray, missing: np.ndarray) -> pa.Array:
    indices = pa.array(codes.astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _day(
    random: np.random.Generator,
    day: date,
    rows: int,
    sites: dict[str, Site],
    everywhere: np.ndarray,
) -> pa.RecordBatch:
    names, sites_by_place = tuple(sites), tuple(sites.values())
    weights = np.array([site.weight for site in sites_by_place])
    windowed = np.array([len(site.edges_ms) > 0 for site in sites_by_place])
    moved = ACROSS_WINDOW * weights.sum() / max(weights[windowed].sum(), 1e-9)
    facility = np.sort(random.choice(len(sites), rows, p=weights / weights.sum()))
    video = random.random(rows) < 0.06
    bill_type = random.choice(len(BILL_TYPES), rows, p=(0.52, 0.30, 0.08, 0.07, 0.03))
    limited = (bill_type <= 1) & (random.random(rows) < 0.6)
    start, lasted, authorized, digits, account = (np.zeros(rows, np.int64) for _ in range(5))
    far = np.zeros(rows, bool)
    day_ms = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
    bounds = np.searchsorted(facility, np.arange(len(sites) + 1))
    for place, site in enumerate(sites_by_place):
        part = slice(bounds[place], bounds[place + 1])
        count = int(bounds[place + 1] - bounds[place])
        ranks = _ranks(random, site.numbers, count)
        digits[part], far[part] = _numbers(ranks, place, site, everywhere)
        video[part] &= ~far[part]  # nobody sees each other abroad
        lasted[part], authorized[part] = _durations(random, site, video[part], limited[part])
        start[part] = _utc(_times(random, day_ms, site, lasted[part], moved), site)
        account[part] = place * 100_000 + _ranks(random, max(int(site.weight), 1), count)
    nowhere = random.random(rows) < UNKNOWN_PREFIX
    digits[nowhere] = (
        random.choice([int(one) for one in NOWHERE], nowhere.sum()) * 10_000_000 + 2_000_123
    )
    video[nowhere] = False
    relay = np.where(random.random(rows) < 0.002, np.where(video, 3, 1), 0)
    privileged = random.random(rows) < 0.012
    order = np.argsort(start + lasted, kind="stable")  # a switch writes a record when a call ends
    damage = np.where(random.random(rows) < BAD, random.integers(0, len(DAMAGES), rows), -1)
    columns = {
        "facility": facility, "start": start, "lasted": lasted, "authorized": authorized,
        "digits": digits, "account": account, "video": video, "bill_type": bill_type,
        "relay": relay, "privileged": privileged,
    }  # fmt: skip
    sorted_columns = {name: column[order] for name, column in columns.items()}
    batch = _batch(day, sorted_columns, damage, names)
    again = np.flatnonzero(random.random(rows) < REPEATED)
    places = np.concatenate([np.arange(rows), again + random.integers(1, 500, len(again))])
    twice = np.concatenate([np.arange(rows), again])
    return batch.take(pa.array(twice[np.argsort(places, kind="stable")]))


def _batch(
    day: date, of: dict[str, np.ndarray], damage: np.ndarray, names: tuple[str, ...]
) -> pa.RecordBatch:
    """Return a day's calls as Arrow, damaged where they are to be."""

    def hit(*what: str) -> np.ndarray:
        return np.isin(damage, [DAMAGE[one] for one in what])

    def column(name: str, replaced: dict[str, int]) -> np.ndarray:
        values = of[name].astype(np.int64)
        for what, value in replaced.items():
            values = np.where(hit(what), value, values)
        return values

    rows = len(damage)
    none = np.zeros(rows, bool)
    number = pc.binary_join_element_wise("+", pa.array(of["digits"]).cast(pa.string()), "")
    number = pc.if_else(pa.array(hit("number of letters")), "+1713555CALL", number)
    number = pc.if_else(pa.array(hit("number too short")), "+1713", number)
    number = pc.if_else(pa.array(hit("number missing")), pa.scalar(None, pa.string()), number)
    start = column("start", {"start before 1970": -1, "start after 2099": 4_102_444_800_000})
    duration = column("lasted", {"duration negative": -1, "duration of 400 days": 400 * DAY_MS})
    sequence = pc.utf8_lpad(pa.array(np.arange(rows)).cast(pa.string()), 7, "0")
    account = pc.utf8_lpad(pa.array(of["account"]).cast(pa.string()), 7, "0")
    facility = column("facility", {"facility unknown": len(names)})
    return pa.RecordBatch.from_arrays(
        [
            pc.binary_join_element_wise(f"{day:%Y%m%d}", sequence, "-"),
            _coded((*names, "tx-haris"), facility, hit("facility missing")),
            number,
            pa.array(start, mask=hit("start missing")).cast(SCHEMA.field("start").type),
            pa.array(duration, mask=hit("duration missing")),
            _coded(("audio", "video", "fax"), column("video", {"medium unknown": 2}), none),
            _coded(
                (*BILL_TYPES, "barter"),
                column("bill_type", {"bill type unknown": len(BILL_TYPES)}),
                hit("bill type missing"),
            ),
            pc.binary_join_element_wise("a", account, ""),
            pa.array(of["authorized"], mask=of["authorized"] < 0),
            pa.array(of["privileged"]),
            _coded((*RELAYS, "morse"), column("relay", {"relay unknown": len(RELAYS)}), none),
        ],
        schema=SCHEMA,
    )


def days_of(month: date) -> list[date]:
    """Return the days of the month that a day lies in."""
    day = month.replace(day=1)
    days = []
    while day.month == month.month:
        days.append(day)
        day += timedelta(days=1)
    return days


def batches(tariff: Tariff, *, rows: int, seed: int, month: date) -> Iterator[pa.RecordBatch]:
    """Yield a month of call records, a day at a time; some more than ``rows``, as some repeat."""
    by_state, everywhere = _areas()
    sites = _sites(tariff, by_state)
    days = days_of(month)
    # Families are at home at the end of the week.
    busy = np.array([(0.95, 0.92, 0.94, 0.97, 1.02, 1.12, 1.15)[day.weekday()] for day in days])
    ends = np.rint(np.cumsum(busy) / busy.sum() * rows).astype(int)
    for day, count in zip(days, np.diff(ends, prepend=0), strict=True):
        random = np.random.default_rng([seed, day.toordinal()])
        yield _day(random, day, int(count), sites, everywhere)


def write_month(
    path: Path,
    tariff: Tariff,
    *,
    rows: int,
    seed: int,
    month: date,
    progress: Callable[[int, int | None], object] = lambda done, total: None,
) -> int:
    """Write a month of call records as Parquet, a row group a day; return how many rows."""
    done = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for batch in batches(tariff, rows=rows, seed=seed, month=month):
            writer.write_batch(batch)
            done += batch.num_rows
            progress(min(done, rows), rows)
    return done
