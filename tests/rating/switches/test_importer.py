"""Damaged files, wrong files, other sources, and what is said about them."""

from __future__ import annotations

import gc
import io
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rating.switches.importing import (
    FREESWITCH,
    GOOD,
    HIRES,
    JSONS,
    KAMAILIO,
    MASTER,
    SMALL,
    TARIFF,
    csv_bytes,
    small,
    statuses,
)

from securecall.errors import InputError, InputTypeError
from securecall.rating.batch import rate_batch
from securecall.rating.layout import Among
from securecall.rating.layouts import ASTERISK_MASTER, FREESWITCH_JSON, LAYOUTS
from securecall.rating.records import COLUMNS, Field, read


def test_damage_stays_on_its_line() -> None:
    broken = [
        '"7","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05",60',
        '"7","1713555',
        "\x00\x01\x02\x7f junk \x1b",
        ",".join(["x"] * 60),
        '"7","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05",60,"ANSWERED","more"',
    ]
    for bad in broken:
        found = small(GOOD, bad, GOOD, GOOD)
        assert [status == "0.060000" for status in statuses(found)] == [True, False, True, True]
        assert (found.notes[0].line, found.notes[0].row) == (2, 1)
        assert found.calls["line"].to_pylist() == [1, 2, 3, 4]


def test_bytes_that_are_not_text_spoil_only_their_line() -> None:
    content = f"{GOOD}\n".encode() + b"\xff\xfe\x00\xd8\x00\n" + f"{GOOD}\n".encode()
    found = read(io.BytesIO(content), SMALL, timezone="UTC", facility="TX-001")
    assert statuses(found) == ["0.060000", "bad_time", "0.060000"]


def test_a_name_in_another_alphabet_costs_no_record() -> None:
    lines = MASTER.read_bytes().replace(b"<inmateA>", b"<Jos\xe9>")
    assert b"\xe9" in lines
    found = read(io.BytesIO(lines), ASTERISK_MASTER, timezone="UTC", extra=["clid"])
    assert found.calls["clid"].to_pylist()[0] == '"" <José>'
    assert found.calls.drop_columns(["clid", "file"]).equals(
        read(MASTER, ASTERISK_MASTER, timezone="UTC").calls.drop_columns(["file"])
    )


def test_a_wrong_layout_names_file_line_and_columns() -> None:
    with pytest.raises(InputError) as caught:
        read(HIRES, ASTERISK_MASTER, timezone="UTC")
    text = str(caught.value)
    assert f"{HIRES}:1: the record has 10 columns, not 18 or 21" in text
    assert "layout 'asterisk_master', whose columns are accountcode, src, dst" in text
    with pytest.raises(InputError, match="'freeswitch_csv' has 15 columns"):
        read(FREESWITCH, ASTERISK_MASTER, timezone="UTC")
    with pytest.raises(InputError, match="not 18 or 21"):
        read(io.BytesIO(bytes(range(256)) * 64), ASTERISK_MASTER, timezone="UTC")


def test_truncated_json_is_a_row_and_a_note(tmp_path: Path) -> None:
    shutil.copytree(JSONS, tmp_path / "cdr")
    name = "a_bb8cfa5b-c62c-47d5-88d8-5ccb9a3a4877.cdr.json"
    path = tmp_path / "cdr" / name
    path.write_bytes(path.read_bytes()[:4000])
    (tmp_path / "cdr" / "b_junk.json").write_bytes(bytes(range(256)))
    (tmp_path / "cdr" / "c_empty.json").write_bytes(b"")
    found = read(tmp_path / "cdr", FREESWITCH_JSON, facility="TX-001")
    assert found.calls.num_rows == 5
    notes = {Path(note.file).name: note for note in found.notes if note.file}
    assert notes[name].reason.startswith("the record is not JSON: Unterminated string")
    assert notes["b_junk.json"].reason == "the record is not UTF-8"
    assert notes["c_empty.json"].reason == "the file has no record"
    assert statuses(found).count("bad_time") == 2


def test_json_of_another_kind_is_a_wrong_layout() -> None:
    with pytest.raises(InputError, match=r"no record fits layout 'freeswitch_json'.*has a, b"):
        read(io.BytesIO(b'{"a": 1, "b": 2}'), FREESWITCH_JSON)


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_an_empty_file_is_an_empty_table_with_a_note(name: str) -> None:
    found = read(io.BytesIO(b""), name, timezone="UTC")
    assert (found.calls.num_rows, found.other_legs.num_rows) == (0, 0)
    assert found.calls.column_names == list(COLUMNS)
    if name != "kamailio_acc":
        assert [str(note) for note in found.notes] == ["<stream>: the file has no record"]
    assert rate_batch(TARIFF, found.calls).num_rows == 0


