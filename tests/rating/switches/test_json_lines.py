"""JSON records in every form, and what is none."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.rating.switches import json_lines
from securecall.rating.switches.json_lines import JsonLines
from securecall.rating.switches.raw import BROKEN, LINE

FIELDS = ("id", "deep.0.x", "flag")


def read(content: bytes, encoded: str = "") -> list[dict[str, Any]]:
    reader = JsonLines(FIELDS, encoded)
    return [row for table in reader.read(io.BytesIO(content), "f") for row in table.to_pylist()]


VALUES = st.sampled_from(
    [None, True, 7, "}", [], [{}], {"x": {"y": [1, "\n]"]}}, [["{"]], "\u20ac"]
)
RECORDS = st.lists(
    st.fixed_dictionaries({"id": st.text('ab{}[]\n"\\', max_size=6)}, optional={"deep": VALUES}),
    min_size=1,
    max_size=6,
)


@given(RECORDS, st.sampled_from([None, 1, 4]), st.booleans())
def test_every_form_gives_the_same_records(
    records: list[dict[str, Any]], indent: int | None, array: bool
) -> None:
    if array:
        text = json.dumps(records, indent=indent)
    else:
        text = "\n".join(json.dumps(record, indent=indent) for record in records)
    found = read(text.encode())
    assert [row["id"] for row in found] == [record["id"] for record in records]
    assert {row[BROKEN] for row in found} == {None}


@given(RECORDS, st.integers(0, 5), st.binary(max_size=30))
def test_damage_costs_no_other_record(
    records: list[dict[str, Any]], place: int, junk: bytes
) -> None:
    lines = [json.dumps(record).encode() for record in records]
    lines.insert(place, b"{" + junk.replace(b"\n", b""))
    found = read(b"\n".join(lines))
    assert [row["id"] for row in found if row[BROKEN] is None and row["id"] is not None] == [
        record["id"] for record in records
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_with_reasons(content: bytes) -> None:
    for row in read(content):
        assert row[BROKEN] is None or row[BROKEN].startswith("the record is not")


def test_paths_numbers_and_what_is_absent() -> None:
    (row,) = read(b'{"id": 1795419906550416123456, "deep": [{"x": 1.50}], "flag": true}')
    assert (row["id"], row["deep.0.x"], row["flag"]) == ("1795419906550416123456", "1.50", "true")
    (row,) = read(b'{"id": "", "deep": {"0": {"x": [1, {"y": null}]}}, "flag": null}')
    assert (row["id"], row["deep.0.x"], row["flag"]) == ("", '["1", {"y": null}]', None)
    (row,) = read(b'{"deep": [], "flag": false}')
    assert (row["id"], row["deep.0.x"], row["flag"]) == (None, None, "false")


def test_percent_encoding_is_taken_off_only_where_declared() -> None:
    content = b'{"id": "%2B1", "deep": [{"x": "%2B1"}]}'
    (row,) = read(content, "deep.")
    assert (row["id"], row["deep.0.x"]) == ("%2B1", "+1")


def test_a_lone_surrogate_is_no_crash() -> None:
    (row,) = read(b'{"id": "a\\ud800b"}')
    assert row["id"] == "a?b"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"id": ', "the record is not JSON: Expecting value at character 7"),
        (b'{"id": "\xff"}', "the record is not UTF-8"),
        (b"[" * 100_000, "the record is not JSON that can be read: it is nested too deeply"),
        (b"7", "the record is not a JSON object"),
        (b"[7]", "the record is not a JSON object"),
    ],
)
def test_what_is_no_record_says_why(content: bytes, reason: str) -> None:
    (row,) = read(content)
    assert (row["id"], row[LINE], row[BROKEN]) == (None, 1, reason)


def test_a_broken_object_over_many_lines_is_one_row() -> None:
    text = json.dumps({"id": "1", "deep": [{"x": "2"}]}, indent=2)
    whole = json.dumps({"id": "2"}, indent=2)
    found = read(f"{text[:-8]}\n{whole}\n{whole}".encode())
    assert [(row["id"], row[LINE]) for row in found] == [(None, 1), ("2", 7), ("2", 10)]


def test_a_file_of_brackets_takes_no_more_than_its_length() -> None:
    begun = time.process_time()
    (row,) = read(b"[\n" + b"}\n" * 200_000)
    assert row[BROKEN] is not None
    assert time.process_time() - begun < 5


def test_a_record_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "RECORD_BYTES_MAX", 100)
    found = read(b"x\n" * 60 + b'{"id": "1"}')
    assert [row["id"] for row in found] == [None, None, "1"]
    assert found[0][BROKEN] == "the record is longer than 100 bytes"


def test_many_records_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "ROWS", 3)
    found = read(b"\n".join(b'{"id": "%d"}' % number for number in range(10)))
    assert [row["id"] for row in found] == [str(number) for number in range(10)]
