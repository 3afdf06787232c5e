"""What tests of sums and of the report share: a small tariff, rows of every kind, slow sums."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from securecall.rating.tariff import Tariff

ZONES = {
    "tx": "America/Chicago",
    "ny": "America/New_York",
    "co": "America/Denver",
    "ct": "America/New_York",
}
TARIFF = Tariff.loads(
    """
[[facility]]
id = "tx"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"

[[facility]]
id = "ny"
kind = "jail"
adp = 40
state = "NY"
timezone = "America/New_York"
contract = "c"

[[facility]]
id = "co"
kind = "prison"
adp = 2000
state = "CO"
timezone = "America/Denver"
contract = "c"

[[facility]]
id = "ct"
kind = "jail"
adp = 700
state = "CT"
timezone = "America/New_York"
contract = "c"

[[contract]]
id = "c"

[[contract.rate]]
id = "all"
destinations = ["intrastate", "interstate"]
connect_fee = "0.30"
steps = [{ price = "0.17", per_ms = 60_000, increment_ms = 7_000 }]

[[contract.rate]]
id = "mexico"
destinations = ["+52"]
max_total = "1.00"
steps = [{ price = "0.40", per_ms = 60_000, increment_ms = 60_000 }]

[[tax]]
id = "tx-sales"
states = ["TX", "CO"]
percent = "6.25"

[[tax]]
id = "second"
states = ["CO"]
percent = "3"
base = "net+prior"
""",
    file="small.toml",
)
NUMBERS = (
    "+17135550123", "+12125550188", "+13035550123", "+525520000000", "+18005550100",
    "+442012345678", "12", "+17135550124",
)  # fmt: skip


def calls(rows: int, seed: int = 5) -> pa.Table:
    """Return calls around the beginning of summer time, of all facilities, some of them bad."""
    drawn = random.Random(seed)
    begins = int(datetime(2026, 3, 7, tzinfo=UTC).timestamp() * 1000)

    def one(row: int) -> dict[str, Any]:
        return {
            "call_id": f"c{row}",
            "facility": drawn.choice([*ZONES, *ZONES, "nowhere", None]),
            "number": drawn.choice(NUMBERS),
            "start": drawn.choice([begins + drawn.randrange(3 * 86_400_000)] * 9 + [None]),
            "duration_ms": drawn.choice([0, -1, *[drawn.randrange(4_000_000) for _ in range(8)]]),
            "medium": drawn.choice(["audio", "audio", "audio", "video"]),
            "bill_type": drawn.choice(["prepaid", "collect", "prepaid", None]),
        }

    schema = pa.schema(
        [
            ("call_id", pa.string()),
            ("facility", pa.string()),
            ("number", pa.string()),
            ("start", pa.timestamp("ms", "UTC")),
            ("duration_ms", pa.int64()),
            ("medium", pa.string()),
            ("bill_type", pa.string()),
        ]
    )
    return pa.Table.from_pylist([one(row) for row in range(rows)], schema)


def slow_sums(rated: pa.Table) -> dict[str, Any]:
    """Add up rated rows one by one, with Python's own decimals and time zones."""
    places: dict[Any, list[Any]] = defaultdict(lambda: [0, 0, *[Decimal(0)] * 5])
    hours: dict[int, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    ceilings: dict[Any, list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    statuses: dict[str, int] = defaultdict(int)
    minutes = [0] * 61
    for row in rated.to_pylist():
        statuses[row["status"]] += 1
        if row["total"] is None:
            continue
        place = places[row["facility"], row["jurisdiction"]]
        place[0] += 1
        place[1] += row["billed_ms"]
        for index, name in enumerate(("net", "tax", "total", "state_paid", "cap_saved"), 2):
            place[index] += row[name]
        hour = hours[row["start"].astimezone(ZoneInfo(ZONES[row["facility"]])).hour]
        hour[0] += 1
        hour[1] += row["total"]
        hour[2] += row["cap_saved"]
        if row["status"] == "ok":
            ceiling = ceilings[row["cap_source"]]
            ceiling[0] += 1
            ceiling[1] += row["cap_saved"] > 0
            ceiling[2] += row["cap_saved"]
            minutes[min(row["duration_ms"] // 60_000, 60)] += 1
    return {
        "places": {key: tuple(values) for key, values in places.items()},
        "hours": {key: tuple(values) for key, values in hours.items()},
        "ceilings": {key: tuple(values) for key, values in ceilings.items()},
        "statuses": dict(statuses),
        "minutes": tuple(minutes),
    }
