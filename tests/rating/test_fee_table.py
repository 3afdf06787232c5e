"""Tables of deposits: every producer and layout, statuses in their order, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.rating.deposits import ms, tariff

from securecall.errors import ColumnError, InputTypeError
from securecall.rating.fee_table import DEFAULTS, QUOTED, ROWS
from securecall.rating.fees import STATUSES
from securecall.rating.tariff import Tariff

FREE = 'regulation = "none"'
AT = datetime(2022, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded() -> Tariff:
    return tariff(
        'kind = "automated_payment"\nflat = "9.95"\nmethods = ["card"]',
        'percent = "10"\nbase = "running"\nkind = "live_agent"\nchannels = ["agent", "ivr"]',
    )


def rows(count: int = 7) -> dict[str, list[Any]]:
    return {
        "amount": [Decimal(f"{25 + row}.00") for row in range(count)],
        "facility": ["f"] * count,
        "method": [("card", "cash", None)[row % 3] for row in range(count)],
        "channel": [("web", "agent", None, "ivr")[row % 4] for row in range(count)],
        "at": [AT] * count,
        "note": [f"row {row}" for row in range(count)],
    }


def table(count: int = 7, **changes: pa.Array) -> pa.Table:
    columns = {name: pa.array(values) for name, values in rows(count).items()}
    columns["amount"] = pa.array(rows(count)["amount"], pa.decimal128(18, 6))
    return pa.table(columns | changes)


def expected(loaded: Tariff, count: int = 7) -> list[dict[str, Any]]:
    given = rows(count)
    found = []
    for row in range(count):
        quote = loaded.quote_deposit(
            given["amount"][row],
            facility="f",
            method=given["method"][row] or DEFAULTS["method"],
            channel=given["channel"][row] or DEFAULTS["channel"],
            at=AT,
        )
        found.append({"status": "ok"} | {name: getattr(quote, name) for name in QUOTED[1:]})
    return found


def quoted(found: pa.Table) -> list[dict[str, Any]]:
    return list(found.select(list(QUOTED)).to_pylist())


# What comes in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "producer",
    [
        lambda given: given,
        lambda given: given.to_batches()[0],
        lambda given: given.to_reader(max_chunksize=2),
        lambda given: pa.concat_tables([given.slice(0, 3), given.slice(3)]),
        pl.from_arrow,
        lambda given: duckdb.sql("select * from given"),
        lambda given: pd.DataFrame({name: given[name].to_pylist() for name in given.column_names}),
    ],
    ids=["table", "batch", "reader", "chunks", "polars", "duckdb", "pandas"],
)
def test_any_producer(loaded: Tariff, producer: Callable[[pa.Table], Any]) -> None:
    duckdb.sql("set timezone = 'UTC'")
    assert quoted(loaded.quote_batch(producer(table()))) == expected(loaded)


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "dictionary"])
def test_any_text(loaded: Tariff, kind: str) -> None:
    changes = {}
    for name in ("facility", "method", "channel"):
        column = pa.array(rows()[name], pa.string())
        if kind == "dictionary":
            column = column.dictionary_encode().cast(pa.dictionary(pa.int8(), pa.large_string()))
        else:
            column = column.cast(getattr(pa, kind)())
        changes[name] = column
    if kind != "dictionary":
        changes["amount"] = pa.array([str(each) for each in rows()["amount"]]).cast(
            getattr(pa, kind)()
        )
    assert quoted(loaded.quote_batch(table(**changes))) == expected(loaded)


@pytest.mark.parametrize(
    "kind",
    [
        pa.decimal128(18, 6),
        pa.decimal128(38, 30),
        pa.decimal128(4, 1),
        pa.decimal128(4, 0),
        pa.decimal128(2, -1),
        pa.decimal32(9, 2),
        pa.decimal64(18, 4),
    ],
    ids=str,
)
def test_any_decimal(kind: pa.DataType) -> None:
    loaded = tariff('flat = "1.00"', facility=FREE)
    amounts = [Decimal(20), Decimal(990), None, Decimal(0), Decimal(-20)]
    given = table(5, amount=pa.array(amounts, kind))
    found = loaded.quote_batch(given)
    assert found["status"].to_pylist() == ["ok", "ok", "bad_amount", "bad_amount", "bad_amount"]
    assert found["credited"].to_pylist()[:2] == [Decimal(19), Decimal(989)]
    assert found["amount"].type == kind


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("25", 2500),
        ("25.0", 2500),
        ("25.00", 2500),
        ("+25.000000000", 2500),
        ("0000025.01", 2501),
        ("999999999999.99", 99_999_999_999_999),
        ("0.01", 1),
        *(
            (bad, None)
            for bad in ("", ".", "25.", ".5", "-1", "1e3", " 1", "1 ", "1,000", "0", "٣")
        ),
        *(
            (bad, None)
            for bad in ("0.00", "0.001", "25.001", "1000000000000", "NaN", "--1", "+", "1..0")
        ),
        ("0" * 40 + ".01", 1),
        ("0" * 41 + ".01", None),
        ("0.01" + "0" * 38, 1),
        ("0.01" + "0" * 39, None),
    ],
)
def test_amounts_of_text_are_read_as_one_deposit_s_are(text: str, cents: int | None) -> None:
    loaded = tariff(facility=FREE)
    found = loaded.quote_batch(table(1, amount=pa.array([text])))
    assert found["status"].to_pylist() == ["ok" if cents else "bad_amount"]
    if cents:
        assert found["paid"].to_pylist() == [Decimal(cents) / 100]
        assert loaded.quote_deposit(text, facility="f", at=0).paid == Decimal(cents) / 100
    else:
        with pytest.raises((ValueError, OverflowError)):
            loaded.quote_deposit(text, facility="f", at=0)


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("s", [-1, 0, 4_102_444_799, 4_102_444_800, 2**63 - 1, -(2**63)]),
        ("ms", [-1, 0, 4_102_444_799_999, 4_102_444_800_000, 2**63 - 1, -(2**63)]),
        ("us", [-1, 0, 4_102_444_799_999_999, 4_102_444_800_000_000, 2**63 - 1, -(2**63)]),
        ("ns", [-1, 0, 4_102_444_799_999_999_999, 4_102_444_800_000_000_000, 2**63 - 1, -(2**63)]),
    ],
)
def test_instants_of_any_unit_are_floored_and_bounded(unit: str, values: list[int]) -> None:
    loaded = tariff(facility=FREE)
    at = pa.array(values, pa.int64()).cast(pa.timestamp(unit, "America/Chicago"))
    found = loaded.quote_batch(table(6, at=at))
    assert found["status"].to_pylist() == [
        "bad_time",
        "ok",
        "ok",
        "bad_time",
        "bad_time",
        "bad_time",
    ]


def test_instants_may_be_milliseconds(loaded: Tariff) -> None:
    at = pa.array([ms("2022-05-01")] * 7)
    assert quoted(loaded.quote_batch(table(at=at))) == expected(loaded)


def test_missing_columns_and_nulls_stand_for_a_card_on_the_web(loaded: Tariff) -> None:
    plain = loaded.quote_batch(table(1).drop_columns(["method", "channel"]))
    nothing = {"method": pa.nulls(1), "channel": pa.nulls(1, pa.string())}
    assert quoted(plain) == quoted(loaded.quote_batch(table(1, **nothing))) == expected(loaded, 1)


def test_columns_of_nothing_are_bad_rows(loaded: Tariff) -> None:
    for name in ("amount", "facility", "at"):
        found = loaded.quote_batch(table(2, **{name: pa.nulls(2)}))
        status = {"at": "bad_time"}.get(name, f"bad_{name}")
        assert found["status"].to_pylist() == [status] * 2


# What comes out ----------------------------------------------------------------------------------


def test_statuses_in_order_of_precedence() -> None:
    loaded = tariff(
        'flat = "5.00"\nmethods = ["card"]', 'percent = "100"\nmode = "add"', facility=FREE
    )
    big, old = "999999999999.99", datetime(1969, 1, 1, tzinfo=UTC)
    given = pa.table(
        {
            "amount": ["x", "x", "x", "5.00", big, "5.01"],
            "facility": ["nope", "f", "f", "f", "f", "f"],
            "at": pa.array([old, old, AT, AT, AT, AT], pa.timestamp("us", "UTC")),
        }
    )
    found = loaded.quote_batch(given)
    assert found["status"].to_pylist() == list(STATUSES)
    assert found["paid"].null_count == 5
    assert found["paid"].to_pylist()[-1] == Decimal("10.02")


def test_the_input_comes_back_with_the_quoted_columns() -> None:
    loaded = tariff()
    given = table().replace_schema_metadata({"who": "me"})
    found = loaded.quote_batch(given)
    assert found.column_names == [*given.column_names, *QUOTED]
    assert found.select(given.column_names).equals(given)
    assert found.schema.field("status").type == pa.dictionary(pa.int8(), pa.string())
    assert {str(found.schema.field(name).type) for name in QUOTED[1:]} == {"decimal128(18, 6)"}
    assert found.schema.metadata[b"who"] == b"me"
    assert found.schema.metadata[b"securecall.tariff"] == loaded.digest.encode()
    found.validate(full=True)


def test_empty_tables_keep_their_columns(loaded: Tariff) -> None:
    for empty in (table(0), table().slice(0, 0), pa.table(table().schema.empty_table())):
        found = loaded.quote_batch(empty)
        assert found.num_rows == 0
        assert found.column_names == [*table().column_names, *QUOTED]


def test_pieces_are_the_whole(loaded: Tariff) -> None:
    count = ROWS + 77
    given = table(count)
    whole = loaded.quote_batch(given)
    assert whole.num_rows == count
    cut = pa.concat_tables(
        loaded.quote_batch(given.slice(first, 10_001)) for first in range(0, count, 10_001)
    )
    assert cut.equals(whole)
    chunks = pa.chunked_array([given["amount"].chunk(0).slice(3, 5)])
    part = given.slice(3, 5).set_column(0, "amount", chunks)
    assert quoted(loaded.quote_batch(part)) == quoted(whole.slice(3, 5))


def test_threads_may_share_a_tariff() -> None:
    loaded = tariff('kind = "automated_payment"\nflat = "9.95"\nmethods = ["card"]')
    given = table(5_000)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(loaded.quote_batch, [given] * 16))
    assert all(each.equals(found[0]) for each in found)


def test_many_bad_words_are_no_trouble(loaded: Tariff) -> None:
    words = pa.array([f"word {number}" for number in range(2_000)])
    found = loaded.quote_batch(table(2_000, facility=words))
    assert set(found["status"].to_pylist()) == {"bad_facility"}
    found = loaded.quote_batch(table(2_000, method=words, channel=words))
    assert set(found["status"].to_pylist()) == {"ok"}


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "column", "rule"),
    [
        ("amount", pa.array([25.0]), "column 'amount' is double; money must be decimal128 or text"),
        ("amount", pa.array([25]), "is int64; money must be decimal128 or text .* cast it with"),
        ("amount", pa.array([Decimal(1)], pa.decimal256(40, 2)), "is decimal256"),
        ("facility", pa.array([1]), "is int64; it must be text"),
        ("method", pa.array([b"card"]), "is binary; it must be text"),
        ("channel", pa.array([1]).dictionary_encode(), "it must be text"),
        ("at", pa.array([datetime(2022, 5, 1)]), "without a time zone; say whose clock"),
        ("at", pa.array(["2022-05-01"]), "must be timestamp with a time zone, or int64"),
    ],
)
def test_types_that_are_refused_are_named_with_the_cast(
    name: str, column: pa.Array, rule: str
) -> None:
    with pytest.raises(ColumnError, match=rule) as error:
        tariff().quote_batch(table(1, **{name: column}))
    assert error.value.column == name


def test_missing_and_doubled_columns() -> None:
    with pytest.raises(ColumnError, match=r"'amount' is missing; .* did you mean 'amout'\?"):
        tariff().quote_batch(table().rename_columns({"amount": "amout"}))
    doubled = table().append_column("at", table()["at"])
    with pytest.raises(ColumnError, match="stands there twice"):
        tariff().quote_batch(doubled)
    with pytest.raises(InputTypeError):
        tariff().quote_batch([1, 2])


def test_columns_called_like_quoted_ones_are_in_the_way_unless_replaced(loaded: Tariff) -> None:
    given = table().append_column("fees", pa.array([1] * 7))
    with pytest.raises(ColumnError, match="'fees' is one that a quote adds"):
        loaded.quote_batch(given)
    found = loaded.quote_batch(given, replace=True)
    assert found.column_names == [*table().column_names, *QUOTED]
