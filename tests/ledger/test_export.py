"""The books outside: Arrow, files, other tools' checks, receipts, pictures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from tests.ledger.pricing import Flat, curve_of
from tests.ledger.scenario import Quote
from tests.ledger.table import T0

from securecall.errors import BuildError, InputError, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.plain_text import account_name
from securecall.ledger.timeline import timeline

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


def _checker(form: str) -> str | None:
    name = "hledger" if form == "hledger" else "bean-check"
    return shutil.which(name) or shutil.which(str(Path(sys.executable).with_name(name)))


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_the_text_is_balanced_and_the_real_tool_accepts_it(
    busy: Ledger, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"out.{form}"
    assert busy.export(path, form) == busy.entries().num_rows
    amounts = [
        Decimal(line.split()[-2])
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("  ")
    ]
    assert len(amounts) == 2 * busy.entries().num_rows
    assert sum(amounts) == 0
    tool = _checker(form)
    if tool is not None:
        ask = [tool, "-f", str(path), "check"] if form == "hledger" else [tool, str(path)]
        told = subprocess.run(ask, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr + told.stdout
    if tool is not None and form == "hledger":
        ask = [tool, "-f", str(path), "balance", "-N", account_name("fam 1", control=False)]
        told = subprocess.run(ask, capture_output=True, text=True, check=True)
        assert Decimal(told.stdout.split()[0]) == -busy.balance("fam 1").posted


def test_names_of_accounts_stay_apart() -> None:
    names = ["a", "A", "a b", "aZ20Zb", "Z", "a-20-b", "a_b", "é", "a:b", "-", "1"]
    assert len({account_name(name, control=False) for name in names}) == len(names)
    assert account_name("fee:card", control=True) == "Income:Fees:Xcard"


def test_a_receipt_lists_every_increment_with_the_balance_around_it(busy: Ledger) -> None:
    text = busy.explain("c1")
    assert "0:00:00 - 0:01:00          $0.23        fam 1  $7.00  $6.77" in text
    assert "0:02:00 - 0:03:00          $0.23        fam 1  $6.54  $6.31" in text
    assert "charged for 0:03:00 bought: $0.69" in text
    assert "refunded since: $0.10" in text
    with pytest.raises(Unknown):
        busy.explain("c9")


def test_a_receipt_of_a_refused_or_running_call(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0)
    ledger.start_call("c1", ["a"], Flat(), at=T0)
    assert "never connected" in ledger.explain("c1")
    ledger.start_call("c2", ["a"], Flat(price=0), at=T0)
    with pytest.raises(InputError, match="still runs"):
        ledger.explain("c2")
    ledger.end_call("c2", at=T0 + 61_000)
    assert "nobody: it costs nothing" in ledger.explain("c2")


def test_a_timeline_ends_at_the_balance(make: Callable[[], Ledger]) -> None:
    for split in (False, True):
        ledger = make()
        ledger.open_account("a", at=T0, opening="0.50")
        ledger.open_account("b", at=T0, opening="2")
        for number in range(4):
            at = T0 + number * 17_000
            tariff = {**TAXED, "final": "prorate_1s"} if number % 2 else TAXED
            ledger.start_call(f"c{number}", ["a", "b"], curve_of(tariff, at), at=at, split=split)
        ledger.settle_due(at=T0 + 100_000_000)
        for name in ("a", "b"):
            moments = ledger._store.read(lambda view, name=name: timeline(view, name))
            assert moments[-1].after_micros == ledger.balance(name).posted_micros
            assert min(moment.after_micros for moment in moments) >= 0
            instants = [moment.at_ms for moment in moments]
            assert instants == sorted(instants)
            cut = ledger._store.read(lambda view, name=name: timeline(view, name, T0 + 60_000))
            assert cut == [moment for moment in moments if moment.at_ms <= T0 + 60_000]


def test_the_picture_shows_what_is_left_and_the_cutoff(ledger: Ledger, tmp_path: Path) -> None:
    from securecall.ledger.picture import curve_of as points

    ledger.open_account("a", at=T0, opening="1")
    ledger.start_call("c", ["a"], Flat(), at=T0)
    times, values, ends = ledger._store.read(lambda view: points(view, "a"))
    assert values == [1_000_000, 790_000, 580_000, 370_000, 160_000, 160_000]
    assert times[-1] == ends["c"] == T0 + 240_000
    for name in ("a.png", "a.svg"):
        ledger.draw("a", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1_000


def test_without_matplotlib_the_picture_says_what_to_install(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.open_account("a", at=T0)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(BuildError, match=r"securecall\[report\]"):
        ledger.draw("a", tmp_path / "a.png")


def test_totals_add_up_to_zero_and_verify_is_content(busy: Ledger) -> None:
    totals = busy.totals()
    assert sum(totals.values()) == 0
    assert set(totals) >= {"*cash", "*revenue", "*tax:ny", "*fee:card", "*refunds", "*transfers"}
    found = busy.verify()
    assert (found.ok, found.accounts, found.calls) == (True, 3, 2)
    assert found.entries == busy.entries().num_rows
