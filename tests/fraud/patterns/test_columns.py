"""Columns as they arrive: what is taken, what is refused, what is counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.fraud.patterns.records import BEGIN, call, table

from securecall.errors import ColumnError, InputTypeError
from securecall.fraud.patterns import Velocity, scan
from securecall.fraud.patterns.columns import BAD, Columns, open_stream

GOOD: dict[str, Any] = {
    "call_id": ["a", "b"],
    "facility": ["f", "f"],
    "number": ["+1", "+2"],
    "start": pa.array([BEGIN, BEGIN + 1], pa.timestamp("ms", "UTC")),
    "duration_ms": [1, 2],
    "person": ["p", "q"],
}


def read(**changed: Any) -> tuple[Any, Counter[str]]:
    columns = {name: values for name, values in (GOOD | changed).items() if values is not None}
    batch = pa.table(columns).combine_chunks().to_batches()[0]
    bad: Counter[str] = Counter()
    return Columns(batch.schema).read(batch, 10, bad), bad


@pytest.mark.parametrize(
    "start",
    [
        [BEGIN, BEGIN + 1],
        pa.array([BEGIN * 1000 + 999, BEGIN * 1000 + 1000], pa.timestamp("us", "America/Chicago")),
        pa.array([BEGIN * 10**6, BEGIN * 10**6 + 10**6], pa.timestamp("ns", "UTC")),
    ],
)
def test_instants_of_any_unit_are_floored_to_milliseconds(start: Any) -> None:
    block, bad = read(start=start)
    assert block.start_ms.tolist() == [BEGIN, BEGIN + 1]
    assert block.row.tolist() == [10, 11]
    assert not bad


@pytest.mark.parametrize(
    "kind",
    [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()),
     pa.dictionary(pa.int32(), pa.large_string())],
)  # fmt: skip
def test_text_of_any_layout_has_the_same_keys(kind: pa.DataType) -> None:
    plain, _ = read()
    other, _ = read(
        number=pa.array(["+1", "+2"]).cast(kind), person=pa.array(["p", "q"]).cast(kind)
    )
    assert (other.number == plain.number).all()
    assert (other.digits == plain.digits).all()
    assert (other.who == plain.who).all()


def test_rows_that_cannot_be_looked_at_are_counted_each_once() -> None:
    seconds = pa.array([None, 1 << 60, 0], pa.timestamp("s", "UTC"))
    for changed, wrong in (
        ({"start": pa.array([None, BEGIN], pa.timestamp("ms", "UTC"))}, {"bad_time": 1}),
        ({"start": [-1, 4_102_444_800_000]}, {"bad_time": 2}),
        ({"duration_ms": [-1, None]}, {"bad_duration": 2}),
        ({"duration_ms": [30 * 86_400_000 + 1, 30 * 86_400_000]}, {"bad_duration": 1}),
        ({"facility": [None, "f"]}, {"bad_facility": 1}),
        ({"facility": [None, "f"], "start": [-1, BEGIN], "duration_ms": [-1, -1]},
         {"bad_time": 1, "bad_duration": 1}),
    ):  # fmt: skip
        block, bad = read(**changed)
        assert +bad == wrong
        assert len(block) == 2 - sum(wrong.values())
    batch = pa.record_batch({"start": seconds, "duration_ms": [1, 1, 1], "facility": ["f"] * 3,
                             "number": ["+1"] * 3})  # fmt: skip
    bad: Counter[str] = Counter()
    assert len(Columns(batch.schema).read(batch, 0, bad)) == 1
    assert +bad == {"bad_time": 2}
    assert set(bad) <= set(BAD)


def test_a_pin_is_a_person_and_a_status_an_outcome() -> None:
    block, _ = read(person=None, pin=["p", "q"], status=["answered", "invalid_pin"])
    assert (block.person != 0).tolist() == [True, False]  # an invalid PIN is nobody's
    assert block.outcome.tolist() == [2, 3]


def test_an_account_stands_for_a_person_and_the_other_way_round() -> None:
    block, _ = read(person=["p", None], account=[None, "q"])
    assert (block.who == block.account).all()
    assert (block.who != 0).all()


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"number": None, "nummber": ["+1", "+2"]}, "number", "did you mean 'nummber'"),
        ({"start": pa.array([1, 2], pa.timestamp("ms"))}, "start", "without a time zone"),
        ({"start": ["x", "y"]}, "start", "cast it with"),
        ({"duration_ms": [1.5, 2.0]}, "duration_ms", "whole milliseconds"),
        ({"number": [1, 2]}, "number", "must be text"),
        ({"person": None, "pin": [1, 2]}, "pin", "must be text"),
    ],
)
def test_other_columns_are_refused_by_name(changed: Any, column: str, words: str) -> None:
    with pytest.raises(ColumnError, match=words) as error:
        read(**changed)
    assert error.value.column == column


def test_a_column_that_stands_there_twice_is_refused() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(["f"])] * 2, names=["facility"] * 2)
    with pytest.raises(ColumnError, match="twice"):
        Columns(batch.schema)


def test_an_array_whose_offsets_lie_outside_is_refused() -> None:
    offsets = pa.array([0, 9000, 3], pa.int32()).buffers()[1]
    wrong = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"abc")])
    with pytest.raises(ColumnError, match="no valid Arrow array"):
        read(number=wrong)


def test_anything_that_speaks_arrow_is_taken() -> None:
    whole = table([call(each, call_id=f"c{each}") for each in range(6)])
    expected = scan(whole, [Velocity(calls=6)])
    assert len(expected.findings) == 1
    frames = [whole.to_reader(), whole.combine_chunks().to_batches()[0], pl.from_arrow(whole),
              duckdb.sql("select * from whole"),
              whole.to_pandas(types_mapper=pd.ArrowDtype)]  # fmt: skip
    for frame in frames:
        assert scan(frame, [Velocity(calls=6)]).findings == expected.findings
    for wrong in ([1, 2], "calls.csv", None):
        with pytest.raises(InputTypeError, match="must be an Arrow table or stream"):
            open_stream(wrong)
