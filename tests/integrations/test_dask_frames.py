"""Dask rates as we do, part by part; jobs give what they give without it."""

from __future__ import annotations

from pathlib import Path

import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dask.distributed import Client, LocalCluster
from tests.integrations.engine_month import FEW, calls, rated, rows_of, tariff

from securecall.errors import ColumnError
from securecall.integrations.dask_frames import rate_frame, run_jobs


@pytest.fixture
def frame() -> dd.DataFrame:
    table = calls().to_pandas(types_mapper=pd.ArrowDtype)
    table["facility"] = table["facility"].astype("category")
    return dd.from_pandas(table, npartitions=3)


@pytest.mark.parametrize("columns", [None, FEW])
def test_it_rates_as_we_do(frame: dd.DataFrame, columns: list[str] | None) -> None:
    made = rate_frame(frame, tariff(), columns=columns)
    found = made.compute(scheduler="synchronous")
    assert list(made.columns) == list(found.columns)
    assert made.dtypes["total"] == found.dtypes["total"] == pd.ArrowDtype(pa.decimal128(18, 6))
    assert found.index.equals(frame.index.compute(scheduler="synchronous"))
    assert rows_of(pa.Table.from_pandas(found, preserve_index=False)) == rated(columns)


def test_files_have_the_names_that_they_were_given(frame: dd.DataFrame, tmp_path: Path) -> None:
    for _ in range(2):  # done again it replaces itself: no row is there twice
        rate_frame(frame, tariff(), columns=FEW).to_parquet(
            tmp_path, write_index=False, name_function=lambda part: f"part-{part:04}.parquet",
            compute_kwargs={"scheduler": "synchronous"},
        )  # fmt: skip
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "part-0000.parquet", "part-0001.parquet", "part-0002.parquet",
    ]  # fmt: skip
    assert rows_of(pq.read_table(tmp_path)) == rated(FEW)


def test_parts_without_rows_are_parts(frame: dd.DataFrame) -> None:
    made = rate_frame(frame[frame["id"] < 1500], tariff(), columns=FEW)
    assert [len(part) for part in made.partitions] == [1000, 500, 0]
    assert list(made.compute(scheduler="synchronous").dtypes) == list(made.dtypes)


def test_a_column_that_is_missing_is_told_before_work_begins(frame: dd.DataFrame) -> None:
    with pytest.raises(ColumnError, match="'number'"):
        rate_frame(frame.drop(columns=["number"]), tariff())


def test_jobs_run_and_come_back_in_order() -> None:
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        assert run_jobs(client, [lambda at=at: at * at for at in range(5)]) == [0, 1, 4, 9, 16]
