"""Rated records as they arrive, and as a posting wants them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.posting.rated import MAY, SCHEMA, record, table

from securecall.errors import ColumnError, InputTypeError
from securecall.ledger.posting.records import Record, open_rated, parts


def read(records: Any, rows: int = 1000) -> list[Record]:
    return [each for part in parts(open_rated(records), rows) for each in part.records]


def test_a_record_becomes_plain_values() -> None:
    row = record("c-1", "fam-1", "0.20", tax="0.01", state_paid="0.05")
    assert read(table(row)) == [
        Record("c-1", "fam-1", MAY, MAY + 58_500, 60_000, 160_000, (("tax:all", 10_000),), "")
    ]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_parts_do_not_depend_on_how_batches_are_cut(rows: int) -> None:
    whole = table(record(f"c-{number}", "a") for number in range(10))
    cut = pa.Table.from_batches(
        [whole.slice(at, size).to_batches()[0] for at, size in ((0, 1), (1, 5), (6, 4))]
    )
    once, again = (list(parts(open_rated(each), rows)) for each in (whole, cut))
    assert once == again
    assert [part.first for part in once] == list(range(0, 10, rows))


@given(
    st.lists(st.none() | st.integers(0, 999_999_999_999_999_999), min_size=1, max_size=20),
    st.integers(0, 5),
)
def test_amounts_are_read_exactly_also_behind_an_offset(
    amounts: list[int | None], skip: int
) -> None:
    rows = [
        record(f"c-{number}", "a", tax=None, state_paid=None, net=None, total=None)
        | {"total": None if each is None else Decimal(each).scaleb(-6)}
        for number, each in enumerate(amounts)
    ]
    found = read(table(rows).slice(skip))
    assert [each.total_micros for each in found] == [each or 0 for each in amounts[skip:]]
    assert [each.code for each in found] == [
        "bad_record" if each is None else "" for each in amounts[skip:]
    ]


def _spoilt() -> list[tuple[str, dict[str, Any], str]]:
    def one(**other: Any) -> dict[str, Any]:
        return record(**{"key": "c", "account": "a", **other})

    return [
        ("not rated", one(status="no_rate", net=None, tax="0", total=None), "not_rated"),
        ("no status", one(status=None), "not_rated"),
        ("no key", one(key=None), "bad_record"),
        ("a key of the ledger's own", one(key="#1"), "bad_record"),
        ("a key with a control character", one(key="a\n"), "bad_record"),
        ("a key without end", one(key="k" * 201), "bad_record"),
        ("no start", one(start=None), "bad_record"),
        ("a start before 1970", one(start=-1), "bad_record"),
        ("no duration", one(duration_ms=None), "bad_record"),
        ("a negative duration", one(duration_ms=-1), "bad_record"),
        ("no total", one(total=None), "bad_record"),
        ("a negative total", one(net="-1"), "bad_record"),
        ("a sum that is another", one(total="0.22"), "bad_record"),
        ("a negative tax", one(tax="-0.01"), "bad_record"),
        ("a tax above the total", one(net="0.10", state_paid="0.20", tax="0.15"), "bad_record"),
        ("nothing bought for money", one(billed_ms=0), "bad_record"),
        ("fine", one(), ""),
        ("fine without a duration", one(net="0", duration_ms=0, billed_ms=0), ""),
        ("fine without what is optional", one(billed_ms=None, tax="0"), ""),
    ]


@pytest.mark.parametrize(
    ("row", "code"), [(row, code) for _, row, code in _spoilt()], ids=[n for n, *_ in _spoilt()]
)
def test_a_record_that_makes_no_sense_says_so(row: dict[str, Any], code: str) -> None:
    assert [each.code for each in read(table(row))] == [code]


def test_lines_name_each_tax() -> None:
    lines = [
        {"kind": "usage", "amount": Decimal("0.20")},
        {"kind": "tax:ny", "amount": Decimal("0.02")},
        {"kind": "tax:city", "amount": Decimal("0.01")},
        {"kind": "tax:city", "amount": Decimal("0")},
    ]
    kind = pa.list_(pa.struct([("kind", pa.string()), ("amount", pa.decimal128(18, 6))]))
    rows = [record("c-1", "a", "0.20", tax="0.03"), record("c-2", "a", "0.20", tax="0.04")]
    rows += [record("c-3", "a", "0.20", tax="0.03")]
    whole = table(rows).append_column("lines", pa.array([lines, lines, None], kind))
    found = read(whole)
    assert found[0].taxes == (("tax:ny", 20_000), ("tax:city", 10_000))
    assert [each.code for each in found] == ["", "bad_record", ""]
    assert found[2].taxes == (("tax:all", 30_000),)
    assert read(whole.slice(1)) == found[1:]
    assert read(whole.drop_columns(["tax", "net"]))[0] == found[0]


def test_txn_key_goes_before_call_id() -> None:
    whole = table(record("c-1", "a")).append_column("txn_key", pa.array(["k-1"]))
    assert read(whole)[0].key == "k-1"


def test_text_of_a_file_is_read() -> None:
    whole = table(record("c-1", "a", "0.20", tax="0.01"))
    text = pa.table(
        {
            name: pa.array([value if value is None else str(value)])
            for name, value in {
                **whole.to_pylist()[0],
                "start": "2026-05-01T18:00:00Z",
                "total": "0.210000",
            }.items()
        }
    )
    assert read(text) == read(whole)


def test_a_cell_that_cannot_be_read_costs_its_row_and_no_other() -> None:
    cells = {
        "call_id": ["c-1", "c-2", "c-3", "c-4", "c-5"],
        "account": ["a"] * 5,
        "start": ["1777658400000", "yesterday", "2026-05-01T18:00:00", "2026-05-01T18:00:00Z", ""],
        "duration_ms": ["60000", "60000", "60000", "60.0", "60000"],
        "status": ["ok"] * 5,
        "total": ["0.21", "0.21", "0.21", "0.21", "a dollar"],
    }
    found = read(pa.table(cells))
    assert [each.code for each in found] == ["", *["bad_record"] * 4]
    assert (found[0].start_ms, found[0].total_micros) == (MAY, 210_000)


def test_instants_of_other_units_and_zones_are_floored_to_milliseconds() -> None:
    whole = table(record("c", "a"))
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("ns", "America/Chicago")):
        start = pa.array([MAY * 1_000_000 + 1_999_999]).cast(pa.timestamp("ns", "UTC"))
        if kind.unit == "us":
            start = start.cast(kind, safe=False)
        assert read(whole.set_column(2, "start", start.cast(kind)))[0].start_ms == MAY + 1


def test_every_library_of_tables_is_understood() -> None:
    whole = table(record(f"c-{number}", "a", "0.20", tax="0.01") for number in range(3))
    plain = whole.set_column(4, "status", whole["status"].cast(pa.string()))
    frame = pd.DataFrame({name: plain[name].to_pandas() for name in plain.column_names})
    for name in ("net", "tax", "total", "state_paid"):
        frame[name] = frame[name].astype(pd.ArrowDtype(pa.decimal128(18, 6)))
    for other in (
        whole.to_batches()[0],
        whole.to_reader(),
        pl.from_arrow(whole),
        frame,
        duckdb.sql("SELECT * FROM plain"),
    ):
        assert read(other) == read(whole), type(other)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.drop_columns(["call_id"]), "'call_id' is missing"),
        (lambda t: t.rename_columns({"total": "totals"}), "did you mean 'totals'"),
        (lambda t: t.append_column("total", t["total"]), "twice"),
        (
            lambda t: t.set_column(7, "total", t["total"].cast(pa.float64())),
            r"'total' must be decimal128\(18, 6\), or text, not double",
        ),
        (
            lambda t: t.set_column(2, "start", t["start"].cast(pa.timestamp("ms"))),
            "with a time zone",
        ),
        (lambda t: t.set_column(0, "call_id", pa.array([7])), "must be text"),
        (
            lambda t: t.set_column(7, "total", pa.array([Decimal("1e18")], pa.decimal128(30, 6))),
            "has a value that is not",
        ),
        (
            lambda t: t.set_column(3, "duration_ms", pa.array([2**63], pa.uint64())),
            "has a value that is not",
        ),
    ],
)
def test_columns_that_cannot_be_used_are_refused_by_name(change: Any, told: str) -> None:
    with pytest.raises(ColumnError, match=told):
        read(change(table(record("c", "a"))))


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputTypeError, match="not list"):
        open_rated([1])


def test_an_empty_table_has_no_parts() -> None:
    assert read(table()) == []
    assert read(SCHEMA.empty_table().to_batches()[0] if SCHEMA.empty_table().to_batches() else
                pa.RecordBatch.from_pylist([], SCHEMA)) == []  # fmt: skip
