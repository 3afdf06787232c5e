"""Arrow in, Arrow out: every row with a status, none dropped, the same however it is cut."""

from __future__ import annotations

import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import strategies
from tests.fuzz.targets import check_rated
from tests.harris import NUMBER, START_MS, by_minute, by_second, records, steps, tariff
from tests.oracles import slots
from tests.rating.test_three_speeds import SCHEMA, fits_arrow, load
from tests.rating.test_three_speeds import _row as row_of

from securecall.errors import ColumnError, SecurecallError
from securecall.rating.batch import RATED, ROWS, Rater
from securecall.rating.call import Call
from securecall.rating.tariff import Tariff
from securecall.rating.words import REJECTED, STATUSES

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "rating_cases.jsonl").read_text().splitlines()
]
TAX = '[[tax]]\nid = "state"\npercent = "6.25"\n'
HOUSE = tariff(by_minute("0.30"), regulated=True, tail=TAX)
AMOUNTS = ("net", "tax", "total", "state_paid", "cap_saved")
PLACES = ("jurisdiction", "rate_class")


# The worked cases --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_public_cases_cost_what_they_must_by_every_door(case: dict[str, Any]) -> None:
    text, told = slots.adapt(case)
    house = Tariff.loads(text)
    told["start"] = told.pop("start_ms")
    expected = Decimal(case["accept"]["cost"])
    call = Call(**told)
    rated = house.rate(call)
    assert rated.total == expected
    assert sum(line.amount for line in rated.lines) == expected
    table = house.rate_batch(pa.Table.from_pylist([told]), explain=True)
    (row,) = table.to_pylist()
    assert row["total"] == expected
    assert sum(line["amount"] for line in row["lines"]) == expected
    curve = house.curve(call)
    assert curve.final(curve.billed(call.duration_ms), call.duration_ms) == expected
    assert curve.total(curve.billed(call.duration_ms)) == expected
    reached = curve.reach(expected)
    assert reached is None or reached >= curve.billed(call.duration_ms)


# What comes out ----------------------------------------------------------------------------------


def test_the_rated_columns_in_their_order_and_types() -> None:
    table = HOUSE.rate_batch(records(call_id="a"), explain=True)
    assert table.column_names == [
        *("facility", "number", "start", "duration_ms", "call_id"),
        *("status", "net", "tax", "total", "state_paid", "cap_saved", "billed_ms"),
        *("jurisdiction", "rate_class", "rate_id", "cap_source", "lines"),
    ]
    kinds = {name: table.schema.field(name).type for name in table.column_names}
    for name in AMOUNTS:
        assert kinds[name] == pa.decimal128(18, 6)
    assert kinds["billed_ms"] == pa.int64()
    for name in ("status", *PLACES, "rate_id", "cap_source"):
        assert pa.types.is_dictionary(kinds[name])
        assert kinds[name].value_type == pa.string()
    assert pa.types.is_list(kinds["lines"])
    assert [field.name for field in kinds["lines"].value_type] == [
        *("kind", "text", "quantity_ms", "unit_price", "amount")
    ]
    assert "lines" not in HOUSE.rate_batch(records()).column_names
    table.validate(full=True)


def test_a_row_says_what_the_call_alone_says() -> None:
    row = HOUSE.rate_batch(records([150_000])).to_pylist()[0]
    rated = HOUSE.rate(Call("f", NUMBER, START_MS, 150_000))
    assert rated.cap is not None
    assert row["net"] == rated.net == Decimal("0.30")
    assert row["tax"] == rated.tax == Decimal("0.02")
    assert row["total"] == rated.total == Decimal("0.32")
    assert row["cap_saved"] == rated.cap.saved == Decimal("0.60")
    assert row["cap_source"] == rated.cap.source
    assert row["billed_ms"] == rated.billed_ms == 180_000
    assert (row["jurisdiction"], row["rate_class"], row["rate_id"]) == (
        *("intrastate", "intrastate"),
        "r0",
    )


