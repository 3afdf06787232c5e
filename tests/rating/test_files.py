"""Files of call records: formats by name, streams, damage told, nothing half written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.harris import records, tariff

from securecall.errors import InputError
from securecall.rating.batch import Rater
from securecall.rating.files import (
    FORMATS,
    format_of,
    groups_of,
    open_groups,
    open_records,
    write_records,
)

TABLE = records(3, call_id=["a", None, "c"], medium=pa.array(["audio"] * 3).dictionary_encode())


def read(path: Path | str, given: str | None = None) -> pa.Table:
    found = open_records(str(path), given)
    return pa.Table.from_batches([through for through, _ in found.batches], found.schema)


def write(path: Path, table: pa.Table, given: str | None = None) -> None:
    write_records(str(path), table.schema, iter(table.to_batches()), given)


# Which format ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("x.parquet", "parquet"), ("x.pq", "parquet"), ("x.csv", "csv"), ("X.CSV", "csv")),
        *(("x.arrow", "arrow"), ("x.arrows", "arrow"), ("x.ipc", "arrow"), ("x.feather", "arrow")),
        ("a.csv/x.parquet", "parquet"),
    ],
)
def test_the_ending_of_a_name_says_its_format(name: str, kind: str) -> None:
    assert format_of(name) == kind


def test_a_format_that_is_given_comes_before_the_name() -> None:
    for kind in FORMATS:
        assert format_of("x.csv", kind) == kind
    assert format_of("-", "arrow") == "arrow"


@pytest.mark.parametrize("name", ["-", "x", "x.xlsx", "x.csv.gz"])
def test_a_name_that_says_no_format_is_refused_with_the_option(name: str) -> None:
    with pytest.raises(InputError, match=r"parquet, csv, arrow, not .*; say which with --format"):
        format_of(name)


def test_an_unknown_format_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"not 'parket'; did you mean 'parquet'\?"):
        format_of("x.csv", "parket")


# There and back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow"])
def test_records_are_the_same_after_a_file(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, TABLE)
    back = read(tmp_path / name)
    assert back.to_pylist() == TABLE.to_pylist()
    assert back.schema.field("start").type == TABLE.schema.field("start").type


def test_csv_keeps_text_and_a_null_is_an_empty_cell(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", TABLE)
    assert read(tmp_path / "x.csv")["call_id"].to_pylist() == ["a", "", "c"]
    assert (tmp_path / "x.csv").read_text().splitlines()[1] == (
        '"f","+17135550123",2026-05-01 18:00:00.000Z,60000,"a","audio"'
    )


def test_arrow_files_of_both_kinds_are_read(tmp_path: Path) -> None:
    with pa.OSFile(str(tmp_path / "x.feather"), "wb") as file:
        with pa.ipc.new_file(file, TABLE.schema) as writer:
            writer.write_table(TABLE, max_chunksize=2)
    assert read(tmp_path / "x.feather").to_pylist() == TABLE.to_pylist()


def test_parquet_says_how_many_rows_it_has(tmp_path: Path) -> None:
    write(tmp_path / "x.parquet", TABLE)
    write(tmp_path / "x.arrow", TABLE)
    assert open_records(str(tmp_path / "x.parquet")).rows == 3
    assert open_records(str(tmp_path / "x.arrow")).rows is None


def test_no_rows_are_a_file_all_the_same(tmp_path: Path) -> None:
    for kind in FORMATS:
        write(tmp_path / f"x.{kind}", TABLE.slice(0, 0))
        assert read(tmp_path / f"x.{kind}").column_names == TABLE.column_names


@pytest.mark.parametrize("kind", FORMATS)
def test_standard_input_and_output(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=out))
    write_records("-", TABLE.schema, iter(TABLE.to_batches()), kind)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(out.getvalue())))
    assert read("-", kind)["number"].to_pylist() == TABLE["number"].to_pylist()


# Types that a format has no room for -------------------------------------------------------------

ODD = {
    "bytes": (pa.array([b"\xff\x00a", None]), ["\\xff\x00a", ""]),
    "fixed": (pa.array([b"ab", None], pa.binary(2)), ["ab", ""]),
    "view": (pa.array(["x", None], pa.string_view()), ["x", ""]),
    "bytes_view": (pa.array([b"x", None], pa.binary_view()), ["x", ""]),
    "list": (pa.array([[Decimal("1.50"), None], None]), ['["1.50",null]', ""]),
    "struct": (pa.array([{"a": b"\xff", "b": 1}, None]), ['{"a":"\\\\xff","b":1}', ""]),
    "map": (pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())), ['[["k",1]]', ""]),
    "duration": (pa.array([5, None], pa.duration("ms")), ["5", ""]),
    "uuid": (
        pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"\0" * 16, None], pa.binary(16))),
        ["00000000-0000-0000-0000-000000000000", ""],
    ),
    "words_view": (
        pa.DictionaryArray.from_arrays(
            pa.array([0, None], pa.int8()), pa.array(["x"], pa.string_view())
        ),
        ["x", ""],
    ),
    "words_list": (
        pa.DictionaryArray.from_arrays(pa.array([0, None], pa.int8()), pa.array([[1, 2]])),
        ["[1,2]", ""],
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_csv_has_a_form_for_every_type(name: str, tmp_path: Path) -> None:
    column, cells = ODD[name]
    write(tmp_path / "x.csv", pa.table({"x": column, "y": [1, 2]}))
    assert read(tmp_path / "x.csv")["x"].to_pylist() == cells


@pytest.mark.parametrize("name", ODD)
def test_parquet_keeps_the_values_of_what_it_has_room_for(name: str, tmp_path: Path) -> None:
    column, _ = ODD[name]
    table = pa.table({"x": column})
    write(tmp_path / "x.parquet", table)
    assert read(tmp_path / "x.parquet").to_pylist() == table.to_pylist()


def test_a_type_that_parquet_lacks_is_told_with_its_column(tmp_path: Path) -> None:
    ends = pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array(["x"]))
    table = pa.table({"y": [1, 2], "x": ends})
    with pytest.raises(
        InputError, match=r"Parquet has no such type: column 'x' is run_end_encoded"
    ):
        write(tmp_path / "x.parquet", table)
    assert list(tmp_path.iterdir()) == []


# Damage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_is_not_there_is_told_by_name(kind: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"x\.{kind}: there is no such file"):
        open_records(str(tmp_path / f"x.{kind}"))


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"facility,number\n", bytes(500)])
def test_a_file_that_is_something_else_is_told_by_name(
    kind: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / f"x.{kind}").write_bytes(content)
    with pytest.raises(InputError, match=rf"x\.{kind}: is no {kind} file"):
        open_records(str(tmp_path / f"x.{kind}"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no csv file"):
        open_records(str(tmp_path), "csv")


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_damage_behind_the_head_is_told_when_it_is_met(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{kind}"
    write(path, pa.concat_tables([records(500)] * 4))
    content = bytearray(path.read_bytes())
    if kind == "parquet":
        content[4:200] = b"\xff" * 196  # a page; the index stands at the end
    else:
        del content[len(content) // 2 :]
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"x\.{kind}: is damaged behind row \d+: "):
        read(path)


def test_an_arrow_file_whose_offsets_lie_is_told_and_does_not_crash(tmp_path: Path) -> None:
    packed = b"".join(number.to_bytes(4, "little") for number in (0, 5, 2**31 - 1, 9))
    buffers = [None, pa.py_buffer(packed), pa.py_buffer(b"+17135550")]
    number = pa.Array.from_buffers(pa.string(), 3, buffers)
    write(tmp_path / "x.arrow", records(3, number=number))
    with pytest.raises(InputError, match=r"x\.arrow: is damaged behind row 0: "):
        read(tmp_path / "x.arrow")


# Half of a file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_run_that_fails_leaves_what_was_there(kind: str, tmp_path: Path) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield TABLE.to_batches()[0]
        raise InputError("in the middle")

    path = tmp_path / f"x.{kind}"
    path.write_text("old")
    with pytest.raises(InputError, match="in the middle"):
        write_records(str(path), TABLE.schema, failing())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.csv: cannot be written: No such file or directory"):
        write(tmp_path / "nowhere" / "x.csv", TABLE)


def test_a_file_may_be_rated_onto_itself(tmp_path: Path) -> None:
    house = tariff()
    for kind in FORMATS:
        path = tmp_path / f"x.{kind}"
        write(path, TABLE)
        found = open_records(str(path))
        rater = Rater(house, found.schema, rating_schema=found.rating_schema)
        pieces = (
            piece for through, rating in found.batches for piece in rater.rate(through, rating)
        )
        write_records(str(path), rater.schema, pieces)
        assert [row["status"] for row in read(path).to_pylist()] == ["ok"] * 3


# Groups ------------------------------------------------------------------------------------------


def test_groups_opened_apart_are_the_file(tmp_path: Path) -> None:
    table = records([60_000 + row for row in range(10)])
    parquet, arrow = str(tmp_path / "f.parquet"), str(tmp_path / "f.arrow")
    pq.write_table(table, parquet, row_group_size=3)
    with pa.ipc.new_file(arrow, table.schema) as file:
        file.write_table(table, max_chunksize=3)
    for path in (parquet, arrow):
        assert groups_of(path) == [3, 3, 3, 1]
        apart = [open_groups(path, None, first, 2) for first in (0, 2)]
        batches = [batch for one in apart for batch, _ in one.batches]
        assert pa.Table.from_batches(batches).equals(table)
        assert apart[0].schema == open_records(path).schema
        with pytest.raises(InputError, match=r"has 4 (row groups|batches), not 5"):
            open_groups(path, None, 3, 2)
    assert open_groups(parquet, None, 2, 2).rows == 4


def test_what_is_read_from_its_beginning_has_no_groups(tmp_path: Path) -> None:
    table = records(3)
    with pa.ipc.new_stream(tmp_path / "s.arrow", table.schema) as stream:
        stream.write_table(table)
    (tmp_path / "f.csv").write_text("facility\n")
    assert groups_of(str(tmp_path / "s.arrow")) is None
    assert groups_of(str(tmp_path / "f.csv")) is None


@pytest.mark.parametrize("name", ["f.parquet", "f.arrow"])
def test_groups_of_what_is_no_such_file_are_told(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    for ask in (lambda: groups_of(path), lambda: open_groups(path, None, 0, 1)):
        with pytest.raises(InputError, match="there is no such file"):
            ask()
    Path(path).write_text("no such thing")
    for ask in (lambda: groups_of(path), lambda: open_groups(path, None, 0, 1)):
        with pytest.raises(InputError, match=r"is no (parquet|arrow) file"):
            ask()
    with pytest.raises(InputError, match="there is no such file"):
        groups_of(str(tmp_path / "f.csv"))
