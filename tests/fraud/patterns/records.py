"""Small tables of call records for tests, and what the scan makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from tests.oracles.patterns import Found, Row

from securecall.fraud.patterns import Finding, Scan, scan

BEGIN = 1_777_640_400_000  # 2026-05-01 13:00 UTC, 08:00 in Chicago
SCHEMA = pa.schema(
    [
        ("call_id", pa.string()),
        ("facility", pa.string()),
        ("number", pa.string()),
        ("start", pa.timestamp("ms", "UTC")),
        ("duration_ms", pa.int64()),
        ("person", pa.string()),
        ("account", pa.string()),
        ("outcome", pa.string()),
        ("station", pa.string()),
    ]
)


def call(at_s: float, lasts_s: float = 60, **more: Any) -> Row:
    """Return a record that begins so many seconds after eight in the morning."""
    values = {"facility": "f", "number": "+17135550100", "person": "p"} | more
    return Row(BEGIN + round(at_s * 1000), round(lasts_s * 1000), **values)


def table(rows: Sequence[Row]) -> pa.Table:
    """Return records as a table."""
    columns = {
        "start": [row.start for row in rows],
        "duration_ms": [row.duration for row in rows],
    } | {
        name: [getattr(row, name) for row in rows]
        for name in ("call_id", "facility", "number", "person", "account", "outcome", "station")
    }
    return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


def found(result: Scan, pattern: str) -> list[Found]:
    """Return the findings of a pattern as the judge tells them."""
    return sorted(
        Found(one.subject, one.facility, ms(one.first_at), ms(one.last_at), one.calls,
              int(one.evidence["measure"] or 0), one.score)
        for one in result.findings
        if one.pattern == pattern
    )  # fmt: skip


def ms(instant: datetime) -> int:
    """Return epoch milliseconds."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def only(rows: Sequence[Row], parameters: Any, pattern: str) -> tuple[Finding, ...]:
    """Return what one pattern finds."""
    return scan(table(rows), [parameters], only=[pattern]).findings


def some_of(*values: Any) -> Any:
    """Draw one of a few values, so that they meet."""
    return st.sampled_from(values)


# Gaps that lie on, just below and just above what the small parameters of tests state.
GAPS = some_of(0, 1, 499, 500, 501, 999, 1000, 1001, 2000, 3000, 5000, 5001, 60_000, 3_600_000,
               30_000_000, 86_400_000)  # fmt: skip
DURATIONS = some_of(0, 1, 500, 999, 1000, 1001, 2000, 5000, 10_000)


@st.composite
def tables(draw: Any, rows_max: int = 40) -> list[Row]:
    """Draw records in the order of time."""
    count = draw(st.integers(0, rows_max))
    people = draw(some_of(["a"], ["a", "b"], ["a", "b", "c", None]))
    numbers = draw(
        some_of(["+100", "+101"], ["+100", "+101", "+102", "+103", "+104", None, "x1"], ["+100"])
    )
    gaps = draw(some_of(GAPS, some_of(0, 1, 499, 500, 501), some_of(1000, 2000)))
    walks = draw(st.booleans())  # somebody hangs up, and dials the next number
    steps = draw(some_of(some_of(1), some_of(-1, -1, -1, 1), some_of(1, 1, 1, 1, 0, 2, -1, 7)))
    start, value, lasts = BEGIN, 100, 0
    rows = []
    for index in range(count):
        start += draw(gaps) + (lasts if walks else 0)
        lasts, value = draw(DURATIONS), value + draw(steps)
        rows.append(
            Row(
                start,
                lasts,
                draw(some_of("f", "g")),
                f"+{value}" if walks else draw(st.sampled_from(numbers)),
                draw(st.sampled_from(people)),
                draw(some_of("acc", "bcc", None)),
                draw(some_of(None, "answered", "invalid_pin", "invalid_pin", "suspended",
                             "released", "refused", "hum")),
                draw(some_of(None, "+100", "t1")),
                f"c{index}",
            )
        )  # fmt: skip
    return rows