STATUS_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("bad_facility", {"facility": "nowhere"}),
    ("bad_time", {"start": pa.array([-1])}),
    ("bad_duration", {"duration_ms": [-1]}),
    ("bad_number", {"number": "+1713555012"}),
    ("bad_medium", {"medium": "fax"}),
    ("bad_bill_type", {"bill_type": "cash"}),
    ("unanswered", {"duration_ms": [0]}),
    ("no_rate", {"number": "+525512345678"}),
    ("overflow", {"number": "+442071234567"}),
    ("ok", {}),
]
STATUS_HOUSE = tariff(
    by_minute("0.30") + '\ndestinations = ["local", "intrastate", "interstate"]',
    steps((0, "999999999999", 1, 1)) + '\ndestinations = ["+44"]\nbill_types = ["prepaid"]',
    regulated=True,
    tail=TAX,
)


@pytest.mark.parametrize(("status", "columns"), STATUS_ROWS, ids=[s for s, _ in STATUS_ROWS])
def test_each_status_and_what_it_leaves(status: str, columns: dict[str, Any]) -> None:
    if status == "overflow":
        # No ceiling holds such a call: the rules of 2012 know none abroad.
        columns = {**columns, "start": pa.array([1_340_000_000_000])}
    (row,) = STATUS_HOUSE.rate_batch(records(**columns), explain=True).to_pylist()
    assert row["status"] == status
    for name in (*AMOUNTS, "billed_ms", "lines"):
        assert (row[name] is None) == (status in REJECTED), name
    for name in PLACES:
        assert (row[name] is None) == (status not in ("ok", "unanswered", "no_rate", "overflow"))
    assert (row["rate_id"] is None) == (status not in ("ok", "overflow"))
    assert (row["cap_source"] is None) == (status != "ok")
    if status == "unanswered":
        assert [row[name] for name in (*AMOUNTS, "billed_ms")] == [0] * 6
        assert row["lines"] == []


PRECEDENCE = [
    ("bad_facility", {"facility": "nowhere"}),
    ("bad_time", {"start": pa.array([-1])}),
    ("bad_duration", {"authorized_ms": [-1]}),
    ("bad_number", {"number": ""}),
    ("bad_medium", {"relay": "smoke"}),
    ("bad_bill_type", {"bill_type": "cash"}),
    ("unanswered", {"duration_ms": [0]}),
]


@pytest.mark.parametrize("worst", range(len(PRECEDENCE)))
def test_of_several_faults_the_first_of_the_statuses_is_told(worst: int) -> None:
    columns: dict[str, Any] = {}
    for _, changes in PRECEDENCE[worst:]:
        columns |= changes
    (row,) = STATUS_HOUSE.rate_batch(records(**columns)).to_pylist()
    assert row["status"] == PRECEDENCE[worst][0]
    assert [status for status, _ in STATUS_ROWS] == list(STATUSES)


def test_no_rate_and_overflow_come_after_unanswered() -> None:
    abroad = {"number": "+525512345678", "duration_ms": [0]}
    assert STATUS_HOUSE.rate_batch(records(**abroad))["status"].to_pylist() == ["unanswered"]


def test_duplicates_are_rated_each() -> None:
    table = HOUSE.rate_batch(pa.concat_tables([records(call_id="a")] * 3))
    assert table["total"].to_pylist() == [table["total"][0].as_py()] * 3


# Shapes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("explain", [False, True])
def test_no_rows_give_no_rows_with_all_columns(explain: bool) -> None:
    empty = records(0)
    wanted = HOUSE.rate_batch(records(), explain=explain).schema
    for thing in (empty, empty.schema.empty_table(), empty.to_reader(), records(3).slice(3)):
        table = HOUSE.rate_batch(thing, explain=explain)
        assert table.num_rows == 0
        assert table.schema == wanted
    assert HOUSE.rate_stream(empty, explain=explain).read_all().schema == wanted


def many(rows: int) -> pa.Table:
    """Return records of all kinds, good and bad."""
    pick = range(rows)
    return records(
        [-1 if row % 97 == 5 else row * 7_919 % 900_000 for row in pick],
        facility=[None if row % 89 == 0 else "f" if row % 13 else "nowhere" for row in pick],
        number=[(NUMBER, "+12125550123", "+525512345678", "x", None)[row % 5] for row in pick],
        medium=[("audio", "video", None)[row % 3] for row in pick],
        bill_type=[("prepaid", "collect", None, "cash")[row % 4] for row in pick],
        authorized_ms=[row * 100 if row % 6 == 0 else None for row in pick],
        relay=[("none", "trs", None)[row % 3] for row in pick],
    )


