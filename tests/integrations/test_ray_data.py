"""Ray rates as we do; a killed worker is in tests/benchmarks/test_engines.py."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
import ray
from tests.integrations.engine_month import FEW, calls, rated, rows_of, tariff

from securecall.errors import ColumnError
from securecall.fraud.patterns import join_scans, scan, scan_jobs
from securecall.integrations.ray_data import rate_dataset, run_jobs

pytestmark = [
    pytest.mark.xdist_group("engines"),
    # Of Ray itself, when it sets its own defaults.
    pytest.mark.filterwarnings(r"ignore:`\w+` is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=1 << 28)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def dataset() -> ray.data.Dataset:
    table = calls()
    return ray.data.from_arrow([table.slice(at, 1000) for at in range(0, table.num_rows, 1000)])


@pytest.mark.parametrize("columns", [None, FEW])
def test_it_rates_as_we_do(columns: list[str] | None) -> None:
    made = rate_dataset(dataset(), tariff(), columns=columns, batch_size=700)
    assert rows_of(pa.concat_tables(ray.get(made.to_arrow_refs()))) == rated(columns)


def test_a_column_that_is_missing_is_told_by_the_worker() -> None:
    made = rate_dataset(dataset().drop_columns(["number"]), tariff())
    with pytest.raises(Exception, match="'number' is missing") as told:
        made.materialize()
    assert ColumnError.__name__ in str(told.value)


def test_a_column_that_is_misspelt_is_told_by_the_worker() -> None:
    with pytest.raises(Exception, match=r"'totle' is asked for.*did you mean 'total'"):
        rate_dataset(dataset(), tariff(), columns=["id", "totle"]).materialize()


def test_blocks_without_rows_are_blocks() -> None:
    table = calls()
    blocks = [table.slice(0, 5), table.slice(5, 0), table.slice(5, 5)]
    made = rate_dataset(ray.data.from_arrow(blocks), tariff(), columns=FEW)
    assert rows_of(pa.concat_tables(ray.get(made.to_arrow_refs()))) == rated(FEW)[:10]


def test_patterns_are_looked_for_in_jobs(pattern_files: list[str], pattern_calls: pa.Table) -> None:
    joined = join_scans(run_jobs(scan_jobs(pattern_files, jobs=2)))
    assert joined == scan(pattern_calls)
    assert joined.findings
