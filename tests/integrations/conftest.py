"""Call records with fraud in them, in files, for engines that look for patterns."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet
import pytest

from securecall.fraud.patterns.planted import plant


@pytest.fixture(scope="session")
def pattern_calls() -> pa.Table:
    return plant(seed=3, people=100, days=4, each=3).calls


@pytest.fixture(scope="session")
def pattern_files(pattern_calls: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("patterns")
    half = pattern_calls.num_rows // 2
    for number, first in enumerate((0, half)):
        part = pattern_calls.slice(first, half if number == 0 else None)
        pyarrow.parquet.write_table(part, folder / f"{number}.parquet")
    return [str(path) for path in sorted(folder.iterdir())]