def test_chunks_of_any_length_give_the_same() -> None:
    table = many(500)
    whole = HOUSE.rate_batch(table).to_pylist()
    assert {row["status"] for row in whole} >= {"ok", "bad_facility", "bad_number", "bad_duration"}
    for length in (1, 7, 63, 64, 65, 499):
        cut = [table.slice(at, length) for at in range(0, 500, length)]
        assert HOUSE.rate_batch(pa.concat_tables(cut)).to_pylist() == whole
        parts = [HOUSE.rate_batch(part) for part in cut]
        assert pa.concat_tables(parts).to_pylist() == whole


def test_a_table_longer_than_one_piece_is_rated_in_order() -> None:
    rows = ROWS + 1000
    table = records([1 + row % 600_000 for row in range(rows)])
    rated = HOUSE.rate_batch(table)
    assert rated.num_rows == rows
    assert rated["duration_ms"].equals(table["duration_ms"])
    assert set(rated["status"].to_pylist()) == {"ok"}
    for row in (0, 1, ROWS - 1, ROWS, rows - 1):
        total = HOUSE.rate(Call("f", NUMBER, START_MS, 1 + row % 600_000)).total
        assert rated["total"][row].as_py() == total
    rated.validate(full=True)


def test_pieces_rated_on_a_pool_of_threads_are_the_whole() -> None:
    table = many(4_000)
    whole = HOUSE.rate_batch(table)
    parts = [table.slice(at, 173) for at in range(0, 4_000, 173)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert pa.concat_tables(pool.map(HOUSE.rate_batch, parts)).equals(
                pa.concat_tables([HOUSE.rate_batch(part) for part in parts])
            )
        rated = pa.concat_tables(pool.map(HOUSE.rate_batch, parts))
    assert rated.to_pylist() == whole.to_pylist()


def test_explained_lines_sum_to_the_total_of_every_row_that_has_one() -> None:
    rated = HOUSE.rate_batch(many(300), explain=True)
    seen = 0
    for row in rated.to_pylist():
        if row["status"] in REJECTED:
            assert row["lines"] is None
            continue
        seen += row["status"] == "ok"
        assert sum(line["amount"] for line in row["lines"]) == row["total"]
    assert seen > 20
    assert rated.drop_columns(["lines"]).equals(HOUSE.rate_batch(many(300)))


def test_the_dearest_price_a_minute_has_room_in_a_line() -> None:
    dear = tariff(steps((0, "999999999999", 1, 1)))
    (row,) = dear.rate_batch(records([1]), explain=True).to_pylist()
    assert row["total"] == Decimal(999_999_999_999)
    assert row["lines"][0]["unit_price"] == Decimal(999_999_999_999) * 60_000


# Columns that pass through -----------------------------------------------------------------------


class Label(pa.ExtensionType):
    """An Arrow type of a host's own."""

    def __init__(self) -> None:
        super().__init__(pa.string(), "tests.label")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""


EXTRA = {
    "null": pa.nulls(3),
    "binary": pa.array([b"\xff\x00", None, b""]),
    "binary_view": pa.array([b"\xff" * 20, None, b""], pa.binary_view()),
    "fixed": pa.array([b"ab", None, b"cd"], pa.binary(2)),
    "string_view": pa.array(["x" * 30, None, ""], pa.string_view()),
    "list": pa.array([[1, None], None, []]),
    "list_view": pa.array([[1, None], None, []], pa.list_view(pa.int64())),
    "struct": pa.array([{"a": 1, "b": [None]}, None, {"a": None, "b": None}]),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "dictionary": pa.array([[1], [2], [1]], pa.list_(pa.int64())),
    "float": pa.array([float("nan"), None, -0.0]),
    "float16": pa.array([1.5, None, 0.0], pa.float16()),
    "decimal256": pa.array([Decimal("1.5"), None, Decimal(0)], pa.decimal256(60, 1)),
    "duration": pa.array([1, None, 2], pa.duration("ns")),
    "interval": pa.array([pa.MonthDayNano([1, 2, 3]), None, None]),
    "naive": pa.array([1, None, 2], pa.timestamp("s")),
    "extension": pa.ExtensionArray.from_storage(Label(), pa.array(["x", None, "y"])),
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16] * 3, pa.binary(16))),
    "union": pa.UnionArray.from_sparse(
        pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["a", "b", "c"])]
    ),
    "ends": pa.RunEndEncodedArray.from_arrays(pa.array([3], pa.int32()), pa.array(["x"])),
}


