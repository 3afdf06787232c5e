"""Files cut into parts: names that never change, every row once, nothing twice."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harris import records

from securecall.errors import InputError
from securecall.rating.file_parts import _gathered, files_in, parts_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with files of records, and some that are none."""
    table = records([60_000] * 10)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    pq.write_table(table, tmp_path / "in" / "b.parquet", row_group_size=3)
    pq.write_table(table, tmp_path / "in" / "deep" / "b.parquet")
    (tmp_path / "in" / "a.csv").write_text("facility,number,start,duration_ms\n")
    for name in ("readme.txt", "_manifest.json", ".hidden.parquet", "_old.parquet"):
        (tmp_path / "in" / name).touch()
    return tmp_path / "in"


def test_a_folder_stands_for_its_files_by_name(folder: Path) -> None:
    found = files_in([str(folder)])
    assert [name for _, name in found] == ["a.csv", "b.parquet", "deep__b.parquet"]
    assert [Path(path).relative_to(folder).as_posix() for path, _ in found] == [
        *("a.csv", "b.parquet", "deep/b.parquet")
    ]
    assert files_in([str(folder / "a.csv")]) == [(str(folder / "a.csv"), "a.csv")]


def test_files_become_parts_and_long_ones_are_cut_between_groups(folder: Path) -> None:
    parts = parts_of([str(folder)], part_rows=6)
    assert [(part.name, part.rows) for part in parts] == [
        ("a.csv", None), ("b-0000.parquet", 6), ("b-0001.parquet", 4), ("deep__b.parquet", 10),
    ]  # fmt: skip
    assert parts[1].source == {
        "file": str(folder / "b.parquet"), "format": "parquet", "first_group": 0, "groups": 2,
    }  # fmt: skip
    assert [part.name for part in parts_of([str(folder)])] == [
        *("a.csv", "b.parquet", "deep__b.parquet")
    ]
    assert {part.name for part in parts_of([str(folder)], output_format="arrow", part_rows=1)} == {
        "a.arrow", "deep__b.arrow", *(f"b-000{n}.arrow" for n in range(4))
    }  # fmt: skip


def test_batches_of_an_arrow_file_are_groups_and_those_of_a_stream_are_not(tmp_path: Path) -> None:
    table = records([60_000] * 10)
    with pa.ipc.new_file(tmp_path / "f.arrow", table.schema) as file:
        file.write_table(table, max_chunksize=4)
    with pa.ipc.new_stream(tmp_path / "s.arrow", table.schema) as stream:
        stream.write_table(table, max_chunksize=4)
    parts = parts_of([str(tmp_path)], part_rows=4)
    assert [(part.name, part.rows) for part in parts] == [
        ("f-0000.arrow", 4), ("f-0001.arrow", 4), ("f-0002.arrow", 2), ("s.arrow", None),
    ]  # fmt: skip


def test_the_stamp_changes_with_the_file(folder: Path) -> None:
    path = folder / "b.parquet"
    (before,) = parts_of([str(path)])
    assert parts_of([str(path)]) == [before]
    os.utime(path, ns=(1, 1))
    (after,) = parts_of([str(path)])
    assert (after.name, after.source) == (before.name, before.source)
    assert after.stamp != before.stamp


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 20))
def test_every_group_is_in_one_run_and_runs_are_no_longer_than_they_must(
    groups: list[int], most: int
) -> None:
    runs = list(_gathered(groups, most))
    assert [index for first, count in runs for index in range(first, first + count)] == list(
        range(len(groups))
    )
    for first, count in runs:
        assert count == 1 or sum(groups[first : first + count]) <= most
    for (first, count), (_, more) in pairwise(runs):
        assert sum(groups[first : first + count]) + groups[first + count] > most
        assert more >= 1


def test_what_cannot_be_parts_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: there is no such file"):
        parts_of([str(folder / "nowhere")])
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: has no files of records"):
        parts_of([str(folder / "empty")])
    with pytest.raises(InputError, match=r"b\.parquet: is given twice"):
        parts_of([str(folder / "b.parquet"), str(folder / "b.parquet")])
    os.symlink(folder / "b.parquet", folder / "c.parquet")
    with pytest.raises(InputError, match=r"c\.parquet: is given twice"):
        parts_of([str(folder / "b.parquet"), str(folder / "c.parquet")])
    with pytest.raises(InputError, match="would be parts of one name, b"):
        parts_of([str(folder / "b.parquet"), str(folder / "deep" / "b.parquet")])
    with pytest.raises(InputError, match="a part must have 1 row or more, not 0"):
        parts_of([str(folder)], part_rows=0)
    (folder / "b.parquet").write_text("no Parquet")
    with pytest.raises(InputError, match=r"b\.parquet: is no parquet file"):
        parts_of([str(folder / "b.parquet")])
    with pytest.raises(InputError, match=r"readme\.txt.*say which with --format"):
        parts_of([str(folder / "readme.txt")])
