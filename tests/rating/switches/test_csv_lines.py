"""The quick way and the slow way through CSV agree, and damage stays where it is."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from securecall.errors import InputError
from securecall.rating.switches import csv_lines
from securecall.rating.switches.csv_lines import CsvLines
from securecall.rating.switches.raw import BROKEN, LINE

ORDERS = (("a", "b"), ("a", "b", "c"))


def lines(content: bytes, block: int = 1 << 22, header: bool = False) -> list[dict[str, Any]]:
    reader = CsvLines("ours", ORDERS[:1] if header else ORDERS, ("b", "c", "a"), header)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_lines, "BLOCK_BYTES", block)
        pieces = list(reader.read(io.BytesIO(content), "f"))
    return pa.concat_tables(pieces).to_pylist() if pieces else []


def cells(content: bytes, **options: Any) -> list[tuple[Any, ...]]:
    return [(row["a"], row["b"], row["c"], row[LINE]) for row in lines(content, **options)]


@given(st.text('",\n\r xé', max_size=40))
@example('"a"b,c')
@example('a"b,"c"')
@example(' "a",b')
@example('a,"b\n')
@example('a,b\n\n"",\n')
def test_the_quick_way_says_what_the_slow_way_says(text: str) -> None:
    reader = CsvLines("ours", ORDERS, ("a", "b", "c"), header=False)
    block = text.encode()
    if not block:
        return
    count = block.count(b"\n") + (not block.endswith(b"\n"))
    quick = reader._quick(block, 7, count)
    if quick is None:
        return
    slow, rest = reader._slow(block, 7, final=True)
    assert rest == b""
    assert slow is not None
    assert quick.to_pylist() == slow.to_pylist()
    assert set(quick.column(BROKEN).to_pylist()) == {None}


@given(
    st.lists(st.lists(st.text('"\n x', max_size=6), min_size=2, max_size=3), max_size=8),
    st.integers(1, 40),
)
def test_csv_comes_back_as_written_however_it_is_cut(records: list[list[str]], block: int) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows(records)
    got = [row[:3] for row in cells(stream.getvalue().encode(), block=block)]
    assert got == [
        tuple(cell or None for cell in record) + (None,) * (3 - len(record)) for record in records
    ]


@given(st.binary(max_size=60), st.integers(1, 30), st.integers(0, 5))
@example(b'"', 3, 2)
@example(b'",', 3, 0)
@example(b"\xff\x00,\r", 3, 5)
def test_damage_costs_no_other_record(junk: bytes, block: int, place: int) -> None:
    good = [b'"1","x"', b'"2","x","y"', b'"3","x"', b'4,"x"', b'"5",x']
    content = b"\n".join([*good[:place], junk.replace(b"\n", b""), *good[place:]])
    got = {row[0] for row in cells(content, block=block)}
    assert {"1", "2", "3", "4", "5"} <= got


@given(st.binary(max_size=200), st.integers(1, 60))
def test_any_bytes_are_records_or_a_wrong_layout(content: bytes, block: int) -> None:
    text = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").rstrip(b"\r").strip(b"\n")
    try:
        found = lines(content, block=block)
    except InputError:
        found = []
    else:
        assert bool(found) == bool(text)
    numbers = [row[LINE] for row in found]
    assert numbers == sorted(set(numbers))


def test_a_record_may_span_lines_but_never_another_record() -> None:
    assert cells(b'1,"x\ny\nz"\n2,b\n') == [("1", "x\ny\nz", None, 1), ("2", "b", None, 4)]
    found = lines(b'1,"x\n2,b\n3,"c\n')
    assert [row["a"] for row in found] == [None, "2", None]
    assert [row[BROKEN] for row in found][::2] == [
        "the record has a quote that is never closed"
    ] * 2


def test_line_numbers_count_blank_lines_and_carriage_returns() -> None:
    assert cells(b"\xef\xbb\xbf1,a\r\n\r\n2,b\r\n") == [("1", "a", None, 1), ("2", "b", None, 3)]


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
def test_the_header_names_the_columns(block: int) -> None:
    content = b'\n"b","a"\n1,2\n\n3,4\n5\n'
    found = lines(content, block=block, header=True)
    assert [(row["a"], row["b"], row[LINE]) for row in found] == [
        ("2", "1", 3), ("4", "3", 5), (None, None, 6),
    ]  # fmt: skip
    assert found[2][BROKEN] == "the record has 1 column, not 2"


def test_a_reader_reads_files_one_after_another() -> None:
    reader = CsvLines("ours", ORDERS[:1], ("a", "b"), header=True)
    for content in (b"a,b\n1,2\n", b"b,a,z\n2,1,9\n"):
        (table,) = reader.read(io.BytesIO(content), "f")
        assert table.select(["a", "b"]).to_pylist() == [{"a": "1", "b": "2"}]


def test_a_line_without_end_is_no_text_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_lines, "LINE_BYTES_MAX", 100)
    with pytest.raises(InputError, match=r"f:2: a line must be at most 100 bytes"):
        lines(b"a,b\n" + b"x" * 1000, block=50)


def test_a_header_that_is_not_csv_is_said() -> None:
    with pytest.raises(InputError, match="f:1: the header is not CSV: it makes 2 records"):
        lines(b"a\rb,c\n", header=True)