@pytest.mark.parametrize("name", EXTRA)
def test_a_column_of_any_type_passes_through_untouched(name: str) -> None:
    field = pa.field("extra", EXTRA[name].type, metadata={"k": "v"})
    table = records(3).append_column(field, EXTRA[name])
    for part in (table, table.slice(1, 1)):
        rated = HOUSE.rate_batch(part, explain=True)
        assert rated.schema.field("extra").equals(field, check_metadata=True)
        assert repr(rated["extra"].to_pylist()) == repr(part["extra"].to_pylist())


def test_the_names_and_notes_of_a_table_pass_through() -> None:
    odd = {"": [1], "a b": [1], "é\n": [1], "Status": [1], "lines": [1]}
    table = pa.table({**{n: records()[n] for n in records().column_names}, **odd})
    rated = HOUSE.rate_batch(table.replace_schema_metadata({"made": "here"}))
    assert rated.column_names[:9] == table.column_names
    assert rated.schema.metadata == {
        b"made": b"here",
        b"securecall.tariff": HOUSE.digest.encode(),
    }


@pytest.mark.parametrize("name", RATED)
def test_a_column_called_like_a_rated_one_is_refused_or_replaced(name: str) -> None:
    table = records(2, **{name: ["old", "old"]})
    with pytest.raises(ColumnError, match=r"is one that rating adds.*replace=True") as caught:
        HOUSE.rate_batch(table)
    assert caught.value.column == name
    with pytest.raises(ColumnError):
        HOUSE.rate_stream(table)
    rated = HOUSE.rate_batch(table, replace=True)
    assert rated.equals(HOUSE.rate_batch(records(2)))
    again = HOUSE.rate_batch(rated, replace=True)
    assert again.equals(rated)


def test_lines_is_a_rated_name_only_where_it_is_asked_for() -> None:
    table = records(lines="mine")
    assert HOUSE.rate_batch(table)["lines"].to_pylist() == ["mine"]
    with pytest.raises(ColumnError):
        HOUSE.rate_batch(table, explain=True)
    assert HOUSE.rate_batch(table, explain=True, replace=True)["lines"].to_pylist() != ["mine"]


# Hosts -------------------------------------------------------------------------------------------


def test_polars_duckdb_pandas_and_pyarrow_give_the_same() -> None:
    table = many(200).append_column("note", pa.array(["x"] * 200))
    wanted = HOUSE.rate_batch(table).select(list(RATED)).to_pylist()
    connection = duckdb.connect()
    connection.register("calls", table)
    frame = pd.DataFrame(table.to_pandas(types_mapper=pd.ArrowDtype))
    hosts = {
        "polars": pl.from_arrow(table),
        "duckdb": connection.sql("select * from calls"),
        "pandas": frame,
        "reader": table.to_reader(max_chunksize=9),
        "batch": table.combine_chunks().to_batches()[0],
        "struct": table.to_struct_array(),
    }
    for name, host in hosts.items():
        rated = HOUSE.rate_batch(host)
        assert rated.select(list(RATED)).to_pylist() == wanted, name
        assert rated["note"].to_pylist() == ["x"] * 200
        assert HOUSE.rate_stream(host).read_all().equals(rated) or name == "reader"
    assert pl.from_arrow(HOUSE.rate_batch(hosts["polars"])).height == 200


def test_polars_categories_and_its_own_times_are_taken() -> None:
    frame = pl.DataFrame(
        {
            "facility": pl.Series(["f", "g", "f"], dtype=pl.Categorical),
            "number": [NUMBER] * 3,
            "start": [datetime(2026, 5, 1, 18, tzinfo=UTC)] * 3,
            "duration_ms": pl.Series([1, 2, 3], dtype=pl.Int32),
            "medium": pl.Series(["audio", "video", None], dtype=pl.Enum(["video", "audio"])),
        }
    )
    assert HOUSE.rate_batch(frame)["status"].to_pylist() == ["ok", "bad_facility", "ok"]


def test_pandas_frames_as_people_have_them_are_taken() -> None:
    frame = pd.DataFrame(
        {
            "facility": pd.Series(["f", "f", None], dtype="category"),
            "number": [NUMBER, None, NUMBER],
            "start": pd.to_datetime(["2026-05-01T13:00:00-05:00"] * 3, utc=True),
            "duration_ms": [150_000, 1, 1],
        }
    )
    frame.index = pd.Index(["a", "b", "c"], name="call_id")
    rated = HOUSE.rate_batch(frame)
    assert rated["status"].to_pylist() == ["ok", "bad_number", "bad_facility"]
    assert rated["call_id"].to_pylist() == ["a", "b", "c"]
    back = rated.to_pandas()
    assert back.index.name == "call_id"
    assert back.loc["a", "total"] == Decimal("0.32")


