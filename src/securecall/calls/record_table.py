"""Call records as an Arrow table: the columns of rated call records, and those of a live call.

A rated record of a call that was accepted has the columns that `Tariff.rate_batch` reads, so that
a month of them can be rated again and compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from securecall.calls.record import CallRecord
from securecall.money import dollars

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["records_table", "schema"]


def schema() -> pa.Schema:
    """Return the columns of a table of call records.

    Source
    ------
    own; docs/calls.md.
    """
    import pyarrow as pa

    text, word = pa.string(), pa.dictionary(pa.int32(), pa.string())
    at, money = pa.timestamp("ms", "UTC"), pa.decimal128(18, 6)
    heard = pa.struct(
        [("id", pa.int64()), ("kind", text), ("grade", text), ("detected_ms", pa.int64()),
         ("actions", text)]
    )  # fmt: skip
    staff = pa.struct([("at", at), ("action", text), ("by", text)])
    return pa.schema(
        [
            ("call_id", text), ("facility", word), ("number", text), ("start", at),
            ("duration_ms", pa.int64()), ("medium", word), ("bill_type", word), ("account", text),
            ("authorized_ms", pa.int64()), ("privileged", pa.bool_()), ("relay", word),
            ("person", text), ("terminal", text), ("accounts", pa.list_(text)), ("dialed", at),
            ("rung", at), ("answered", at), ("accepted", at), ("ended", at),
            ("paused_ms", pa.int64()), ("status", word), ("net", money), ("tax", money),
            ("total", money), ("state_paid", money), ("cap_saved", money),
            ("billed_ms", pa.int64()), ("jurisdiction", word), ("rate_class", word),
            ("rate_id", word), ("cap_source", word), ("reason", word), ("by", text),
            ("cause", text), ("reasons", pa.list_(text)), ("events", pa.list_(heard)),
            ("warnings_ms", pa.list_(pa.int64())), ("staff", pa.list_(staff)),
            ("silent_since", at), ("monitored", pa.bool_()), ("recorded", pa.bool_()),
            ("identity", word), ("host", word), ("request_ids", pa.list_(text)),
        ]
    )  # fmt: skip


def records_table(records: Iterable[CallRecord]) -> pa.Table:
    """Return call records as a table; a call that was never accepted starts when it was dialed.

    Parameters
    ----------
    records : iterable of CallRecord

    Source
    ------
    own; docs/calls.md.
    """
    import pyarrow as pa

    return pa.Table.from_pylist([_row(each) for each in records], schema=schema())


def _row(record: CallRecord) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: getattr(record, name)
        for name in (
            "call_id", "facility", "number", "duration_ms", "medium", "bill_type",
            "authorized_ms", "privileged", "relay", "person", "terminal", "paused_ms", "status",
            "billed_ms", "jurisdiction", "rate_class", "rate_id", "cap_source", "reason", "by",
            "cause", "monitored", "recorded", "identity", "host",
        )
    }  # fmt: skip
    for name in ("net", "tax", "total", "state_paid", "cap_saved"):
        row[name] = dollars(getattr(record, f"{name}_micros"))
    for name in ("dialed", "rung", "answered", "accepted", "ended", "silent_since"):
        row[name] = getattr(record, f"{name}_ms")
    for name in ("accounts", "reasons", "warnings_ms", "request_ids"):
        row[name] = list(getattr(record, name))
    row["start"] = record.dialed_ms if record.accepted_ms is None else record.accepted_ms
    row["account"] = record.accounts[0] if record.accounts else None
    row["events"] = [each._asdict() for each in record.events]
    row["staff"] = [
        {"at": each.at_ms, "action": each.action, "by": each.by} for each in record.staff
    ]
    return row
