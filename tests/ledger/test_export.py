"""The books outside: Arrow, files, other tools' checks, receipts, pictures."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from tests.ledger.pricing import curve_of
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger

TAXED = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Return a ledger in which most things have happened."""
    quote = Quote.of(10_000_000, [{"name": "card", "flat": 3_000_000}])
    ledger.open_account("fam 1", at=T0)
    ledger.open_account("é/2", "inmate_debit", at=T0, opening="1")
    ledger.open_account("bill", "direct_bill", credit_limit="9", at=T0)
    ledger.deposit("fam 1", "10.00", at=T0, request_id="d", fees=quote)
    ledger.start_call("c1", ["fam 1", "é/2"], curve_of(TAXED, T0 + 1), at=T0 + 1)
    ledger.start_call("c2", ["bill"], curve_of(TAXED, T0 + 2), at=T0 + 2)
    ledger.end_call("c1", at=T0 + 150_000)
    ledger.end_call("c2", at=T0 + 90_000)
    ledger.refund("c1", at=T0 + 160_000, policy="amount", amount="0.10")
    ledger.pay("bill", "0.20", at=T0 + 170_000)
    ledger.transfer("fam 1", "é/2", "0.50", at=T0 + 180_000)
    ledger.chargeback("d", at=T0 + 190_000, request_id="cb", fee="1")
    ledger.release("é/2", at=T0 + 200_000)
    return ledger


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
