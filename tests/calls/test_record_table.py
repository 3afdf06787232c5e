"""Call records as a table, which a tariff rates to the same money."""

from __future__ import annotations

import pyarrow as pa
from tests.calls.house import NOON_MS, attempt, by_minute, decision, event, house, talking

from securecall.calls.denied import denied_record
from securecall.calls.reasons import reason
from securecall.calls.record_table import records_table, schema


def test_rated_again_they_cost_the_same() -> None:
    sessions = house("2.00", by_minute("0.07"))
    records = []
    for number, (ends_ms, by) in enumerate(
        [(1, "caller"), (59_999, "called"), (60_000, "network"), (60_001, "caller"),
         (10_000_000, "caller")]
    ):  # fmt: skip
        at_ms = NOON_MS + number * 2_000_000
        session = talking(sessions, f"c-{number}", at_ms=at_ms, max_ms=700_000)
        session.take([event("tone", "note")])
        session.staff("warn", "desk", at_ms)
        session.hang_up(at_ms + ends_ms, by=by)
        records.append(session.record)
    table = records_table(records)
    assert table.schema == schema()
    assert table.num_rows == 5
    again = sessions.terms.tariff.rate_batch(table, replace=True)
    for name in ("total", "net", "tax", "billed_ms", "jurisdiction", "rate_id"):
        assert again.column(name).to_pylist() == table.column(name).to_pylist(), name
    assert table.column("reason").to_pylist()[-1] == "time_limit"
    assert table.column("events").to_pylist()[0][0]["kind"] == "tone"


def test_of_no_records_there_is_an_empty_table() -> None:
    assert records_table([]).schema == schema()


def test_a_denied_call_has_a_row() -> None:
    denied = denied_record(
        attempt(), decision(allowed=False, reasons=(reason("pin_invalid"),)), facility="f"
    )
    (row,) = records_table([denied]).to_pylist()
    assert (row["status"], row["reason"], row["accepted"]) == ("denied", "pin_invalid", None)
    assert isinstance(records_table([denied]), pa.Table)
