"""Captured records end to end, the traps that running real switches showed, and declarations."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from tests.rating.switches.importing import (
    FREESWITCH,
    GOOD,
    HIRES,
    HIRES_COLUMNS,
    JSONS,
    KAMAILIO,
    MASTER,
    TARIFF,
    at,
    csv_bytes,
    rows,
    small,
    statuses,
)

from securecall.errors import InputError, InputTypeError
from securecall.rating.batch import rate_batch
from securecall.rating.layouts import ASTERISK_MASTER, FREESWITCH_JSON, LAYOUTS, asterisk_custom
from securecall.rating.records import COLUMNS, Field, declared, read


def test_asterisk_master() -> None:
    found = read(
        MASTER,
        "asterisk_master",
        timezone="UTC",
        facility=Field("userfield", r"site=([^;]+)"),
        account=Field("userfield", r"pin=([0-9]+)"),
        authorized_ms=Field("lastdata", r"L\(([0-9]+)"),
    )
    assert found.calls.column_names == list(COLUMNS)
    assert rows(found.calls, "call_id", "dialed", "number", "start", "duration_ms", "disposition",
                "authorized_ms", "line") == [
        ("1795417218.0", "100", None, at("2026-11-23T07:00:18"), 0, "ANSWERED", None, 1),
        ("1795417219.2", "101", None, at("2026-11-23T07:00:19"), 0, "FAILED", None, 2),
        ("1795417220.4", "105", None, at("2026-11-23T07:00:20"), 0, "BUSY", None, 3),
        ("1795417221.6", "106", None, at("2026-11-23T07:00:21"), 0, "FAILED", None, 4),
        ("1795417221.8", "12125550188", "+12125550188", at("2026-11-23T07:00:21"), 3000, "ANSWERED",
         3000, 6),
        ("1795417270.16", "s", None, at("2026-11-23T07:01:10"), 6000, "ANSWERED", None, 7),
        ("1795417270.13", "104", None, at("2026-11-23T07:01:10"), 6000, "ANSWERED", None, 8),
        ("1795417270.14", "s", None, at("2026-11-23T07:01:10"), 6000, "ANSWERED", None, 9),
    ]  # fmt: skip
    first = found.calls.to_pylist()[0]
    assert (first["facility"], first["account"]) == ("TX-001", "00412345")
    assert (first["medium"], first["bill_type"], first["relay"]) == ("audio", "prepaid", "none")
    assert first["privileged"] is False
    assert (first["source"], first["file"]) == ("asterisk_master", str(MASTER))
    assert set(found.calls["duration_precision_ms"].to_pylist()) == {1000}
    assert found.calls["linked_id"] == found.calls["call_id"]
    assert rows(found.other_legs, "call_id", "linked_id", "dialed", "set_aside", "line") == [
        ("1795417221.10", "1795417221.8", "answer", "its uniqueid is not its linkedid", 5)
    ]
    assert [str(note) for note in found.notes] == [
        "7 dialled numbers fit no rule of dial plan 'nanp'; the first is '100'"
    ]


def test_asterisk_custom_with_decimals() -> None:
    layout = asterisk_custom(HIRES_COLUMNS)
    found = read(HIRES, layout, timezone="UTC", facility="TX-001", extra=["src"])
    assert rows(found.calls, "call_id", "start", "duration_ms", "disposition", "src") == [
        ("1795417218.0", at("2026-11-23T07:00:18"), 2, "ANSWERED", "inmateA"),
        ("1795417219.2", at("2026-11-23T07:00:19"), 0, "FAILED", "inmateA"),
        ("1795417220.4", at("2026-11-23T07:00:20"), 0, "BUSY", "inmateA"),
        ("1795417221.6", at("2026-11-23T07:00:21"), 0, "FAILED", "inmateA"),
        ("1795417221.8", at("2026-11-23T07:00:21"), 3000, "ANSWERED", "inmateA"),
        ("1795417270.16", at("2026-11-23T07:01:10"), 6740, "ANSWERED", None),
        ("1795417270.13", at("2026-11-23T07:01:10"), 6862, "ANSWERED", "inmateA"),
        ("1795417270.14", at("2026-11-23T07:01:10"), 6860, "ANSWERED", None),
    ]
    assert rows(found.other_legs, "call_id", "duration_ms") == [("1795417221.10", 3001)]
    assert set(found.calls["duration_precision_ms"].to_pylist()) == {1}


def test_freeswitch_csv() -> None:
    found = read(FREESWITCH, "freeswitch_csv", timezone="UTC", facility="TX-001")
    assert rows(found.calls, "dialed", "start", "duration_ms", "disposition", "account") == [
        ("200", at("2026-11-23T07:45:06"), 5000, "NORMAL_CLEARING", "acct1"),
        ("201", at("2026-11-23T07:45:13"), 4000, "NORMAL_CLEARING", None),
        ("202", at("2026-11-23T07:45:19"), 3000, "NORMAL_CLEARING", None),
        # Its other loopback leg: this file has nothing that would tell it from a call.
        ("far", at("2026-11-23T07:45:19"), 3000, "NORMAL_CLEARING", None),
        ("203", at("2026-11-23T07:45:23"), 0, "USER_BUSY", None),
    ]
    assert rows(found.other_legs, "call_id", "set_aside") == [
        ("af62484b-0e98-461a-b0e2-100691c0b583", "its uuid is another record's bleg_uuid")
    ]


def test_freeswitch_json_folder() -> None:
    found = read(
        JSONS,
        "freeswitch_json",
        facility=Field("variables.site"),
        account=Field(("variables.sip_h_X-Pin", "variables.accountcode")),
    )
    assert rows(found.calls, "dialed", "start", "duration_ms", "disposition", "account", "facility",
                "duration_precision_ms") == [
        ("201", at("2026-11-23T07:45:13.090"), 4899, "NORMAL_CLEARING", "00412345", None, 1),
        ("203", at("2026-11-23T07:45:23.310"), 0, "USER_BUSY", "00412345", None, 1),
        ("200", at("2026-11-23T07:45:06.550"), 4880, "NORMAL_CLEARING", "00412345", "TX-001", 1),
        ("202", at("2026-11-23T07:45:19.630"), 2499, "NORMAL_CLEARING", "00412345", None, 1),
    ]  # fmt: skip
    assert rows(found.other_legs, "call_id", "linked_id", "set_aside") == [
        ("babb1c3c-7767-4c67-9c10-1b3a5488e69d", "babb1c3c-7767-4c67-9c10-1b3a5488e69d",
         "its variables.is_loopback is 1 or true"),
        ("af62484b-0e98-461a-b0e2-100691c0b583", "cbf8441f-87f6-4ded-8d77-f50e6b3ae757",
         "its variables.direction is not inbound"),
    ]  # fmt: skip


def test_freeswitch_json_in_one_file_is_the_same(tmp_path: Path) -> None:
    parts = [path.read_text().strip() for path in sorted(JSONS.iterdir())]
    folder = read(JSONS, FREESWITCH_JSON, facility="TX-001")
    for text in (
        "\n".join(parts),
        "\n".join(json.dumps(json.loads(part), indent=2) for part in parts),
        json.dumps([json.loads(part) for part in parts]),
    ):
        path = tmp_path / "all.json"
        path.write_text(text)
        one = read(path, FREESWITCH_JSON, facility="TX-001")
        drop = ["file", "line"]
        assert one.calls.drop_columns(drop).equals(folder.calls.drop_columns(drop))
        assert one.other_legs.drop_columns(drop).equals(folder.other_legs.drop_columns(drop))


def test_kamailio_lines_are_joined() -> None:
    found = read(KAMAILIO, "kamailio_acc", facility="TX-001")
    assert rows(found.calls, "call_id", "number", "start", "duration_ms", "account", "disposition",
                "line") == [
        ("7e3cbe7c318f4b7d", "+12025550123", at("2026-11-23T06:50:06.432"), 4864, "00412345",
         "200 Answering", 3),
        ("IadH761Co4uAn01kWV5mVaVge2TdSnIu", "+12025550199", at("2026-11-23T06:50:41.823"), 4020,
         "00499999", "200 Answering", 6),
        ("9afde9a814f0cc23", "+12025550123", at("2026-11-23T06:57:48"), None, "00412345",
         "200 Answering", 7),
    ]  # fmt: skip
    assert rows(found.other_legs, "call_id", "set_aside", "line") == [
        ("7e3cbe7c318f4b7d", "the BYE is another transaction of the Call-ID", 2),
        ("IadH761Co4uAn01kWV5mVaVge2TdSnIu", "the BYE is another transaction of the Call-ID", 5),
    ]
    assert [str(note) for note in found.notes] == [f"{KAMAILIO}:7: has no duration"]
    assert statuses(found) == ["0.005000", "0.005000", "bad_duration"]


@pytest.mark.parametrize(
    ("source", "layout", "wanted"),
    [
        (MASTER, ASTERISK_MASTER, ["unanswered"] * 4 + ["0.003000"] + ["bad_number"] * 3),
        (HIRES, asterisk_custom(HIRES_COLUMNS),
         ["bad_number"] + ["unanswered"] * 3 + ["0.003000"] + ["bad_number"] * 3),
        (FREESWITCH, LAYOUTS["freeswitch_csv"], ["bad_number"] * 4 + ["unanswered"]),
        (JSONS, FREESWITCH_JSON, ["bad_number", "unanswered", "bad_number", "bad_number"]),
    ],
)  # fmt: skip
def test_captured_records_are_rated(source: Path, layout: object, wanted: list[str]) -> None:
    found = read(source, layout, timezone="UTC", facility="TX-001")  # type: ignore[arg-type]
    got = statuses(found)
    # Numbers are looked at before the duration of a call: an extension is no number in either.
    answered = [
        status if duration else "unanswered"
        for status, duration in zip(got, found.calls["duration_ms"].to_pylist(), strict=True)
    ]
    assert answered == wanted


def test_a_batch_says_the_same_as_one_row_at_a_time() -> None:
    for source, layout in (
        (MASTER, ASTERISK_MASTER),
        (JSONS, FREESWITCH_JSON),
        (KAMAILIO, LAYOUTS["kamailio_acc"]),
    ):
        found = read(source, layout, timezone="UTC", facility="TX-001")
        table = rate_batch(TARIFF, found.calls)
        batch = [
            str(row["total"]) if row["status"] == "ok" else row["status"]
            for row in table.to_pylist()
        ]
        assert batch == statuses(found)


def test_a_call_stopped_at_its_limit_is_not_charged_a_step_more() -> None:
    line = '"8","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05","3.001199","ANSWERED"'
    layout = asterisk_custom(["uniqueid", "dst", "start", "answer", "billsec,f", "disposition"])
    free = read(csv_bytes(line), layout, timezone="UTC", facility="TX-001")
    held = read(csv_bytes(line), layout, timezone="UTC", facility="TX-001", authorized_ms=3000)
    assert free.calls["duration_ms"].to_pylist() == held.calls["duration_ms"].to_pylist() == [3001]
    assert (statuses(free), statuses(held)) == (["0.004000"], ["0.003000"])


def test_the_leg_to_charge_is_chosen_by_rule_not_by_order(tmp_path: Path) -> None:
    lines = MASTER.read_text().splitlines(keepends=True)
    for order in (lines, lines[::-1], lines[4:6][::-1]):
        path = tmp_path / "Master.csv"
        path.write_text("".join(order))
        found = read(path, ASTERISK_MASTER, timezone="UTC")
        ids = found.calls["call_id"].to_pylist()
        assert ids.count("1795417221.8") == 1
        assert "1795417221.10" not in ids
        assert found.other_legs["call_id"].to_pylist() == ["1795417221.10"]


def test_quotes_commas_and_empty_cells_are_read_as_csv() -> None:
    found = read(MASTER, ASTERISK_MASTER, timezone="UTC", extra=["clid", "lastdata", "answer"])
    first, second = found.calls.to_pylist()[:2]
    assert first["clid"] == '"" <inmateA>'
    assert first["lastdata"] == "40325ec2-5efd-4bd3-805f-53576e581d13,127.0.0.1:19092"
    assert second["answer"] is None


def test_a_lost_record_takes_no_other_with_it() -> None:
    """A switch that dies leaves half a line; the call is there, and says that it is unknown."""
    lines = MASTER.read_bytes().splitlines(keepends=True)
    cut = b"".join(lines[:5]) + lines[5][:150]
    found = read(io.BytesIO(cut), ASTERISK_MASTER, timezone="UTC", facility="TX-001")
    last = found.calls.to_pylist()[-1]
    assert {name: last[name] for name in ("call_id", "number", "start", "duration_ms")} == {
        "call_id": None, "number": None, "start": None, "duration_ms": None,
    }  # fmt: skip
    assert found.calls.num_rows == 5
    assert statuses(found)[-1] == "bad_time"
    note = found.notes[0]
    assert (note.line, note.row) == (6, 4)
    assert note.reason == "the record has a quote that is never closed"


def test_json_numbers_may_be_text_or_numbers() -> None:
    text = (JSONS / "a_bb8cfa5b-c62c-47d5-88d8-5ccb9a3a4877.cdr.json").read_text()
    record = json.loads(text)
    for name in ("start_uepoch", "answer_uepoch", "end_uepoch", "billusec"):
        record["variables"][name] = int(record["variables"][name])
    found = read(io.BytesIO(json.dumps(record).encode()), FREESWITCH_JSON)
    assert rows(found.calls, "start", "duration_ms") == [(at("2026-11-23T07:45:06.550"), 4880)]


def test_freeswitch_seconds_are_never_used_where_microseconds_are_there() -> None:
    found = read(JSONS, FREESWITCH_JSON, extra=["variables.billsec", "variables.billmsec"])
    billed = rows(found.calls, "variables.billsec", "variables.billmsec", "duration_ms")
    assert billed == [("4", "4900", 4899), ("0", "0", 0), ("5", "4880", 4880), ("3", "2500", 2499)]
    # Without billusec: the difference of the two instants, not of their seconds.
    record = json.loads((JSONS / "a_bb8cfa5b-c62c-47d5-88d8-5ccb9a3a4877.cdr.json").read_text())
    del record["variables"]["billusec"]
    found = read(io.BytesIO(json.dumps(record).encode()), FREESWITCH_JSON)
    assert found.calls["duration_ms"].to_pylist() == [4880]


def test_the_switchs_word_for_the_end_is_kept_and_nothing_is_inferred() -> None:
    """A cause spelt wrongly in a dial plan came out as an ordinary hang-up."""
    found = read(JSONS, FREESWITCH_JSON, extra=["variables.last_arg"])
    row = next(row for row in found.calls.to_pylist() if row["dialed"] == "202")
    assert row["variables.last_arg"] == "+3 alloted_timeout"
    assert row["disposition"] == "NORMAL_CLEARING"
    assert "term_reason" not in found.calls.column_names


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"bill_type": "prepayed"}, InputError, "bill_type must be .*did you mean 'prepaid'"),
        ({"medium": "voice"}, InputError, "medium must be one of audio, video"),
        ({"relay": "x"}, InputError, "relay must be one of none"),
        ({"authorized_ms": -1}, InputError, "authorized_ms must be 0 or more, not -1"),
        ({"authorized_ms": 1.5}, InputTypeError, "authorized_ms must be whole milliseconds"),
        ({"privileged": "yes"}, InputTypeError, "privileged must be True, False or a Field"),
        ({"facility": 7}, InputTypeError, "facility must be text or a Field, not int"),
        ({"facility": Field("dispositon")}, InputError, "facility must be.*mean 'disposition'"),
        ({"extra": ["lastap"]}, InputError, "extra must be a field of layout 'asterisk_custom'"),
        ({"extra": "dst"}, InputTypeError, "extra must be a list"),
        ({"facility": Field("dst", r"(?=1)(.)")}, InputError, "pattern .* cannot be used"),
    ],
)
def test_a_bad_declaration_is_refused(
    options: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        small(GOOD, **options)


def test_a_column_of_ours_is_not_an_extra() -> None:
    layout = asterisk_custom(["uniqueid", "dst", "start", "answer", "billsec", "account"])
    with pytest.raises(InputError, match="extra must not name a column of ours, 'account'"):
        read(csv_bytes(GOOD), layout, timezone="UTC", extra=["account"])


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'asterisk_master'"):
        read(MASTER, "asterix_master")
    with pytest.raises(InputError, match="asterisk_custom must say its columns"):
        read(MASTER, "asterisk_custom")
    with pytest.raises(InputTypeError, match="layout must be a Layout or a name, not int"):
        read(MASTER, 7)  # type: ignore[arg-type]


def test_what_a_command_line_declares() -> None:
    found = read(
        MASTER,
        "asterisk_master",
        timezone="UTC",
        facility=declared("@userfield~site=([^;]+)"),
        bill_type=declared("collect"),
    )
    first = found.calls.to_pylist()[0]
    assert (first["facility"], first["bill_type"]) == ("TX-001", "collect")


def test_every_import_has_the_same_columns() -> None:
    tables = [
        read(MASTER, ASTERISK_MASTER, timezone="UTC").calls,
        read(FREESWITCH, "freeswitch_csv", timezone="UTC", facility=Field("context")).calls,
        read(JSONS, FREESWITCH_JSON, privileged=Field("variables.site", "(no)")).calls,
        read(KAMAILIO, "kamailio_acc", authorized_ms=5000).calls,
        read(io.BytesIO(b""), "cgrates_json").calls,
    ]
    assert len({str(table.schema) for table in tables}) == 1
    assert pa.concat_tables(tables).num_rows == 8 + 5 + 4 + 3
