"""What is measured: seeded decks, calls and tariffs, the same on every machine.

The plain job is the one that any data-frame library can do as well: longest prefix of a dialled
number, two-step increments, a limit a started minute, one tax, whole micro-dollars. The everything
job is a month at facilities in several states.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa

__all__ = ["LIMIT_MICROS", "Deck", "everything_calls", "everything_tariff", "everything_text",
           "plain_calls", "plain_deck", "plain_tariff"]  # fmt: skip

SEED: Final = 20260501
# Five weeks in which the clocks change (8 March) and other ceilings come into force (6 April).
START_MS: Final = int(datetime(2026, 3, 5, tzinfo=UTC).timestamp() * 1000)
SPAN_MS: Final = 35 * 86_400_000
KEY_DIGITS: Final = 15  # of the left-justified number that peers compare
LIMIT_MICROS: Final = 160_000  # a started minute
INCREMENTS: Final = ((60_000, 60_000), (30_000, 6_000), (60_000, 1_000), (1_000, 1_000))

PLAIN: Final = """
currency = "USD"
[[facility]]
id = "plain"
kind = "jail"
state = "TX"
timezone = "America/Chicago"
contract = "plain"
regulation = "none"
[[contract]]
id = "plain"
[[contract.deck]]
file = "deck.csv"
max_per_started_minute = "0.16"
[[tax]]
id = "tax"
percent = "6.25"
base = "net"
"""


@dataclass(frozen=True, slots=True)
class Deck:
    """Prefixes and prices, a row each.

    Attributes
    ----------
    prefixes : list of str
        Digits; many lie inside others.
    minute_micros, initial_ms, increment_ms : numpy.ndarray of int64
    """

    prefixes: list[str]
    minute_micros: np.ndarray
    initial_ms: np.ndarray
    increment_ms: np.ndarray

    def csv(self) -> str:
        """Return it as the CSV file that a tariff reads."""
        lines = ["prefix,price,per_ms,initial_ms,increment_ms"]
        lines += [
            f"+{prefix},{micros / 1_000_000:.4f},60000,{initial},{increment}"
            for prefix, micros, initial, increment in zip(
                self.prefixes,
                self.minute_micros.tolist(),
                self.initial_ms.tolist(),
                self.increment_ms.tolist(),
                strict=True,
            )
        ]
        return "\n".join(lines) + "\n"

    def flattened(self) -> tuple[np.ndarray, np.ndarray]:
        """Return half-open ranges of left-justified numbers, for peers that know only ranges.

        The first array says where each begins; it ends where the next begins. The second has the
        deck's row of the longest prefix over the range, or -1.
        """
        spans = sorted(
            (int(prefix.ljust(KEY_DIGITS, "0")), len(prefix), row)
            for row, prefix in enumerate(self.prefixes)
        )
        begins: list[int] = [0]
        owners: list[int] = [-1]
        around: list[tuple[int, int]] = []  # (end, row) of the prefixes where the sweep stands

        def begin(key: int, row: int) -> None:
            if begins[-1] == key:
                owners[-1] = row
            else:
                begins.append(key)
                owners.append(row)

        for key, length, row in [*spans, (10**KEY_DIGITS, 0, -1)]:
            while around and around[-1][0] <= key:
                end, _ = around.pop()
                begin(end, around[-1][1] if around else -1)
            if length:
                begin(key, row)
                around.append((key + 10 ** (KEY_DIGITS - length), row))
        return np.array(begins, np.int64), np.array(owners, np.int32)


def plain_deck(prefixes: int, seed: int = SEED) -> Deck:
    """Return a deck that grew like real ones: a prefix is another's with a few digits more."""
    rng = np.random.default_rng([seed, prefixes])
    roots = [str(code) for code in (7, *range(20, 99), *range(210, 300))]
    found = roots[: max(1, min(len(roots), prefixes // 10))]
    known = set(found)
    while len(found) < prefixes:
        wanted = prefixes - len(found)
        inside = rng.integers(0, len(found), wanted).tolist()
        digits = rng.integers(1, 4, wanted).tolist()
        tails = rng.integers(0, 1000, wanted).tolist()
        for parent, count, tail in zip(inside, digits, tails, strict=True):
            prefix = found[parent] + f"{tail:03}"[:count]
            if len(prefix) <= 9 and prefix not in known:
                known.add(prefix)
                found.append(prefix)
    pairs = np.array(INCREMENTS, np.int64)[rng.integers(0, len(INCREMENTS), prefixes)]
    # Tenths of a cent, as decks have; a few hundred prices, also as decks have.
    micros = rng.choice(rng.integers(5, 400, 300), prefixes).astype(np.int64) * 1_000
    return Deck(found, micros, pairs[:, 0].copy(), pairs[:, 1].copy())


def _durations_ms(rng: np.random.Generator, rows: int) -> np.ndarray:
    drawn = rng.lognormal(5.3, 1.1, rows) * 1000  # median 200 s
    return np.clip(drawn, 1, 3_600_000).astype(np.int64)


def plain_calls(deck: Deck, rows: int, seed: int = SEED) -> pa.Table:
    """Return calls: every prefix as likely as any other, which is the hardest for caches.

    Of a thousand, five have duration 0, two a prefix that nobody knows, one a number that is none.
    """
    rng = np.random.default_rng([seed, rows, 1])
    which = rng.integers(0, len(deck.prefixes), rows).tolist()
    tails = rng.integers(10**11, 10**12, rows).tolist()
    digits = rng.integers(10, 14, rows).tolist()
    numbers = [
        (deck.prefixes[row] + str(tail))[:count]
        for row, tail, count in zip(which, tails, digits, strict=True)
    ]
    chance = rng.random(rows)
    for row in np.flatnonzero(chance < 0.001).tolist():
        numbers[row] = numbers[row][:6] + "x" + numbers[row][7:]
    for row in np.flatnonzero((chance >= 0.001) & (chance < 0.003)).tolist():
        numbers[row] = "0" + numbers[row][1:]
    duration_ms = _durations_ms(rng, rows)
    duration_ms[(chance >= 0.003) & (chance < 0.008)] = 0
    return pa.table(
        {
            "facility": _words(np.zeros(rows, np.int32), ["plain"]),
            "number": pa.array(numbers, pa.string()),
            "start": _starts(rng, rows),
            "duration_ms": pa.array(duration_ms),
        }
    )


def _words(codes: np.ndarray, words: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words))


def _starts(rng: np.random.Generator, rows: int) -> pa.Array:
    # In the order in which calls begin, as switches write them.
    return pa.array(np.sort(START_MS + rng.integers(0, SPAN_MS, rows)), pa.timestamp("ms", "UTC"))


def plain_tariff(deck: Deck) -> Any:
    """Return the tariff of the plain job."""
    import securecall as sc

    return sc.Tariff.loads(PLAIN, decks={"deck.csv": deck.csv()})


# Facility, state, kind, average daily population, time zone, area codes of its place.
PLACES: Final = (
    ("tx-harris", "TX", "jail", 8932, "America/Chicago", ("713", "281", "832", "346")),
    ("tx-huntsville", "TX", "prison", 40_000, "America/Chicago", ("936", "979")),
    ("az-maricopa", "AZ", "jail", 6800, "America/Phoenix", ("602", "480", "623")),
    ("ca-folsom", "CA", "prison", 3000, "America/Los_Angeles", ("916", "530")),
    ("ny-erie", "NY", "jail", 700, "America/New_York", ("716", "585")),
    ("il-cook", "IL", "jail", 5600, "America/Chicago", ("312", "773")),
    ("fl-leon", "FL", "jail", 1100, "America/New_York", ("850",)),
    ("nj-state", "NJ", "prison", 12_000, "America/New_York", ("609", "856")),
)
ELSEWHERE: Final = ("212", "305", "404", "214", "415", "206", "303", "617", "702", "503")
ABROAD: Final = ("52", "521", "44", "4420", "502", "503", "504", "57", "1809", "1876", "49", "63")


def everything_text() -> str:
    """Return a tariff with all that a month meets: contracts, windows, ceilings, stacked taxes."""
    parts = ['currency = "USD"']
    for name, state, kind, people, zone, areas in PLACES:
        local = json.dumps([f"+1{area}" for area in areas])
        parts.append(
            f'[[facility]]\nid = "{name}"\nstate = "{state}"\nkind = "{kind}"\nadp = {people}\n'
            f'timezone = "{zone}"\ncontract = "{name}"\nlocal = {local}\n'
            'holidays = ["2026-03-31"]'
        )
    for number, (name, *_) in enumerate(PLACES):
        parts.append(f'[[contract]]\nid = "{name}"')
        for medium, day, night in (("audio", 0.09, 0.06), ("video", 0.17, 0.13)):
            for when, price in (("day", day), ("night", night)):
                parts.append(_domestic(medium, when, price + 0.005 * number))
        for prefix in ABROAD:
            price = 0.11 + 0.01 * (len(prefix) + number)
            parts.append(
                f'[[contract.rate]]\nid = "abroad-{prefix}"\ndestinations = ["+{prefix}"]\n'
                'switch = "call_start"\nsteps = [{ from_ms = 0, '
                f'price = "{price:.3f}", per_ms = 60_000, increment_ms = 60_000 }}]'
            )
        parts.append(
            '[[contract.rate]]\nid = "abroad"\ndestinations = ["international"]\nsteps = ['
            '{ from_ms = 0, price = "0.35", per_ms = 60_000, increment_ms = 60_000 }]'
        )
    states = json.dumps(sorted({state for _, state, *_ in PLACES}))
    for name, percent, base in (("state", "6.25", "net"), ("city", "1.5", "net+prior"),
                                ("usf", "0.8", "net+prior")):  # fmt: skip
        parts.append(
            f'[[tax]]\nid = "{name}"\nstates = {states}\npercent = "{percent}"\nbase = "{base}"'
        )
    parts.append(
        '[[tax]]\nid = "later"\nstates = ["TX", "NY"]\npercent = "0.5"\nbase = "net"\n'
        "effective_from = 2026-03-15"
    )
    return "\n".join(parts)


def everything_tariff() -> Any:
    """Return that tariff, loaded."""
    import securecall as sc

    return sc.Tariff.loads(everything_text())


def _domestic(medium: str, when: str, price: float) -> str:
    rate = (
        f'[[contract.rate]]\nid = "{medium}-{when}"\nmedium = "{medium}"\n'
        'destinations = ["local", "intrastate", "interstate"]\nsteps = [\n'
        f'{{ from_ms = 0, price = "{price:.3f}", per_ms = 60_000, increment_ms = 60_000 }},\n'
        f'{{ from_ms = 60_000, price = "{price - 0.01:.3f}", per_ms = 60_000, '
        "increment_ms = 1_000 }]"
    )
    if when == "night":
        rate += '\nwhen = [{ from = "19:00", to = "07:00" }, { days = ["sat", "sun"], ' + (
            'from = "07:00", to = "19:00" }]'
        )
    return rate


def everything_calls(rows: int, seed: int = SEED) -> pa.Table:
    """Return a month of them: mostly near, some far, a twentieth abroad."""
    rng = np.random.default_rng([seed, rows, 2])
    # The larger facilities have more calls; the order of facilities is that of the clock: mixed.
    weights = np.array([place[3] for place in PLACES], float)
    where = rng.choice(len(PLACES), rows, p=weights / weights.sum())
    kind = rng.random(rows)
    lines = rng.integers(2_000_000, 9_999_999, rows).tolist()
    pick = rng.integers(0, 1 << 30, rows).tolist()
    numbers = []
    for place, chance, line, draw in zip(where.tolist(), kind.tolist(), lines, pick, strict=True):
        if chance < 0.62:
            areas = PLACES[place][5]
            numbers.append(f"+1{areas[draw % len(areas)]}{line}")
        elif chance < 0.95:
            numbers.append(f"+1{ELSEWHERE[draw % len(ELSEWHERE)]}{line}")
        elif chance < 0.998:
            numbers.append(f"+{ABROAD[draw % len(ABROAD)]}{line}{'' if draw % 2 else '43'}")
        else:
            numbers.append(f"{line}")
    # A number of Jamaica or Santo Domingo has seven digits behind its code.
    numbers = [
        number[:12] if number.startswith(("+1809", "+1876")) else number for number in numbers
    ]
    bills = rng.choice(5, rows, p=[0.5, 0.2, 0.2, 0.05, 0.05])
    media = (rng.random(rows) < 0.08).astype(np.int32)
    duration_ms = _durations_ms(rng, rows)
    duration_ms[rng.random(rows) < 0.005] = 0
    return pa.table(
        {
            "facility": _words(where, [place[0] for place in PLACES]),
            "number": pa.array(numbers, pa.string()),
            "start": _starts(rng, rows),
            "duration_ms": pa.array(np.minimum(duration_ms, 1_800_000)),
            "medium": _words(media, ["audio", "video"]),
            "bill_type": _words(
                bills, ["prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill"]
            ),
        }
    )
