"""The scan as a whole: batches, progress, counts, notes."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.fraud.patterns.records import BEGIN, SCHEMA, call, table

from securecall.errors import ColumnError, InputError
from securecall.fraud.patterns import Chain, Scanner, Velocity, scan

SIX = [call(each, call_id=f"c{each}", outcome="hum") for each in range(6)]


def test_findings_are_given_as_values_and_as_a_table() -> None:
    result = scan(table(SIX), [Velocity(calls=6)])
    [one] = result.findings
    assert result.table.num_rows == 1
    assert result.table["pattern"].to_pylist() == ["velocity"]
    assert one.evidence["call_id"] == "c5"
    assert int(one.first_at.timestamp() * 1000) == BEGIN


def test_progress_is_told_after_each_batch() -> None:
    batches = table(SIX).to_batches(max_chunksize=4)
    told: list[tuple[int, int | None]] = []
    reader = pa.RecordBatchReader.from_batches(SCHEMA, batches)
    scan(reader, progress=lambda done, total: told.append((done, total)))
    assert told == [(4, None), (6, None)]


def test_a_stream_tells_findings_when_they_are_over() -> None:
    scanner = Scanner([Velocity(calls=6)], only=["velocity"], lateness_ms=0)
    [batch] = table(SIX).to_batches()
    assert scanner.feed(batch) == []
    [later] = table([call(4 * 86_400, person="q")]).to_batches()
    assert [one.subject for one in scanner.feed(later)] == ["p"]
    assert scanner.finish() == []
    assert (scanner.rows, scanner.bad) == (7, {})


def test_what_is_not_known_is_noted() -> None:
    notes = scan(table(SIX)).notes
    assert "outcome 'hum' is no word of ours, in 6 records" in notes
    nobody = table(SIX).drop_columns(["person", "account"])
    assert any("neither a person nor an account" in note for note in scan(nobody).notes)


def test_thousands_of_words_of_outcomes_take_no_memory() -> None:
    rows = [call(each, outcome=f"w{each}") for each in range(1500)]
    scanner = Scanner()
    for batch in table(rows).to_batches(max_chunksize=300):
        scanner.feed(batch)
    assert scanner._columns is not None
    assert len(scanner._columns.words) <= 1001
    assert len([note for note in scanner.notes if note.startswith("outcome")]) == 10


def test_a_batch_of_other_columns_is_refused() -> None:
    scanner = Scanner()
    scanner.feed(table(SIX).to_batches()[0])
    with pytest.raises(InputError, match="those before it"):
        scanner.feed(table(SIX).drop_columns(["station"]).to_batches()[0])


def test_a_table_without_rows_is_checked_too() -> None:
    with pytest.raises(ColumnError, match="'number' is missing"):
        scan(table([]).drop_columns(["number"]))


@pytest.mark.parametrize("wrong", [-1, 2.5, "2h"])
def test_a_lateness_that_is_none_is_refused(wrong: int) -> None:
    with pytest.raises(InputError, match="lateness_ms"):
        scan(table([]), lateness_ms=wrong)


def test_one_pattern_alone_is_looked_for() -> None:
    rows = [call(each * 65, 60, number=f"+{each}") for each in range(8)]
    both = {one.pattern for one in scan(table(rows), [Velocity(calls=6)]).findings}
    assert {"velocity", "chain"} <= both
    alone = scan(table(rows), [Velocity(calls=6), Chain()], only=["chain"])
    assert {one.pattern for one in alone.findings} == {"chain"}


def test_a_batch_larger_than_what_is_worked_on_at_once() -> None:
    starts = pa.array(range(BEGIN, BEGIN + 300_000), pa.timestamp("ms", "UTC"))
    many = pa.table({"start": starts, "duration_ms": pa.array([1] * 300_000),
                     "facility": pa.array(["f"] * 300_000), "number": pa.array(["+1"] * 300_000),
                     "person": pa.array(["p"] * 300_000)})  # fmt: skip
    [one] = scan(many, only=["velocity"]).findings
    assert one.calls == 300_000
