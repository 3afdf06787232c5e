"""CSV files of call records: every cell kept, no row lost, each read the same in any company."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.fuzz.targets import records as keep_the_promise
from tests.harris import NUMBER, START_MS, tariff

from securecall.errors import ColumnError, InputError
from securecall.rating import csv_records as module
from securecall.rating.batch import Rater
from securecall.rating.csv_records import csv_records

HOUSE = tariff()
HEAD = "facility,number,start,duration_ms"
GOOD = f"f,{NUMBER},2026-05-01T18:00:00Z,60000"


def rated(text: str | bytes, head: str = HEAD) -> tuple[list[dict[str, Any]], list[str]]:
    """Rate the lines of a file; return its rows and what was noted."""
    body = text.encode() if isinstance(text, str) else text
    found = csv_records("x.csv", io.BytesIO(head.encode() + b"\n" + body))
    rater = Rater(HOUSE, found.schema, rating_schema=found.rating_schema)
    rows: list[dict[str, Any]] = []
    for through, rating in found.batches:
        for batch in rater.rate(through, rating):
            rows += batch.to_pylist()
    return rows, found.notes


def statuses(text: str | bytes, head: str = HEAD) -> list[str]:
    return [row["status"] for row in rated(text, head)[0]]


def one(duration: str = "60000", start: str = "2026-05-01T18:00:00Z", company: str = "") -> str:
    """Return the status of one row; of a company of other rows after it the cells do not matter."""
    return statuses(f'f,{NUMBER},"{start}","{duration}"\n{company}')[0]


# The header --------------------------------------------------------------------------------------


def test_the_first_line_names_the_columns_and_all_pass_through_as_text() -> None:
    rows, notes = rated(f"7,{GOOD}\n", head="note,facility,number,start,duration_ms")
    (row,) = rows
    assert notes == []
    assert row["note"] == "7"
    assert row["duration_ms"] == "60000"
    assert row["start"] == "2026-05-01T18:00:00Z"
    assert (row["status"], str(row["total"])) == ("ok", "0.060000")


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert statuses(GOOD, head="\ufeff" + HEAD) == ["ok"]


@pytest.mark.parametrize(("content", "words"), [(b"", "is empty"), (b"\n\n", "is empty")])
def test_an_empty_file_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=rf"x\.csv: {words}"):
        csv_records("x.csv", io.BytesIO(content))


@pytest.mark.parametrize("head", [b'"a', b"a,\xff", b'"a"b', b"a\rb"])
def test_a_header_that_cannot_be_read_is_refused_with_its_line(head: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.csv:1: the names of the columns cannot be read"):
        csv_records("x.csv", io.BytesIO(head + b"\n1\n"))


def test_a_name_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(ColumnError, match="column 'number' stands there twice"):
        rated(GOOD, head=HEAD + ",number")


def test_a_missing_column_is_named_with_the_nearest_there_is() -> None:
    with pytest.raises(ColumnError, match=r"'duration_ms' is missing.*did you mean 'duration'"):
        rated(GOOD, head="facility,number,start,duration")


def test_only_a_header_is_a_file_without_rows() -> None:
    assert rated("") == ([], [])
    assert rated("\n\r\n\n") == ([], [])


# Cells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "company", ["", "f,x,x,x\n", f"{GOOD}\n" * 3], ids=["alone", "bad", "good"]
)
@pytest.mark.parametrize(
    ("duration", "status"),
    [
        ("1", "ok"),
        (" 1 ", "ok"),
        ("0001", "ok"),
        ("0" * 40 + "1", "ok"),
        ("0", "unanswered"),
        ("-0", "unanswered"),
        ("", "bad_duration"),
        ("-1", "bad_duration"),
        ("+1", "bad_duration"),
        ("1.0", "bad_duration"),
        ("1e3", "bad_duration"),
        ("0x10", "bad_duration"),
        ("0X10", "bad_duration"),
        ("1_000", "bad_duration"),
        ("\u0661", "bad_duration"),
        ("9223372036854775807", "bad_duration"),
        ("9223372036854775808", "bad_duration"),
        ("9" * 40, "bad_duration"),
        ("null", "bad_duration"),
    ],
)
def test_a_duration_is_whole_milliseconds_in_plain_digits(
    duration: str, status: str, company: str
) -> None:
    assert one(duration, company=company) == status


@pytest.mark.parametrize(
    "company", ["", "f,x,x,x\n", f"{GOOD}\n" * 3], ids=["alone", "bad", "good"]
)
@pytest.mark.parametrize(
    ("start", "status"),
    [
        ("2026-05-01T18:00:00Z", "ok"),
        ("2026-05-01 18:00:00Z", "ok"),
        ("2026-05-01T18:00Z", "ok"),
        ("2026-05-01T13:00:00-05:00", "ok"),
        ("2026-05-01T18:00:00.123456Z", "ok"),
        ("2026-05-01T18:00:00.123456789Z", "ok"),
        (" 2026-05-01T18:00:00Z ", "ok"),
        (str(START_MS), "ok"),
        ("2026-05-01T18:00:00", "bad_time"),
        ("2026-05-01", "bad_time"),
        ("2026-02-30T18:00:00Z", "bad_time"),
        ("1969-12-31T23:59:59.9995Z", "bad_time"),
        ("1970-01-01T00:00:00Z", "ok"),
        ("2099-12-31T23:59:59.999999Z", "ok"),
        ("2100-01-01T00:00:00Z", "bad_time"),
        ("0001-01-01T00:00:00+14:00", "bad_time"),
        ("9999-12-31T23:59:59-14:00", "bad_time"),
        ("-1", "bad_time"),
        ("999999999999999999999", "bad_time"),
        ("", "bad_time"),
        ("yesterday", "bad_time"),
    ],
)
def test_a_start_is_an_instant_with_an_offset_or_epoch_milliseconds(
    start: str, status: str, company: str
) -> None:
    assert one(start=start, company=company) == status


def test_an_empty_cell_of_words_says_nothing() -> None:
    head = HEAD + ",medium,relay,authorized_ms,bill_type"
    assert statuses(f"{GOOD},,,,prepaid\n", head) == ["ok"]
    assert statuses(f"{GOOD},,,,\n", head) == ["bad_bill_type"]
    assert statuses(f"{GOOD},,,x,prepaid\n", head) == ["bad_duration"]
    assert statuses(f"{GOOD},fax,,,prepaid\n", head) == ["bad_medium"]


def test_null_is_a_word_like_any_other() -> None:
    rows, _ = rated(f"NULL,{NUMBER},2026-05-01T18:00:00Z,1\nNA,N/A,NaN,null\n")
    assert [row["facility"] for row in rows] == ["NULL", "NA"]
    assert rows[1]["number"] == "N/A"
    assert [row["status"] for row in rows] == ["bad_facility"] * 2


def test_line_ends_of_every_kind_and_blank_lines_are_no_rows() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert statuses(end.join([GOOD, GOOD, "", GOOD])) == ["ok"] * 3
        assert statuses(end.join([GOOD, GOOD, ""])) == ["ok"] * 2
    assert statuses(f"{GOOD}\r\n{GOOD}\n\n\r\n{GOOD}") == ["ok"] * 3


def test_quotes_and_newlines_inside_cells_are_kept() -> None:
    text = f'"f","{NUMBER}",2026-05-01T18:00:00Z,60000,"a ""b"", c\nd"\n{GOOD},e\n'
    rows, notes = rated(text, HEAD + ",note")
    assert [row["note"] for row in rows] == ['a "b", c\nd', "e"]
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert notes == []


# Lines that are out of order ---------------------------------------------------------------------


def test_a_row_with_too_few_or_too_many_cells_is_kept_noted_and_not_rated() -> None:
    rows, notes = rated(f"{GOOD}\nf,{NUMBER}\n{GOOD},more,and more\n{GOOD}\n")
    assert [row["status"] for row in rows] == ["ok", "bad_facility", "bad_facility", "ok"]
    assert rows[1]["facility"] == "f"
    assert rows[1]["duration_ms"] == ""
    assert rows[2]["duration_ms"] == "60000,more,and more"
    assert notes == [
        "x.csv:3: has 2 cells, not 4; the row is not rated",
        "x.csv:4: has 6 cells, not 4; the row is not rated",
    ]


def test_bytes_that_are_not_utf8_are_kept_as_their_codes() -> None:
    body = f"{GOOD}\nf,+1713\xff,2026-05-01T18:00:00Z,1\n{GOOD}\n".encode("latin-1")
    rows, _ = rated(body)
    assert [row["status"] for row in rows] == ["ok", "bad_number", "ok"]
    assert rows[1]["number"] == "+1713\\xff"


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("cell", [0, 1, 3])
def test_a_quote_that_nobody_closes_costs_its_own_row_alone(at: int, cell: int) -> None:
    lines = [GOOD] * 4
    cells = GOOD.split(",")
    cells[cell] = '"' + cells[cell]
    lines[at] = ",".join(cells)
    rows, notes = rated("\n".join(lines) + "\n")
    wanted = ["ok"] * 4
    wanted[at] = "bad_facility"
    assert [row["status"] for row in rows] == wanted
    assert rows[at][HEAD.split(",")[cell]] == cells[cell]  # as it stands
    assert [note.startswith(f"x.csv:{at + 2}: ") for note in notes] == [True]


def test_a_quote_inside_a_cell_is_a_character() -> None:
    rows, notes = rated(f'{GOOD},5" pipe\n{GOOD},O"Brien\n', HEAD + ",note")
    assert [row["note"] for row in rows] == ['5" pipe', 'O"Brien']
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert notes == []


def test_two_quotes_that_nobody_closes_swallow_nothing_between_them() -> None:
    bad = '"' + GOOD
    rows, _ = rated("\n".join([bad, GOOD, GOOD, bad, GOOD]))
    assert [row["status"] for row in rows] == ["bad_facility", "ok", "ok", "bad_facility", "ok"]


def test_a_cell_beyond_any_reason_costs_its_own_row_alone() -> None:
    rows, notes = rated(f'{GOOD}\nf,"{"x" * 200_000}\n{GOOD}\n')
    assert [row["status"] for row in rows] == ["ok", "bad_facility", "ok"]
    assert "field larger than field limit" in notes[0]


def test_notes_are_at_most_a_thousand() -> None:
    rows, notes = rated("x\n" * 1500)
    assert (len(rows), len(notes)) == (1500, 1000)


# Pieces ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 60, 61, 200])
def test_a_file_read_in_pieces_of_any_size_gives_the_same(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(
        f'{GOOD},"note {row}\n""{row}"", x"\n' if row % 3 else f"{GOOD},é{row}\n"
        for row in range(30)
    )
    whole = rated(text, HEAD + ",note")
    assert [row["status"] for row in whole[0]] == ["ok"] * 30
    monkeypatch.setattr(module, "PIECE_BYTES", size)
    assert rated(text, HEAD + ",note") == whole


def test_lines_are_counted_across_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE_BYTES", 100)
    _, notes = rated(f"{GOOD}\n" * 20 + "bad\n" + f"{GOOD}\n" * 20)
    assert notes == ["x.csv:22: has 1 cells, not 4; the row is not rated"]


def test_a_line_longer_than_any_piece_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE_BYTES", 100)
    monkeypatch.setattr(module, "PIECE_BYTES_MAX", 1000)
    with pytest.raises(InputError, match=r"x\.csv: a line is longer than 1000 bytes"):
        rated(GOOD + "x" * 2000)


def test_a_stray_quote_costs_time_by_bytes_and_not_by_their_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import time

    monkeypatch.setattr(module, "PIECE_BYTES", 1 << 18)
    monkeypatch.setattr(module, "PIECE_BYTES_MAX", 1 << 20)
    begun = time.process_time()
    rows = statuses(f'f,"{GOOD}\n' + f"{GOOD}\n" * 60_000)
    assert rows.count("ok") == 60_000
    assert (
        time.process_time() - begun < 20
    )  # a second here; an hour when each line was counted anew


# Whatever the bytes ------------------------------------------------------------------------------

CELLS = st.sampled_from(
    [
        "",
        "f",
        NUMBER,
        "2026-05-01T18:00:00Z",
        "60000",
        "0x1",
        "-1",
        '"',
        '""',
        ",",
        "\n",
        "\r\n",
        "\r",
    ]
)


@settings(max_examples=300)
@given(st.lists(CELLS | st.text(max_size=2), max_size=30).map("".join))
def test_rows_are_read_the_same_by_arrow_and_cell_by_cell(text: str) -> None:
    schema = pa.schema([("a", pa.string()), ("b", pa.string())])
    piece = text.encode()
    assume(piece.strip(b"\r\n"))
    quick = module._in_order(piece, schema)
    if quick is None:
        return
    notes = module.Records(schema, iter(()), schema)
    slow, crooked = module._cell_by_cell("x", piece, 1, notes)
    assert quick.to_pylist() == slow.to_pylist()
    assert not crooked


@settings(max_examples=300)
@given(
    st.from_regex(r"\s?[-+]?(0[xX])?[0-9]{0,20}([._e][0-9])?\s?", fullmatch=True)
    | st.text(max_size=6)
)
def test_a_number_is_read_the_same_alone_and_in_bad_company(text: str) -> None:
    alone = module._parse("duration_ms", pa.array([text])).to_pylist()
    company = module._parse("duration_ms", pa.array([text, "x"])).to_pylist()
    same = company[:1]
    assert alone == same or (alone[0] is not None and alone[0] < 0 and same[0] == -1)


@settings(max_examples=300)
@given(
    st.datetimes().map(lambda at: at.isoformat() + "Z")
    | st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](Z|[+-][0-2][0-9]:?00)?"
    )
)
def test_an_instant_is_read_the_same_alone_and_in_bad_company(text: str) -> None:
    alone = module._parse("start", pa.array([text])).cast(pa.int64()).to_pylist()
    company = module._parse("start", pa.array([text, "x"])).cast(pa.int64()).to_pylist()
    if alone[0] is None or alone[0] < 0:
        assert company[0] is None or company[0] < 0
    else:
        assert alone[0] // 1000 == company[0] // 1000


@given(
    head=st.sampled_from(
        [HEAD.encode(), HEAD.encode() + b",note", b"\xef\xbb\xbf" + HEAD.encode(), b""]
    ),
    body=st.lists(CELLS.map(str.encode) | st.binary(max_size=6), max_size=40).map(b",".join),
)
def test_any_bytes_are_rows_with_a_status_or_refused(head: bytes, body: bytes) -> None:
    keep_the_promise(head + b"\n" + body)