def test_pandas_numbers_with_holes_are_floats_and_refused() -> None:
    frame = pd.DataFrame(
        {"facility": "f", "number": NUMBER, "start": START_MS, "duration_ms": [1, None]}
    )
    with pytest.raises(ColumnError, match="whole milliseconds"):
        HOUSE.rate_batch(frame)


# Streams -----------------------------------------------------------------------------------------


class Source:
    """A stream that counts what is asked of it."""

    read: ClassVar[int] = 0

    def __init__(self, batches: int, rows: int) -> None:
        self.read = 0
        self.batch = records(rows).to_batches()[0]
        self.batches = batches

    def reader(self) -> pa.RecordBatchReader:
        def batches() -> Any:
            for _ in range(self.batches):
                self.read += 1
                yield self.batch

        return pa.RecordBatchReader.from_batches(self.batch.schema, batches())


def test_a_stream_is_read_as_its_result_is_read() -> None:
    source = Source(batches=50, rows=10)
    stream = HOUSE.rate_stream(source.reader())
    assert source.read == 0
    for count in range(1, 6):
        assert stream.read_next_batch().num_rows == 10
        assert source.read == count
    assert sum(batch.num_rows for batch in stream) == 450


def test_a_large_batch_comes_out_in_pieces() -> None:
    source = Source(batches=2, rows=2 * ROWS + 5)
    lengths = [batch.num_rows for batch in HOUSE.rate_stream(source.reader())]
    assert lengths == [ROWS, ROWS, 5] * 2


def test_progress_is_told_after_each_piece_with_the_whole_where_it_is_known() -> None:
    told: list[tuple[int, int | None]] = []
    rows = 2 * ROWS + 5
    stream = HOUSE.rate_stream(records(rows), progress=lambda *done: told.append(done))
    assert told == []
    stream.read_all()
    assert told == [(ROWS, rows), (2 * ROWS, rows), (rows, rows)]
    told.clear()
    HOUSE.rate_stream(Source(3, 10).reader(), progress=lambda *done: told.append(done)).read_all()
    assert told == [(10, None), (20, None), (30, None)]


def test_what_progress_raises_reaches_the_reader() -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        HOUSE.rate_stream(Source(3, 10).reader(), progress=stop).read_all()


def test_a_stream_and_a_batch_say_the_same() -> None:
    table = many(300)
    for explain in (False, True):
        stream = HOUSE.rate_stream(table, explain=explain)
        assert stream.schema == HOUSE.rate_batch(table, explain=explain).schema
        assert stream.read_all().equals(HOUSE.rate_batch(table, explain=explain))


def test_a_rater_counts_every_row_by_status() -> None:
    table = many(1_000)
    rater = Rater(HOUSE, table.schema)
    rated = pa.Table.from_batches(
        [piece for batch in table.to_batches() for piece in rater.rate(batch)]
    )
    found = rated["status"].to_pylist()
    assert rater.counts == {status: found.count(status) for status in STATUSES}
    assert rater.rejected == sum(status in REJECTED for status in found)


def test_columns_that_are_mostly_zero_are_right_where_they_are_not() -> None:
    # Pieces without anything saved share one buffer of zeros, and hand theirs on.
    dear = [NUMBER] * ROWS + ["+12125550123"] * ROWS + [NUMBER] * ROWS
    cheap = by_minute("0.10") + '\ndestinations = ["intrastate"]'
    house = tariff(cheap, by_second("0.30") + '\ndestinations = ["interstate"]', regulated=True)
    saved = house.rate_batch(records(3 * ROWS, number=dear))["cap_saved"].to_pylist()
    assert set(saved[:ROWS]) == {Decimal(0)}
    assert set(saved[ROWS : 2 * ROWS]) == {Decimal("0.20")}
    assert set(saved[2 * ROWS :]) == {Decimal(0)}


# Whatever the table ------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        "f",
        "F",
        "",
        "nowhere",
        "audio",
        "video",
        "prepaid",
        "collect",
        "none",
        "trs",
        NUMBER,
        "+1",
        "\0",
    ]
)
WHOLES = st.one_of(
    st.integers(0, 10_000_000),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, -1, START_MS, 4_102_444_800_000, 366 * 86_400_000, 366 * 86_400_001]),
)


