"""Rated records for tests, as rating would make them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

__all__ = ["MAY", "NOW", "SCHEMA", "record", "table"]

MAY: Final = 1_777_658_400_000  # Friday 1 May 2026, 18:00 UTC
NOW: Final = MAY + 31 * 86_400_000

AMOUNT: Final = pa.decimal128(18, 6)
SCHEMA: Final = pa.schema(
    [
        ("call_id", pa.string()),
        ("account", pa.string()),
        ("start", pa.timestamp("ms", "UTC")),
        ("duration_ms", pa.int64()),
        ("status", pa.dictionary(pa.int8(), pa.string())),
        ("net", AMOUNT),
        ("tax", AMOUNT),
        ("total", AMOUNT),
        ("state_paid", AMOUNT),
        ("billed_ms", pa.int64()),
    ]
)


def record(key: str | None, account: str | None, net: str = "0.21", **other: Any) -> dict[str, Any]:
    """Return a record of a call of a minute; its total follows from the other amounts."""
    row: dict[str, Any] = {
        "call_id": key,
        "account": account,
        "start": MAY,
        "duration_ms": 58_500,
        "status": "ok",
        "net": net,
        "tax": "0",
        "state_paid": "0",
        "billed_ms": 60_000,
        **other,
    }
    for name in ("net", "tax", "state_paid"):
        row[name] = None if row[name] is None else Decimal(row[name])
    if "total" not in row:
        row["total"] = None if row["net"] is None else row["net"] - row["state_paid"] + row["tax"]
    else:
        row["total"] = None if row["total"] is None else Decimal(row["total"])
    return row


def table(*rows: dict[str, Any] | Iterable[dict[str, Any]]) -> pa.Table:
    """Return records as a table."""
    flat = [each for row in rows for each in ([row] if isinstance(row, dict) else row)]
    return pa.Table.from_pylist(flat, SCHEMA)
