"""Polars rates as we do, streaming or not, and moves nothing before what it needs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.integrations.engine_month import FEW, calls, rated, rows_of, tariff

from securecall.errors import ColumnError
from securecall.integrations.polars_frames import rate_frame


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("columns", [None, FEW])
def test_it_rates_as_we_do(engine: str, columns: list[str] | None) -> None:
    frame = rate_frame(pl.from_arrow(calls()).lazy(), tariff(), columns=columns)
    made = frame.collect(engine=engine)  # type: ignore[call-overload]
    assert frame.collect_schema() == made.schema
    assert rows_of(made.to_arrow()) == rated(columns)


def test_what_makes_up_a_total_comes_along() -> None:
    made = rate_frame(pl.from_arrow(calls()).lazy(), tariff(), explain=True).collect()
    assert rows_of(made.to_arrow()) == rated(explain=True)


def test_files_stream_through_into_a_file(tmp_path: Path) -> None:
    frame = pl.from_arrow(calls())
    for part in range(3):
        frame[part * 1000 : part * 1000 + 1000].write_parquet(tmp_path / f"{part}.parquet")
    scanned = rate_frame(pl.scan_parquet(tmp_path / "*.parquet"), tariff())
    scanned.sink_parquet(tmp_path / "rated.pq")
    made = pl.read_parquet(tmp_path / "rated.pq")
    assert rows_of(made.to_arrow()) == rated()


def test_filters_and_choices_wait_until_rows_are_rated() -> None:
    frame = rate_frame(pl.from_arrow(calls()).lazy(), tariff())
    dear = frame.filter(pl.col("total") > Decimal(1)).select("id").collect()
    assert sorted(dear["id"].to_list()) == [
        row["id"] for row in rated() if row["total"] is not None and row["total"] > 1
    ]
    assert frame.select(pl.col("status").len()).collect().item() == len(rated())


def test_a_column_that_is_missing_is_told_before_work_begins() -> None:
    with pytest.raises(ColumnError, match="'number'"):
        rate_frame(pl.from_arrow(calls()).lazy().drop("number"), tariff())


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_frame_that_is_not_lazy_and_one_of_no_rows(engine: str) -> None:
    frame = pl.from_arrow(calls())
    assert rows_of(rate_frame(frame, tariff(), columns=FEW).collect().to_arrow()) == rated(FEW)
    none = frame.with_columns(pl.col("facility").cast(pl.Categorical)).filter(pl.col("id") < 0)
    made = rate_frame(none, tariff()).collect(engine=engine)  # type: ignore[call-overload]
    assert (made.height, made.width) == (0, len(rated()[0]))
