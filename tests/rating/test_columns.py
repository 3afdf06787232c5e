"""Columns of call records: what is taken, what is refused by name, what lies and does no harm."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.harris import NUMBER, START_MS, by_minute, records, tariff, text

from securecall.errors import ColumnError, InputTypeError
from securecall.rating.columns import (
    Columns,
    calls_of,
    one_batch,
    open_stream,
    plain,
    plain_type,
)
from securecall.rating.tariff import Tariff

TARIFF = tariff()
WORDS = ("facility", "number", "medium", "bill_type", "relay")
TEXTS = (
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    *(
        pa.dictionary(index, values)
        for index in (pa.int8(), pa.uint16(), pa.int32(), pa.int64(), pa.uint64())
        for values in (pa.string(), pa.large_string(), pa.string_view())
    ),
)


def of_kind(values: list[str | None], kind: pa.DataType) -> pa.Array:
    """Make an array of any kind of text; of dictionaries with a word that no row uses first."""
    if not pa.types.is_dictionary(kind):
        return pa.array(values, kind)
    words = ["nobody", *dict.fromkeys(value for value in values if value is not None)]
    indices = [None if value is None else words.index(value) for value in values]
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, kind.index_type), pa.array(words, kind.value_type)
    )


def statuses(table: pa.Table | pa.RecordBatch) -> list[str]:
    return TARIFF.rate_batch(table)["status"].to_pylist()


# What is taken ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TEXTS, ids=str)
def test_a_word_may_be_any_kind_of_text(kind: pa.DataType) -> None:
    values = {
        "facility": ["f", "nowhere", None, "f", "f"],
        "number": [NUMBER, NUMBER, NUMBER, None, "+12"],
        "medium": ["audio", "video", "audio", "audio", "fax"],
        "bill_type": ["prepaid"] * 4 + ["cash"],
        "relay": ["none", "trs", None, "none", "none"],
    }
    same = ["ok", "bad_facility", "bad_facility", "bad_number", "bad_medium"]
    table = records(5, **{name: of_kind(values[name], kind) for name in WORDS})
    assert statuses(table) == same
    assert statuses(table.slice(1)) == same[1:]
    assert statuses(table.slice(2, 2)) == same[2:4]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "+05:30"])
def test_a_start_may_have_any_unit_and_any_zone(unit: str, zone: str) -> None:
    units = {"s": (1, 1000), "ms": (1, 1), "us": (1000, 1), "ns": (1_000_000, 1)}
    times, divisor = units[unit]
    start = pa.array([START_MS * times // divisor, None, -1], pa.timestamp(unit, zone))
    table = TARIFF.rate_batch(records(3, start=start))
    assert table["status"].to_pylist() == ["ok", "bad_time", "bad_time"]
    assert table["total"][0] == TARIFF.rate_batch(records())["total"][0]


def test_a_start_finer_than_a_millisecond_is_floored() -> None:
    last_ms = pa.array([4_102_444_799_999_999, 4_102_444_800_000_000], pa.timestamp("us", "UTC"))
    assert statuses(records(2, start=last_ms)) == ["ok", "bad_time"]
    before = pa.array([-1, 0], pa.timestamp("ns", "UTC"))
    assert statuses(records(2, start=before)) == ["bad_time", "ok"]


def test_a_start_of_seconds_too_late_does_not_wrap_into_a_good_one() -> None:
    late = pa.array([2**62, (2**63 - 1) // 1000, -(2**62)], pa.timestamp("s", "UTC"))
    assert statuses(records(3, start=late)) == ["bad_time"] * 3


@pytest.mark.parametrize("kind", ["int64", "int32", "uint8", "int16", "uint32"])
def test_a_duration_may_be_any_whole_number(kind: str) -> None:
    table = TARIFF.rate_batch(records(2, duration_ms=pa.array([100, None], kind)))
    assert table["status"].to_pylist() == ["ok", "bad_duration"]
    assert table["billed_ms"].to_pylist() == [1000, None]


def test_int64_starts_are_epoch_milliseconds() -> None:
    assert statuses(records(2, start=[START_MS, -1])) == ["ok", "bad_time"]


# What is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "column", "words"),
    [
        ({"start": pa.array([1], pa.timestamp("ms"))}, "start", "without a time zone"),
        ({"start": pa.array([1.0])}, "start", "timestamp with a time zone, or int64"),
        ({"start": pa.array(["2026-05-01"])}, "start", "cast it with"),
        ({"start": pa.array([1], pa.int32())}, "start", "int32"),
        ({"start": pa.array([1], pa.date64())}, "start", "date64"),
        ({"duration_ms": pa.array([1.0])}, "duration_ms", "whole milliseconds, int64"),
        ({"duration_ms": pa.array([1], pa.uint64())}, "duration_ms", "column.cast('int64')"),
        ({"duration_ms": pa.array([1], pa.duration("ms"))}, "duration_ms", "duration"),
        ({"duration_ms": pa.array([True])}, "duration_ms", "bool"),
        ({"authorized_ms": pa.array(["1"])}, "authorized_ms", "string"),
        ({"facility": pa.array([7])}, "facility", "column.cast('string')"),
        ({"facility": pa.array([b"f"])}, "facility", "binary"),
        ({"facility": pa.array([7]).dictionary_encode()}, "facility", "dictionary"),
        ({"number": pa.array([17135550123])}, "number", "must be text"),
        ({"relay": pa.array([["none"]])}, "relay", "list"),
    ],
)
def test_another_type_is_refused_with_the_cast_to_write(
    columns: dict[str, pa.Array], column: str, words: str
) -> None:
    with pytest.raises(ColumnError, match="column") as caught:
        TARIFF.rate_batch(records(**columns))
    assert caught.value.column == column
    assert words in str(caught.value)


def test_a_missing_column_is_named_with_the_nearest_there_is() -> None:
    with pytest.raises(ColumnError, match=r"'number' is missing.*did you mean 'nummer'") as caught:
        TARIFF.rate_batch(records(number=None, nummer=NUMBER))
    assert caught.value.column == "number"


@pytest.mark.parametrize("name", ["facility", "number", "start", "duration_ms"])
def test_each_needed_column_is_needed(name: str) -> None:
    with pytest.raises(ColumnError) as caught:
        TARIFF.rate_batch(records().drop_columns([name]))
    assert caught.value.column == name


def test_a_column_that_stands_there_twice_is_refused() -> None:
    table = records()
    twice = pa.Table.from_arrays([*table.columns, table["number"]], [*table.column_names, "number"])
    with pytest.raises(ColumnError, match="'number' stands there twice"):
        TARIFF.rate_batch(twice)


@pytest.mark.parametrize(
    "thing",
    [[{"facility": "f"}], {"facility": ["f"]}, None, 7, "records.csv", pa.array([1])],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_no_arrow_table_is_refused(thing: Any) -> None:
    with pytest.raises(InputTypeError, match=r"call records must be|no Arrow table"):
        TARIFF.rate_batch(thing)


def test_rows_that_are_null_as_a_whole_are_refused() -> None:
    rows = pa.array([records().to_pylist()[0], None])
    with pytest.raises(InputTypeError, match="no Arrow table"):
        TARIFF.rate_batch(rows)


def test_names_that_are_not_utf8_are_refused() -> None:
    table = records()
    fields = [*table.schema, pa.field(b"\xff\xfe", pa.int64())]
    odd = pa.Table.from_arrays([*table.columns, pa.array([1])], schema=pa.schema(fields))
    deposits = [pa.field(b"\xff", pa.int64())]
    for ask, given in (
        (TARIFF.rate_batch, odd),
        (TARIFF.rate_stream, odd),
        (TARIFF.quote_batch, pa.schema(deposits).empty_table()),
        (lambda table: TARIFF.compare(table, TARIFF), odd),
    ):
        with pytest.raises(ColumnError, match="has a name that is not UTF-8"):
            ask(given)
    start = pa.array([0], pa.timestamp("ms", b"\xff"))
    with pytest.raises(ColumnError, match="'start' has a time zone that is not UTF-8"):
        TARIFF.rate_batch(records(start=start))


# What lies ---------------------------------------------------------------------------------------


def text_of(offsets: list[int], content: bytes) -> pa.Array:
    packed = b"".join(offset.to_bytes(4, "little", signed=True) for offset in offsets)
    buffers = [None, pa.py_buffer(packed), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def test_bytes_that_are_not_utf8_are_a_word_that_nobody_knows() -> None:
    facility = text_of([0, 2, 3], b"\xff\xfef")
    assert statuses(records(2, facility=facility)) == ["bad_facility", "ok"]
    explained = TARIFF.rate_batch(records(2, facility=facility), explain=True)
    assert explained["lines"].is_null().to_pylist() == [True, False]


def test_bytes_that_are_not_utf8_are_no_replacement_character_either() -> None:
    house = Tariff.loads(text().replace('id = "f"', 'id = "f\ufffd"'))
    facility = text_of([0, 2, 6], b"f\xfff\xef\xbf\xbd")
    for explain in (False, True):
        table = house.rate_batch(records(2, facility=facility), explain=explain)
        assert table["status"].to_pylist() == ["bad_facility", "ok"]


def test_numbers_whose_offsets_lie_are_bad_numbers() -> None:
    number = text_of([0, 12, -5, 12, 2**31 - 1, 12], NUMBER.encode())
    assert statuses(records(5, number=number)) == ["ok", *["bad_number"] * 4]


def test_words_whose_offsets_lie_are_refused_by_name() -> None:
    with pytest.raises(ColumnError, match="'facility' is no valid Arrow array"):
        statuses(records(3, facility=text_of([0, 1, -5, 1], b"f")))
    with pytest.raises(ColumnError, match="'number' is no valid Arrow array"):
        TARIFF.rate_batch(records(2, number=text_of([0, -5, 1], b"f")), explain=True)


def test_an_index_outside_its_dictionary_is_a_word_that_nobody_knows() -> None:
    words = pa.array(["f"])
    for kind, index in ((pa.int32(), 1), (pa.int8(), -1), (pa.uint16(), 65535), (pa.int64(), 99)):
        indices = pa.array([0, index], kind)
        facility = pa.DictionaryArray.from_arrays(indices, words, safe=False)
        assert statuses(records(2, facility=facility)) == ["ok", "bad_facility"]
        explained = TARIFF.rate_batch(records(2, facility=facility), explain=True)
        assert explained["status"].to_pylist() == ["ok", "bad_facility"]


def test_an_index_beyond_any_dictionary_does_not_wrap_into_a_word() -> None:
    indices = pa.array([0, 1 << 32], pa.int64())
    facility = pa.DictionaryArray.from_arrays(indices, pa.array(["f"]), safe=False)
    with pytest.raises(ColumnError, match="'facility' is no valid Arrow array"):
        statuses(records(2, facility=facility))


def test_a_number_outside_its_dictionary_is_refused_by_name() -> None:
    indices = pa.array([0, 7], pa.int32())
    number = pa.DictionaryArray.from_arrays(indices, pa.array([NUMBER]), safe=False)
    with pytest.raises(ColumnError, match="'number' is no valid Arrow array"):
        statuses(records(2, number=number))


def views(*views: bytes, valid: bytes | None = None) -> pa.Array:
    content = pa.py_buffer(NUMBER.encode())
    mask = None if valid is None else pa.py_buffer(valid)
    return pa.Array.from_buffers(
        pa.string_view(), len(views), [mask, pa.py_buffer(b"".join(views)), content]
    )


SHORT = (12).to_bytes(4, "little") + NUMBER.encode()
WILD = (100).to_bytes(4, "little") + b"+171" + (7).to_bytes(4, "little") + b"\xff\xff\xff\x7f"


def test_a_view_that_points_nowhere_is_refused_by_name() -> None:
    with pytest.raises(ColumnError, match="'number' is no valid Arrow array"):
        statuses(records(2, number=views(SHORT, WILD)))
    with pytest.raises(ColumnError, match="'facility' is no valid Arrow array"):
        statuses(records(2, facility=views(SHORT, WILD)))


def test_the_view_of_a_null_may_point_anywhere() -> None:
    number = views(SHORT, WILD, SHORT, valid=b"\x05")
    assert statuses(records(3, number=number)) == ["ok", "bad_number", "ok"]


def test_a_null_under_a_value_that_is_good_is_still_null() -> None:
    good = START_MS.to_bytes(8, "little")
    start = pa.Array.from_buffers(
        pa.timestamp("ms", "UTC"), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(good * 3)]
    )
    assert statuses(records(3, start=start)) == ["ok", "bad_time", "ok"]


def test_compare_and_quotes_refuse_what_points_nowhere_by_name() -> None:
    other = tariff(by_minute("0.50"))
    for lying in (views(SHORT, WILD), text_of([0, -5, 2], b"fffff")):
        with pytest.raises(ColumnError, match="'call_id' is no valid Arrow array"):
            TARIFF.compare(records(2, call_id=lying), other)
        for name in ("amount", "facility", "channel"):
            deposits = {"amount": ["25.00"] * 2, "facility": ["f"] * 2, "at": [START_MS] * 2}
            with pytest.raises(ColumnError, match=f"{name!r} is no valid Arrow array"):
                TARIFF.quote_batch(pa.table({**deposits, name: lying}))
    null = views(SHORT, WILD, valid=b"\x01")
    assert TARIFF.compare(records(2, call_id=null), other).rows["call_id"].to_pylist() == [
        *(NUMBER, None)
    ]


# Nulls, slices and dictionaries -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("facility", "bad_facility"),
        ("start", "bad_time"),
        ("duration_ms", "bad_duration"),
        ("number", "bad_number"),
        ("medium", "ok"),
        ("bill_type", "bad_bill_type"),
        ("relay", "ok"),
        ("authorized_ms", "ok"),
        ("account", "ok"),
        ("privileged", "ok"),
        ("call_id", "ok"),
    ],
)
def test_what_a_null_means_in_each_column(name: str, status: str) -> None:
    filled = {"medium": "audio", "bill_type": "prepaid", "relay": "none", "authorized_ms": 60_000}
    filled |= {"account": "a", "privileged": True, "call_id": "c"}
    table = records(3, **filled)
    kept = table[name].combine_chunks()
    mixed = pa.concat_arrays([kept.slice(0, 1), pa.nulls(1, kept.type), kept.slice(2, 1)])
    place = table.schema.get_field_index(name)
    assert statuses(table.set_column(place, name, mixed)) == ["ok", status, "ok"]
    assert statuses(table.set_column(place, name, pa.nulls(3))) == [status] * 3  # type null


def test_a_dictionary_may_hold_nulls_repetitions_and_words_of_no_row() -> None:
    words = pa.array(["nowhere", "f", None, "f"])
    indices = pa.array([1, 2, 3, None, 0], pa.int8())
    facility = pa.DictionaryArray.from_arrays(indices, words)
    assert statuses(records(5, facility=facility)) == [
        *("ok", "bad_facility", "ok", "bad_facility", "bad_facility")
    ]


def test_each_chunk_may_have_a_dictionary_of_its_own() -> None:
    one = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["f", "x"]))
    two = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["x", "f"]))
    facility = pa.chunked_array([one, two])
    assert statuses(records(4, facility=facility)) == ["ok", "bad_facility", "bad_facility", "ok"]


@pytest.mark.parametrize("first", [0, 1, 7, 8, 9, 63, 64, 65])
def test_a_slice_anywhere_is_rated_as_its_rows_are(first: int) -> None:
    count = 140
    number = [NUMBER if row % 3 else None for row in range(count)]
    durations = [row * 997 if row % 5 else -1 for row in range(count)]
    table = records(durations, number=number, authorized_ms=[row or None for row in range(count)])
    whole = TARIFF.rate_batch(table).to_pylist()
    batch = table.combine_chunks().to_batches()[0]
    assert TARIFF.rate_batch(batch.slice(first, 70)).to_pylist() == whole[first : first + 70]


# The pieces of the door -------------------------------------------------------------------------


def test_columns_knows_which_of_the_optional_ones_are_there() -> None:
    columns = Columns(records(medium="audio", account="a").schema, {"f": 0})
    assert columns.names == ["facility", "number", "start", "duration_ms", "medium"]
    assert columns.start_unit == (1, 1)


def test_a_reader_over_every_kind_of_arrow_object() -> None:
    table = records(3)
    batch = table.to_batches()[0]

    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return table.__arrow_c_stream__(requested_schema)

    class Array:
        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return batch.__arrow_c_array__(requested_schema)

    for thing in (table, batch, table.to_reader(), Stream(), Array(), batch.to_struct_array()):
        assert open_stream(thing).read_all().to_pylist() == table.to_pylist()


def test_a_batch_that_is_not_of_its_streams_schema_is_refused() -> None:
    micros = records(start=pa.array([START_MS * 1000], pa.timestamp("us", "UTC")))
    for wrong, error, words in (
        (records(), ColumnError, "column 'start' is timestamp[ms, tz=UTC] in a batch of a stream"),
        (
            micros.drop_columns(["number"]),
            InputTypeError,
            "a batch has the columns facility, start",
        ),
    ):
        batches = [micros.to_batches()[0], wrong.to_batches()[0]]
        for ask in (TARIFF.rate_batch, lambda reader: TARIFF.rate_stream(reader).read_all()):
            reader = pa.RecordBatchReader.from_batches(micros.schema, iter(batches))
            with pytest.raises(error) as caught:
                ask(reader)
            assert words in str(caught.value)


def test_rows_become_calls_again() -> None:
    table = records(
        [5, 6, 7],
        account=["a", None, "b"],
        call_id=of_kind(["x", "y", "z"], pa.dictionary(pa.int8(), pa.string_view())),
        authorized_ms=[4, None, None],
        bill_type=["prepaid", "collect", None],
    )
    first, second, third = calls_of(table.to_batches()[0])
    assert (first.duration_ms, first.account, first.call_id, first.authorized_ms) == (
        5,
        "a",
        "x",
        4,
    )
    assert (second.bill_type, second.account, second.authorized_ms) == ("collect", None, None)
    assert second.start_ms == START_MS
    assert third is None  # whose bill type nobody may guess


def test_names_of_calls_that_are_no_text_are_nothing_to_ask_about() -> None:
    odd = {"account": pa.array([2**62], pa.timestamp("s")), "call_id": pa.array([7])}
    (one,) = calls_of(records(**odd).to_batches()[0])
    assert (one.account, one.call_id) == (None, None)
    assert TARIFF.rate_batch(records(**odd), explain=True)["lines"].null_count == 0


def test_plain_takes_dictionaries_and_views_away() -> None:
    for kind in TEXTS:
        column = of_kind(["b", None, "a"], kind)
        assert plain(column).to_pylist() == ["b", None, "a"]
        assert plain(column).type == plain_type(kind)
    assert plain_type(pa.int64()) == pa.int64()


@pytest.mark.parametrize(
    "kind",
    [*TEXTS, pa.null(), pa.dense_union([pa.field("a", pa.int8())]), pa.list_(pa.uuid())],
    ids=str,
)
def test_no_rows_of_any_type_are_a_batch(kind: pa.DataType) -> None:
    schema = pa.schema([("x", kind)])
    batch = one_batch(pa.RecordBatchReader.from_batches(schema, []))
    assert (batch.num_rows, batch.schema) == (0, schema)


def test_anything_that_speaks_arrow_becomes_one_batch() -> None:
    table = pa.table({"a": [1, 2, 3]})
    batch = table.to_batches()[0]
    assert one_batch(batch) is batch
    cut = pa.concat_tables([table.slice(0, 1), table.slice(1, 0), table.slice(1)])
    for thing in (table, cut, cut.to_reader()):
        assert one_batch(thing).equals(batch)
    empty = one_batch(table.schema.empty_table())
    assert (empty.num_rows, empty.schema) == (0, table.schema)
    with pytest.raises(InputTypeError, match="not list"):
        one_batch([])
