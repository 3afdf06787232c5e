"""One small tariff that most tests of the calling side ask, and calls for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from securecall.rating.call import Call
from securecall.rating.tariff import Tariff

__all__ = ["NUMBER", "START_MS", "call", "records", "tariff", "text"]

START_MS: Final = 1_777_658_400_000  # 2026-05-01T18:00:00Z, a Friday
NUMBER: Final = "+17135550123"


def text(
    *rates: str, facility: str = "", head: str = "", tail: str = "", regulated: bool = False
) -> str:
    """Write a tariff of one jail in Texas, ``f``; a rate needs neither id nor destinations."""
    lines = [head, "[[facility]]", 'id = "f"', 'contract = "c"', 'timezone = "America/Chicago"']
    lines += ['kind = "jail"', "adp = 8932", 'state = "TX"']
    lines += [] if regulated else ['regulation = "none"']
    lines += [facility, "[[contract]]", 'id = "c"']
    for number, rate in enumerate(rates or (by_second("0.06"),)):
        lines += ["[[contract.rate]]", *([] if "id =" in rate else [f'id = "r{number}"']), rate]
    return "\n".join([*lines, tail, ""])


def tariff(*rates: str, **parts: Any) -> Tariff:
    """Load what `text` writes."""
    return Tariff.loads(text(*rates, **parts))


def steps(*rows: tuple[int, str, int, int]) -> str:
    """Write steps from (from_ms, price, per_ms, increment_ms)."""
    tables = [
        f'{{ from_ms = {start}, price = "{price}", per_ms = {per}, increment_ms = {increment} }}'
        for start, price, per, increment in rows
    ]
    return f"steps = [{', '.join(tables)}]"


def by_minute(price: str) -> str:
    """Write steps of whole minutes."""
    return steps((0, price, 60_000, 60_000))


def by_second(price: str) -> str:
    """Write steps of seconds at a price a minute."""
    return steps((0, price, 60_000, 1_000))


def call(duration_ms: int = 60_000, **changes: Any) -> Call:
    """Make a call from Houston to Houston on Friday 1 May 2026, 13:00 there."""
    return Call(
        **{
            "facility": "f",
            "number": NUMBER,
            "start": START_MS,
            "duration_ms": duration_ms,
            **changes,
        }
    )


def records(rows: int | Sequence[int] = 1, **columns: Any) -> pa.Table:
    """Make call records: so many, or with these durations; columns replace or come on top.

    A column may be one value for all rows, a list, or an Arrow array; None leaves it out.
    """
    durations = [60_000] * rows if isinstance(rows, int) else list(rows)
    count = len(durations)
    made: dict[str, Any] = {
        "facility": pa.array(["f"] * count, pa.string()),
        "number": pa.array([NUMBER] * count, pa.string()),
        "start": pa.array([START_MS] * count, pa.timestamp("ms", "UTC")),
        "duration_ms": pa.array(durations, pa.int64()),
    }
    for name, value in columns.items():
        if value is None:
            del made[name]
        else:
            arrow = isinstance(value, list | pa.Array | pa.ChunkedArray)
            made[name] = value if arrow else [value] * count
    return pa.table(made)
