"""The books outside: an Arrow table, and files of the same rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger


def test_entries_are_an_arrow_table_that_adds_up(busy: Ledger) -> None:
    table = busy.entries()
    assert table.schema.field("amount").type == pa.decimal128(18, 6)
    assert table.schema.field("at").type == pa.timestamp("ms", "UTC")
    assert table["seq"].to_pylist() == list(range(1, table.num_rows + 1))
    own = busy.entries("fam 1")
    assert set(own["account"].to_pylist()) == {"fam 1"}
    assert sum(own["amount"].to_pylist()) == busy.balance("fam 1").posted


@pytest.mark.parametrize("form", ["parquet", "csv", "arrow"])
def test_files_have_the_same_rows(busy: Ledger, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out.{form}"
    assert busy.export(path, form) == busy.entries().num_rows
    if form == "parquet":
        assert pyarrow.parquet.read_table(path).equals(busy.entries())
    elif form == "arrow":
        assert pa.ipc.open_file(path).read_all().equals(busy.entries())
    else:
        found = pyarrow.csv.read_csv(path)
        assert found.num_rows == busy.entries().num_rows
    with pytest.raises(InputError, match="did you mean 'parquet'"):
        busy.export(path, "parket")
