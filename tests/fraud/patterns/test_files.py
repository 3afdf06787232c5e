"""Files in, files out."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet
import pytest
from tests.fraud.patterns.records import BEGIN, call, table

from securecall.errors import ColumnError, InputError
from securecall.fraud.patterns import Velocity, scan
from securecall.fraud.patterns.files import SCHEMA, format_of, open_files, write_findings

ROWS = [call(each, call_id=f"c{each}") for each in range(8)]
SIX = [Velocity(calls=6)]


def written(folder: Path, kind: str, whole: pa.Table) -> str:
    path = folder / f"calls.{kind}"
    if kind == "parquet":
        pa.parquet.write_table(whole, path)
    elif kind == "csv":
        pa.csv.write_csv(whole, path)
    else:
        opened = pa.ipc.new_stream if kind == "arrows" else pa.ipc.new_file
        with opened(path, whole.schema) as sink:
            sink.write_table(whole)
    return str(path)


@pytest.mark.parametrize("kind", ["parquet", "csv", "arrows", "arrow"])
def test_a_file_of_any_format_has_the_findings_of_its_table(tmp_path: Path, kind: str) -> None:
    whole = table(ROWS)
    reading = open_files([written(tmp_path, kind, whole)])
    assert reading.rows == (8 if kind == "parquet" else None)
    assert scan(reading.reader(), SIX).findings == scan(whole, SIX).findings != ()


def test_files_follow_each_other_whatever_their_formats(tmp_path: Path) -> None:
    first = written(tmp_path, "parquet", table(ROWS[:4]).rename_columns(
        ["pin" if name == "person" else name for name in table([]).schema.names]))  # fmt: skip
    second = written(tmp_path, "csv", table(ROWS[4:]).drop_columns(["station", "account"]))
    result = scan(open_files([first, second]).reader(), SIX)
    assert result.findings == scan(table(ROWS), SIX).findings
    assert result.rows == 8


CSV = """call_id,facility,number,start,duration_ms,person,note
a,f,+1,2026-05-01T13:00:00Z,1000,p,1
b,f,+1,2026-05-01T08:00:00.5-05:00,1000,p,2
c,f,+1,1777640400999,1000,p,three
d,f,+1,yesterday,1000,p,
e,f,+1,2026-05-01T13:00:00,1000,p,
f,f,+1,2026-05-01T13:00:01Z,1e3,p,
g,f,+1,2026-05-01T13:00:01Z,-5,p,
h,f,+1
i,,+1,2026-05-01T13:00:01Z,5,p,
j,"f",+1,,5,p,
"""


def test_cells_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"\xef\xbb\xbf" + CSV.encode())
    reading = open_files([str(path)])
    [batch] = list(reading.batches)
    assert batch.schema == SCHEMA
    starts = batch["start"].cast(pa.int64()).to_pylist()
    assert starts[:5] == [BEGIN, BEGIN + 500, BEGIN + 999, None, None]
    reading = open_files([str(path)])
    result = scan(reading.reader())
    assert dict(reading.bad) == {"bad_line": 1}
    assert result.bad == {"bad_time": 3, "bad_duration": 2, "bad_facility": 1}
    assert result.rows == 9


def test_a_csv_of_nothing_but_names_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("facility,number,start,duration_ms\n")
    assert scan(open_files([str(path)]).reader()).rows == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("calls.csv", b"", "is empty"),
        ("calls.csv", b"\xff\xfe\n", "cannot be read"),
        ("calls.csv", b"facility,numbr,start,duration_ms\n", "did you mean 'numbr'"),
        ("calls.csv", b"facility,number,start,duration_ms,number\n", "stands twice"),
        ("calls.csv", b"facility,number,start,duration_ms\n\xff,1,1,1\n", "is"),
        ("calls.parquet", b"PAR1", "is no parquet file"),
        ("calls.arrow", b"ARROW1", "is no arrow file"),
        ("calls.txt", b"", "say which with --format"),
    ],
)
def test_a_file_that_is_none_is_named(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        list(open_files([str(path)]).batches)
    assert name in str(error.value)


def test_other_faults_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        open_files([str(tmp_path / "none.parquet")])
    with pytest.raises(InputError, match="did you mean 'parquet'"):
        format_of("calls", "parket")
    with pytest.raises(InputError, match="cannot be piped"):
        open_files(["-"], "parquet")
    numbers = written(tmp_path, "parquet", pa.table({"facility": ["f"], "number": [1]}))
    with pytest.raises(ColumnError, match="must be text"):
        open_files([numbers])


@pytest.mark.parametrize("kind", ["parquet", "csv", "arrow"])
def test_findings_are_written_whole_or_not_at_all(tmp_path: Path, kind: str) -> None:
    found = scan(table(ROWS), SIX).table
    path = tmp_path / f"found.{kind}"
    write_findings(str(path), found)
    read = {"parquet": pa.parquet.read_table, "csv": pa.csv.read_csv}.get(kind)
    back = read(path) if read else pa.ipc.open_stream(path.read_bytes()).read_all()
    assert back["reason"].to_pylist() == found["reason"].to_pylist()
    with pytest.raises(InputError, match="cannot be written"):
        write_findings(str(tmp_path / "none" / f"found.{kind}"), found)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
