"""Batches, one in, one out: the same wherever, whenever and how often an engine asks."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pyarrow as pa
import pytest
from tests.harris import NUMBER, records
from tests.rating.test_batch import HOUSE, Source, many

from securecall.errors import ColumnError, InputTypeError
from securecall.rating.batch import ROWS
from securecall.rating.batches import rate_batches, rated_schema
from securecall.rating.columns import one_batch


@pytest.mark.parametrize("explain", [False, True])
def test_each_batch_gives_one_batch_with_its_rows(explain: bool) -> None:
    table = many(300)
    lengths = [0, 1, 0, 7, 200, 92, 0]
    batches, at = [], 0
    for length in lengths:
        batches.append(table.slice(at, length).combine_chunks())
        at += length
    given = [one_batch(batch) for batch in batches]
    rated = list(rate_batches(HOUSE, given, explain=explain))
    assert [batch.num_rows for batch in rated] == lengths
    schema = rated_schema(HOUSE, table.schema, explain=explain)
    assert {batch.schema for batch in rated} == {schema}
    for batch in rated:
        batch.validate(full=True)
    assert pa.Table.from_batches(rated).equals(
        pa.Table.from_batches([*HOUSE.rate_batch(table, explain=explain).to_batches()])
    )


def test_a_batch_longer_than_a_piece_comes_out_as_one() -> None:
    rows = 2 * ROWS + 5
    numbers = [NUMBER, "+12125550123", "x"] * rows
    table = records([1 + row % 600_000 for row in range(rows)], number=numbers[:rows])
    (rated,) = rate_batches(HOUSE, table.to_batches())
    assert rated.num_rows == rows
    assert pa.Table.from_batches([rated]).to_pylist() == HOUSE.rate_batch(table).to_pylist()
    rated.validate(full=True)


def test_what_a_batch_gives_does_not_depend_on_those_before_it() -> None:
    batches = many(400).to_batches(50)
    alone = [next(rate_batches(HOUSE, [batch])) for batch in batches]
    assert [*rate_batches(HOUSE, batches)] == alone
    assert [*rate_batches(HOUSE, reversed(batches))] == alone[::-1]
    again = pickle.loads(pickle.dumps(HOUSE))
    assert [*rate_batches(again, batches * 2)] == alone * 2


def test_batches_are_asked_for_one_at_a_time() -> None:
    source = Source(batches=50, rows=10)
    rated = rate_batches(HOUSE, source.reader())
    assert source.read == 0
    for count in range(1, 6):
        assert next(rated).num_rows == 10
        assert source.read == count


def test_types_may_differ_from_batch_to_batch() -> None:
    # As engines infer them: a part without a bill type is all null, words come as categories.
    text = records(3, medium="audio").to_batches()[0]
    plain = records(3).to_batches()[0]
    coded = text.set_column(
        text.schema.get_field_index("medium"), "medium", text.column("medium").dictionary_encode()
    )
    empty = text.set_column(text.schema.get_field_index("medium"), "medium", pa.nulls(3))
    rated = [*rate_batches(HOUSE, [text, plain, coded, empty, text])]
    assert len({str(batch.column("total")) for batch in rated}) == 1
    for each, batch in zip((text, plain, coded, empty, text), rated, strict=True):
        assert batch.schema == rated_schema(HOUSE, each.schema)


def test_anything_that_speaks_arrow_is_a_batch() -> None:
    table = many(30)
    whole = pa.concat_batches(HOUSE.rate_batch(table).to_batches()).to_pylist()
    frame = pl.from_arrow(table)
    cut = pa.concat_tables([table.slice(0, 11), table.slice(11)])
    for thing in (table, frame, cut, table.to_batches()[0]):
        (rated,) = rate_batches(HOUSE, [thing])
        assert rated.to_pylist() == whole
    for stream in (table, frame, table.to_reader(), table.to_batches()[0]):
        rows = [row for batch in rate_batches(HOUSE, stream) for row in batch.to_pylist()]
        assert rows == whole
    (rated,) = rate_batches(HOUSE, [table.schema.empty_table()])
    assert rated.num_rows == 0
    assert rated.schema == rated_schema(HOUSE, table.schema)


def test_threads_each_rate_batches_with_one_tariff() -> None:
    batches = many(2_000).to_batches(37)
    alone = [*rate_batches(HOUSE, batches)]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [*rate_batches(HOUSE, batches)], range(16)):
            assert found == alone


def test_what_is_no_batch_is_refused_by_name() -> None:
    with pytest.raises(InputTypeError, match="tariff must be a Tariff, not str"):
        rate_batches("tariff.toml", [])  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="batches must be an iterable of Arrow batches"):
        rate_batches(HOUSE, 3)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="not dict"):
        next(rate_batches(HOUSE, [{"facility": ["f"]}]))
    with pytest.raises(ColumnError, match="number"):
        next(rate_batches(HOUSE, [records().drop_columns("number")]))
    with pytest.raises(ColumnError, match="replace=True"):
        next(rate_batches(HOUSE, [records(status="old")]))
    (rated,) = rate_batches(HOUSE, [records(status="old")], replace=True)
    assert rated.column("status").to_pylist() == ["ok"]
    with pytest.raises(InputTypeError, match="schema must be an Arrow schema, not list"):
        rated_schema(HOUSE, [])
    with pytest.raises(ColumnError, match="number"):
        rated_schema(HOUSE, records().drop_columns("number").schema)
