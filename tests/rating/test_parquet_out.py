"""Parquet as it is written: long row groups, dictionaries where values come again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.harris import records

from securecall.rating import parquet_out
from securecall.rating.files import write_records


def encoded(path: str) -> set[str]:
    """Return the columns that have a dictionary in the first row group."""
    group = pq.read_metadata(path).row_group(0)
    return {
        column.path_in_schema
        for column in map(group.column, range(group.num_columns))
        if "RLE_DICTIONARY" in column.encodings
    }


def test_small_batches_are_gathered_to_long_row_groups(tmp_path: Path) -> None:
    table = records([60_000 + row for row in range(1_000)], note=["x"] * 1_000)
    words = pa.chunked_array(
        [pa.array([f"w{row % 3}"] * 10).dictionary_encode() for row in range(100)]
    )
    table = table.append_column("word", words)
    path = str(tmp_path / "f.parquet")
    write_records(path, table.schema, iter(table.to_batches(10)))
    told = pq.read_metadata(path)
    assert (told.num_rows, told.num_row_groups) == (1_000, 1)
    assert pq.read_table(path)["word"].to_pylist() == words.to_pylist()
    encodings = told.row_group(0).column(table.schema.get_field_index("word")).encodings
    assert "RLE_DICTIONARY" in encodings
    assert pq.read_table(path).drop_columns("word").equals(table.drop_columns("word"))


def test_a_row_group_ends_at_its_rows_or_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = records([60_000] * 100)
    path = str(tmp_path / "f.parquet")
    for name, limit in (("GROUP_ROWS", 35), ("GROUP_BYTES", 35 * table.nbytes // 100)):
        with monkeypatch.context() as patched:
            patched.setattr(parquet_out, name, limit)
            write_records(path, table.schema, iter(table.to_batches(10)))
        told = pq.read_metadata(path)
        rows = [told.row_group(index).num_rows for index in range(told.num_row_groups)]
        assert sum(rows) == 100
        assert 2 <= len(rows) <= 4
        assert pq.read_table(path).equals(table)
    write_records(path, table.schema, iter([table.to_batches()[0].slice(0, 0)]))
    assert pq.read_metadata(path).num_rows == 0


def test_what_hardly_comes_again_gets_no_dictionary(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": range(1_000),
            "half": [row // 2 for row in range(1_000)],
            "number": [f"+1713555{row:04}" for row in range(1_000)],
            "word": [f"w{row % 3}" for row in range(1_000)],
            "amount": [Decimal(row).scaleb(-2) for row in range(1_000)],
            "flag": [row % 2 == 0 for row in range(1_000)],
            "nothing": pa.nulls(1_000),
        }
    )
    path = str(tmp_path / "f.parquet")
    write_records(path, table.schema, iter(table.to_batches()))
    assert encoded(path) == {"half", "word", "amount", "nothing"}
    assert pq.read_table(path).equals(table)


def test_pieces_of_nested_columns_keep_their_dictionaries(tmp_path: Path) -> None:
    table = pa.table({"id": range(100), "lines": [[{"text": "a"}, {"text": "b"}]] * 100})
    path = str(tmp_path / "f.parquet")
    write_records(path, table.schema, iter(table.to_batches()))
    assert encoded(path) == {"id", "lines.list.element.text"}
    assert pq.read_table(path).equals(table)


def test_amounts_are_whole_numbers_inside(tmp_path: Path) -> None:
    table = pa.table(
        {
            "total": pa.array([Decimal("-1.021666"), None], pa.decimal128(18, 6)),
            "wide": pa.array([Decimal("1.5"), None], pa.decimal128(30, 12)),
        }
    )
    path = str(tmp_path / "f.parquet")
    write_records(path, table.schema, iter(table.to_batches()))
    group = pq.read_metadata(path).row_group(0)
    kinds = [group.column(index).physical_type for index in range(2)]
    assert kinds == ["INT64", "FIXED_LEN_BYTE_ARRAY"]
    assert pq.read_table(path).equals(table)