@st.composite
def columns(draw: st.DrawFn, rows: int) -> pa.Array:
    """Draw a column of any type at all."""
    kind = draw(
        st.sampled_from(("text", "words", "whole", "time", "float", "null", "bytes", "nested"))
    )
    hole = st.none()
    if kind in ("text", "words"):
        values = draw(st.lists(hole | TEXTS, min_size=rows, max_size=rows))
        text = draw(st.sampled_from((pa.string(), pa.large_string(), pa.string_view())))
        made = pa.array(values, text)
        return made.dictionary_encode() if kind == "words" else made
    if kind == "whole":
        name = draw(st.sampled_from(("int8", "int32", "int64", "uint16", "uint64")))
        width = pa.array([], name).type.bit_width
        low, high = (0, 2**width) if name[0] == "u" else (-(2 ** (width - 1)), 2 ** (width - 1))
        whole = st.integers(low, high - 1)
        likely = WHOLES.filter(lambda value: low <= value < high)
        values = draw(st.lists(hole | whole | likely, min_size=rows, max_size=rows))
        return pa.array(values, name)
    if kind == "time":
        unit = draw(st.sampled_from(("s", "ms", "us", "ns")))
        zone = draw(st.sampled_from((None, "UTC", "America/Chicago", "+09:30")))
        values = draw(st.lists(hole | WHOLES, min_size=rows, max_size=rows))
        return pa.array(values, pa.int64()).cast(pa.timestamp(unit, zone))
    if kind == "float":
        return pa.array(
            draw(st.lists(hole | st.floats(), min_size=rows, max_size=rows)), pa.float64()
        )
    if kind == "bytes":
        return pa.array(draw(st.lists(hole | st.binary(max_size=20), min_size=rows, max_size=rows)))
    if kind == "nested":
        return pa.array([[row] for row in range(rows)], pa.list_(pa.int64()))
    return pa.nulls(rows)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 12))
    table = records(rows)
    for name in ("medium", "bill_type", "relay", "authorized_ms", "account", "total", "extra"):
        if draw(st.integers(0, 2)) == 0:
            table = table.append_column(name, draw(columns(rows)))
    for name in draw(st.lists(st.sampled_from(table.column_names), max_size=3, unique=True)):
        place = table.schema.get_field_index(name)
        if draw(st.integers(0, 9)) == 0:
            table = table.remove_column(place)
        else:
            table = table.set_column(place, name, draw(columns(rows)))
    if rows and draw(st.booleans()):
        table = table.slice(draw(st.integers(0, rows)))
    return table


@settings(max_examples=60)
@given(data=st.data())
def test_explained_rows_of_any_tariff_sum_and_are_those_of_the_call_alone(
    data: st.DataObject,
) -> None:
    written = data.draw(strategies.tariffs(), label="tariff")
    house = load(written)
    drawn = st.lists(strategies.calls(tomllib.loads(written)), min_size=1, max_size=4)
    rows = [row_of(one) for one in data.draw(drawn, label="calls") if fits_arrow(one)]
    table = house.rate_batch(pa.Table.from_pylist(rows, SCHEMA), explain=True)
    check_rated(table)
    for given_row, row in zip(rows, table.to_pylist(), strict=True):
        if row["status"] in REJECTED:
            assert row["lines"] is None
            continue
        assert sum(line["amount"] for line in row["lines"]) == row["total"]
        alone = house.rate(Call(**{k: v for k, v in given_row.items() if v is not None}))
        assert [(line["kind"], line["text"], line["amount"]) for line in row["lines"]] == [
            (line.kind, line.text, line.amount) for line in alone.lines
        ]


@settings(max_examples=400)
@given(table=tables(), explain=st.booleans())
def test_any_table_is_rated_row_by_row_or_refused_as_a_whole(
    table: pa.Table, explain: bool
) -> None:
    try:
        rated = HOUSE.rate_batch(table, explain=explain, replace=True)
    except SecurecallError:
        return
    assert rated.num_rows == table.num_rows
    check_rated(rated)
    rated.validate(full=True)
    for name in table.column_names:
        if name not in RATED:
            assert rated[name].equals(table[name]) or pa.types.is_floating(table[name].type)