def test_sources_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: no such file"):
        read(tmp_path / "none.csv", ASTERISK_MASTER)
    with pytest.raises(InputError, match=r"must have a file \*\.json"):
        read(tmp_path, FREESWITCH_JSON)
    with pytest.raises(InputTypeError, match="source must be a path, a binary file or several"):
        read(7, ASTERISK_MASTER)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="source must be a path, a binary file or several"):
        read(b"a,b", ASTERISK_MASTER)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="must be a binary file, not a text file"):
        read(io.StringIO("a,b"), ASTERISK_MASTER)  # type: ignore[arg-type]


def test_what_is_declared_and_never_there_is_said() -> None:
    found = read(JSONS, FREESWITCH_JSON, facility=Field("variables.sit"))
    assert "facility: no record has a value of variables.sit" in map(str, found.notes)
    assert "no facility is declared: rating rejects every row" in map(
        str, read(JSONS, FREESWITCH_JSON).notes
    )


def test_repeated_call_ids_are_said() -> None:
    found = small(GOOD, GOOD, GOOD)
    assert "2 rows repeat the call_id of another row; the first is '7'" in map(str, found.notes)


def test_notes_of_one_kind_are_counted_after_a_thousand() -> None:
    bad = GOOD.replace("60", "sixty")
    found = small(*[bad] * 1500, GOOD)
    assert sum(note.row is not None for note in found.notes) == 1000
    assert "500 more rows: duration 'sixty' cannot be read" in map(str, found.notes)
    assert found.calls.num_rows == 1501


def test_large_files_take_time_in_proportion(tmp_path: Path) -> None:
    """Some 30 MB in blocks of 4, with a broken line: twice the records, twice the time."""
    line = MASTER.read_text().splitlines()[5]
    times = []
    for rows_ in (20_000, 100_000):
        path = tmp_path / f"{rows_}.csv"
        lines = [line] * rows_
        lines[rows_ // 2] = line[:100]
        path.write_text("\n".join(lines))
        gc.collect()
        begun = time.process_time()
        found = read(path, ASTERISK_MASTER, timezone="UTC", facility="TX-001")
        times.append(time.process_time() - begun)
        assert found.calls.num_rows == rows_
        assert found.calls["line"].to_pylist() == list(range(1, rows_ + 1))
        assert found.notes[0].line == rows_ // 2 + 1
    assert times[1] < 20 * times[0] + 1


@given(st.sampled_from(list(LAYOUTS)), st.binary(max_size=300), st.integers(0, 300))
@settings(deadline=None)
def test_no_bytes_are_a_crash_or_a_silent_loss(name: str, junk: bytes, place: int) -> None:
    """Junk in the middle of a good file: it is imported, or refused by name."""
    good = {
        "asterisk_master": MASTER, "freeswitch_csv": FREESWITCH, "kamailio_acc": KAMAILIO,
    }.get(name)  # fmt: skip
    lines = good.read_bytes().splitlines(keepends=True) if good else []
    lines.insert(place % (len(lines) + 1), junk + b"\n")
    try:
        found = read(io.BytesIO(b"".join(lines)), name, timezone="UTC")
    except InputError:
        assert good is None
        return
    if good is not None:
        ids = read(good, name, timezone="UTC").calls["call_id"].to_pylist()
        assert set(ids) <= set(found.calls["call_id"].to_pylist())
    broken = {note.line for note in found.notes if note.reason.startswith("the record")}
    assert broken <= set(found.calls["line"].to_pylist())


def test_a_folder_is_read_by_name_and_suffix(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text(GOOD + "\n")
    found = read(tmp_path, SMALL, timezone="UTC")
    assert [Path(file).name for file in found.calls["file"].to_pylist()] == ["a.csv", "b.csv"]


def test_legs_may_stand_in_different_files(tmp_path: Path) -> None:
    lines = FREESWITCH.read_text().splitlines(keepends=True)
    (tmp_path / "1.csv").write_text("".join(lines[:3]))
    (tmp_path / "2.csv").write_text("".join(lines[3:]))
    found = read(tmp_path, "freeswitch_csv", timezone="UTC")
    assert found.other_legs["line"].to_pylist() == [3]


def test_a_rule_that_sets_everything_aside_is_said() -> None:
    layout = replace(SMALL, billable=(Among("disposition", ("X",)),))
    found = read(csv_bytes(GOOD), layout, timezone="UTC")
    assert found.calls.num_rows == 0
    assert "every record was set aside: is the layout's rule the right one?" in map(
        str, found.notes
    )
