"""Captured records end to end, the traps that running real switches showed, and damaged files."""

from __future__ import annotations

import gc
import io
import json
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from securecall.errors import AmountOverflow, CallRejected, InputError, InputTypeError
from securecall.rating.batch import rate_batch
from securecall.rating.call import Call
from securecall.rating.layouts import (
    ASTERISK_MASTER,
    CGRATES,
    FREESWITCH_JSON,
    LAYOUTS,
    asterisk_custom,
    kamailio_acc,
)
from securecall.rating.records import COLUMNS, Field, Imported, declared, read
from securecall.rating.tariff import Tariff

DATA = Path(__file__).parents[1] / "data" / "switches"
MASTER = DATA / "asterisk22_Master.csv"
HIRES = DATA / "asterisk22_Hires.csv"
FREESWITCH = DATA / "freeswitch1.10.12_Master.csv"
JSONS = DATA / "freeswitch_json"
KAMAILIO = DATA / "kamailio_acc_cdr.log"

HIRES_COLUMNS = (
    "src", "dst", "start", "answer", "end", "duration,f", "billsec,f", "disposition", "uniqueid",
    "linkedid",
)  # fmt: skip
TARIFF = Tariff.loads(
    """
    [[facility]]
    id = "TX-001"
    kind = "jail"
    adp = 120
    state = "TX"
    timezone = "America/Chicago"
    contract = "c"
    regulation = "none"
    [[contract]]
    id = "c"
    [[contract.rate]]
    id = "all"
    steps = [{ from_ms = 0, price = "0.06", per_ms = 60_000, increment_ms = 1_000 }]
    """
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rows(table: pa.Table, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))


def statuses(found: Imported) -> list[str]:
    """Rate every row on its own and return what became of it."""
    result = []
    for row in found.calls.to_pylist():
        start, duration = row["start"], row["duration_ms"]
        call = Call(
            facility=row["facility"] or "",
            number=row["number"] or "",
            start=-1 if start is None else start,
            duration_ms=-1 if duration is None else duration,
            medium=row["medium"] or "audio",
            bill_type=row["bill_type"] or "",
            authorized_ms=row["authorized_ms"],
            relay=row["relay"],
        )
        try:
            rated = TARIFF.rate(call)
            result.append(rated.status if rated.status != "ok" else str(rated.total))
        except (CallRejected, AmountOverflow) as error:
            result.append(getattr(error, "status", "overflow"))
    return result


def csv_bytes(*lines: str) -> io.BytesIO:
    return io.BytesIO("".join(line + "\n" for line in lines).encode())


SMALL = asterisk_custom(["uniqueid", "dst", "start", "answer", "billsec", "disposition"])
GOOD = '"7","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05",60,"ANSWERED"'


def small(*lines: str, **options: object) -> Imported:
    options = {"timezone": "UTC", "facility": "TX-001", **options}
    return read(csv_bytes(*lines), SMALL, **options)  # type: ignore[arg-type]


# Captured files


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


# Traps


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


# Answered or not


@pytest.mark.parametrize("word", ["NO ANSWER", "BUSY", "FAILED", "CONGESTION"])
def test_a_call_not_answered_lasts_nothing_from_its_setup(word: str) -> None:
    found = small(f'"7","17135550123","2026-05-01 13:00:00",,0,"{word}"')
    assert rows(found.calls, "start", "duration_ms") == [(at("2026-05-01T13:00:00"), 0)]
    assert statuses(found) == ["unanswered"]


def test_an_unanswered_call_that_lasted_is_said() -> None:
    found = small('"7","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:01",9,"BUSY"')
    assert found.calls["duration_ms"].to_pylist() == [0]
    assert "was not answered, and yet lasted 9" in found.notes[0].reason


def test_a_disposition_that_nobody_declared_is_not_guessed() -> None:
    found = small(GOOD.replace("ANSWERED", "ANSWERD"))
    assert found.calls["duration_ms"].to_pylist() == [None]
    assert "disposition 'ANSWERD' must be one of ANSWERED, NO ANSWER" in found.notes[0].reason
    assert statuses(found) == ["bad_duration"]


def test_answered_without_an_answer_time_is_not_charged() -> None:
    found = small('"7","17135550123","2026-05-01 13:00:00",,60,"ANSWERED"')
    assert found.calls["start"].to_pylist() == [None]
    assert found.notes[0].reason == "has no answer time"
    assert statuses(found) == ["bad_time"]


@pytest.mark.parametrize(
    ("cell", "value", "status"),
    [
        (2, '"yesterday"', "ok"),  # the setup of an answered call is not charged
        (3, '"2026-02-30 13:00:00"', "bad_time"),
        (3, '"2026-05-01 24:00:01"', "bad_time"),
        (3, '"2026-05-01"', "bad_time"),
        (4, "-5", "bad_duration"),
        (4, '"1e3"', "bad_duration"),
        (4, '""', "bad_duration"),
        (4, "99999999999999999999", "bad_duration"),
        (4, "999999999999", "bad_duration"),
        (1, '"far"', "bad_number"),
    ],
)
def test_what_cannot_be_read_is_rejected_by_name(cell: int, value: str, status: str) -> None:
    cells = GOOD.split(",")
    cells[cell] = value
    found = small(",".join(cells), GOOD)
    got, other = statuses(found)
    assert got == (status if status != "ok" else "0.060000")
    assert other == "0.060000"


def test_kamailio_missed_and_forked_calls() -> None:
    def acc(second: int, kind: str, code: str, who: str = "c1") -> str:
        return (
            f"Nov 23 06:50:06 proxy kamailio[9]: NOTICE: acc [acc.c:287]: acc_log_request(): ACC: "
            f"{kind}: timestamp={second};method=INVITE;from_tag=f;to_tag=t;call_id={who};"
            f"code={code};reason=x;src_user=inmateA;dst_user=17135550123;pin=7"
        )

    missed, answered = "call missed", "transaction answered"
    found = read(
        csv_bytes(
            "something else entirely",
            acc(1_800_000_000, missed, "404", who="gone"),
            acc(1_800_000_001, missed, "486"),
            acc(1_800_000_002, missed, "487"),
            acc(1_800_000_003, answered, "200"),
            acc(1_800_000_033, answered, "200"),
            "start_time=1800000003.25; end_time=1800000063.500; duration=60.25; ci=c1",
            "start_time=1800000003.25; end_time=1800000063.500; duration=60.25; ci=c1",
            "start_time=1800000100.000; end_time=1800000101.000; duration=1.000; ruser=; ci=alone",
        ),
        "kamailio_acc",
        facility="TX-001",
    )
    assert rows(found.calls, "call_id", "number", "duration_ms", "disposition", "account") == [
        ("gone", "+17135550123", 0, "404 x", "7"),
        ("c1", "+17135550123", 60_250, "200 x", "7"),
        ("alone", None, 1000, None, None),
    ]
    assert statuses(found) == ["unanswered", "0.061000", "bad_number"]
    assert [reason for (reason,) in rows(found.other_legs, "set_aside")] == [
        *["the INVITE is another transaction of the Call-ID"] * 3,
        "a second CDR line of the same Call-ID",
    ]
    assert "1 line is not accounting, and left out" in map(str, found.notes)


def test_kamailio_lines_of_a_call_may_stand_in_two_files(tmp_path: Path) -> None:
    lines = KAMAILIO.read_text().splitlines(keepends=True)
    (tmp_path / "a.log").write_text("".join(lines[:2]))
    (tmp_path / "b.log").write_text("".join(lines[2:]))
    whole = read(KAMAILIO, "kamailio_acc")
    for source in (tmp_path, [tmp_path / "a.log", tmp_path / "b.log"]):
        found = read(source, "kamailio_acc")
        drop = ["file", "line"]
        assert found.calls.drop_columns(drop).equals(whole.calls.drop_columns(drop))


def test_a_dialled_number_cannot_bring_its_own_pin() -> None:
    line = (
        "ACC: transaction answered: timestamp=1800000000;method=INVITE;from_tag=f;to_tag=t;"
        "call_id=c1;code=200;reason=OK;dst_user=17135550123;pin=00499999;pin=00412345"
    )
    found = read(csv_bytes(line), "kamailio_acc")
    assert rows(found.calls, "account", "number", "start") == [(None, None, None)]
    assert found.notes[0].reason == "the line has 'pin' twice"


# CGRateS


def cgrates(*lines: str, **options: object) -> Imported:
    head = (
        "OrderID,RunID,ToR,OriginID,RequestType,Tenant,Category,Account,Subject,Destination,SetupTime,"
        "AnswerTime,Usage,ExtraFields,Cost"
    )
    return read(csv_bytes(head, *lines), CGRATES, **options)  # type: ignore[arg-type]


def test_cgrates_csv() -> None:
    def line(run: str, kind: str, answer: str, usage: str) -> str:
        return (
            f"1,{run},{kind},o1,*prepaid,TX-001,call,1001,1001,+17135550123,2026-05-01T18:00:00Z,"
            f'{answer},{usage},"{{""a"":""b""}}",1.01'
        )

    found = cgrates(
        line("*default", "*voice", "2026-05-01T18:00:05Z", "10000000000"),
        line("*default", "*voice", "2026-05-01T20:00:05.123456789+02:00", "1m30s"),
        line("*default", "*voice", "2026-05-01 18:00:05 +0000 UTC", "1h2m0.5s"),
        line("*default", "*voice", "0001-01-01T00:00:00Z", "0"),
        line("*default", "*sms", "2026-05-01T18:00:05Z", "1"),
        line("*raw", "*voice", "2026-05-01T18:00:05Z", "10s"),
        "2,10s,1ns,1.1718",
        extra=["Cost"],
    )
    assert rows(found.calls, "start", "duration_ms", "medium") == [
        (at("2026-05-01T18:00:05"), 10_000, "audio"),
        (at("2026-05-01T18:00:05.123"), 90_000, "audio"),
        (at("2026-05-01T18:00:05"), 3_720_500, "audio"),
        (at("2026-05-01T18:00:00"), 0, "audio"),
        (at("2026-05-01T18:00:05"), 0, "*sms"),
        (None, None, None),
    ]
    assert statuses(found) == [
        "0.010000", "0.090000", "3.721000", "unanswered", "bad_medium", "bad_facility",
    ]  # fmt: skip
    first = found.calls.to_pylist()[0]
    assert (first["facility"], first["account"], first["bill_type"]) == (
        "TX-001",
        "1001",
        "prepaid",
    )
    assert first["Cost"] == "1.01"
    assert found.other_legs["set_aside"].to_pylist() == ["its RunID is *raw"]


def test_cgrates_json() -> None:
    record = {
        "ToR": "*voice", "OriginID": "o1", "RequestType": "*rated", "Tenant": "TX-001",
        "Account": "1001", "Destination": "17135550123", "SetupTime": "2026-05-01T18:00:00Z",
        "AnswerTime": "2026-05-01T18:00:05Z", "Usage": 10_000_000_000, "Cost": 1.01,
    }  # fmt: skip
    lines = [
        record,
        {**record, "Usage": "10s", "RequestType": "*prepaid"},
        {key: value for key, value in record.items() if key != "AnswerTime"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    found = read(io.BytesIO(text.encode()), "cgrates_json")
    assert rows(found.calls, "duration_ms", "bill_type") == [
        (10_000, "*rated"), (10_000, "prepaid"), (10_000, "*rated"),
    ]  # fmt: skip
    # How the call was to be paid is not guessed, and an absent answer time is not "unanswered".
    assert statuses(found) == ["bad_bill_type", "0.010000", "bad_time"]
    found = read(io.BytesIO(text.encode()), "cgrates_json", bill_type="collect")
    assert statuses(found)[0] == "0.010000"


def test_a_header_must_name_what_is_needed() -> None:
    with pytest.raises(InputError, match=r"<stream>:1: the header must name 'Usage'.*mean 'Usge'"):
        read(csv_bytes("OriginID,Destination,SetupTime,AnswerTime,Usge", "a,b,c,d,e"), "cgrates")
    head = "#OriginID,Destination,SetupTime,AnswerTime,Usage"
    assert read(csv_bytes("", head), "cgrates").calls.num_rows == 0
    with pytest.raises(InputError, match=r"must name 'Tenat' \(facility\)"):
        read(csv_bytes(head), "cgrates", facility=Field("Tenat"))
    with pytest.raises(InputError, match="must name 'Usage' once"):
        read(csv_bytes(head + ",Usage"), "cgrates")


# Clocks


def test_local_times_need_a_zone_and_say_where() -> None:
    with pytest.raises(InputError, match=r"timezone must be declared.*Master.csv:1 has the setup"):
        read(MASTER, ASTERISK_MASTER)
    with pytest.raises(InputError, match="did you mean 'America/Chicago'"):
        read(MASTER, ASTERISK_MASTER, timezone="America/Chicgo")


def test_a_local_time_is_that_of_the_declared_zone() -> None:
    found = small(GOOD, timezone="America/Chicago")
    assert found.calls["start"].to_pylist() == [at("2026-05-01T18:00:05")]


def test_the_hour_that_is_read_twice_is_told_by_the_channels_birth() -> None:
    """Clocks went back at 07:00 UTC on 2026-11-01; 01:30 was read at 06:30 and at 07:30."""

    def line(born: int | str) -> str:
        return f'"{born}.1","17135550123","2026-11-01 01:30:00","2026-11-01 01:30:05",60,"ANSWERED"'

    first, second = 1_793_514_600, 1_793_518_200
    found = small(
        line(first), line(second), line("x"), line(second + 999), timezone="America/Chicago"
    )
    assert found.calls["start"].to_pylist() == [
        at("2026-11-01T06:30:05"), at("2026-11-01T07:30:05"), at("2026-11-01T06:30:05"),
        at("2026-11-01T06:30:05"),
    ]  # fmt: skip
    assert any("shows twice" in note.reason for note in found.notes)


def test_a_time_that_the_clock_never_shows_is_said() -> None:
    line = GOOD.replace("2026-05-01 13:00:05", "2026-03-08 02:30:00")
    found = small(line, timezone="America/Chicago")
    assert found.calls["start"].to_pylist() == [at("2026-03-08T08:00:00")]
    assert any("never shows" in note.reason for note in found.notes)


# Damage


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


def test_both_forms_of_master_csv_and_a_change_in_mid_file() -> None:
    lines = MASTER.read_text().splitlines()
    short = [line.rsplit(",", 3)[0] for line in lines]
    found = read(csv_bytes(*short), ASTERISK_MASTER, timezone="UTC")
    assert found.calls.num_rows == 9
    assert any("no record has 'linkedid': legs of one call" in str(note) for note in found.notes)
    mixed = read(csv_bytes(*short, *lines), ASTERISK_MASTER, timezone="UTC")
    assert (mixed.calls.num_rows, mixed.other_legs.num_rows) == (17, 1)


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


# Declarations


def test_a_limit_that_cannot_be_read_is_not_no_limit() -> None:
    found = small(GOOD, authorized_ms=Field("dst"))
    assert found.calls["authorized_ms"].to_pylist() == [17135550123]
    found = small(GOOD, authorized_ms=Field("disposition"))
    assert found.calls["authorized_ms"].to_pylist() == [-1]
    assert statuses(found) == ["bad_duration"]
    assert "authorized_ms 'ANSWERED' is not whole milliseconds" in found.notes[0].reason


def test_privileged_and_words_of_ones_own() -> None:
    layout = asterisk_custom(["uniqueid", "dst", "start", "answer", "billsec", "kind", "lawyer"])
    line = '"{}","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05",60,"{}","{}"'
    found = read(
        csv_bytes(line.format(1, "P", "Yes"), line.format(2, "C", ""), line.format(3, "Q", "so")),
        layout,
        timezone="UTC",
        privileged=Field("lawyer"),
        bill_type=Field("kind", words={"P": "prepaid", "C": "collect"}),
    )
    assert found.calls["privileged"].to_pylist() == [True, False, None]
    assert found.calls["bill_type"].to_pylist() == ["prepaid", "collect", "Q"]
    assert "privileged 'so' is neither yes nor no" in [note.reason for note in found.notes]


def test_dial_plans() -> None:
    assert small(GOOD, dial_plan="e164").calls["number"].to_pylist() == ["+17135550123"]
    plan = {"17135550123": "+442071234567"}.get
    assert small(GOOD, dial_plan=plan).calls["number"].to_pylist() == ["+442071234567"]
    with pytest.raises(InputError, match=r"dial_plan must be 'nanp' or 'e164' or callable.*'nanp'"):
        small(GOOD, dial_plan="napn")


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


def test_another_layout_is_made_from_a_known_one() -> None:
    layout = replace(ASTERISK_MASTER, name="ours", billable=())
    found = read(MASTER, layout, timezone="UTC")
    assert (found.calls.num_rows, found.other_legs.num_rows) == (9, 0)
    log = KAMAILIO.read_text().replace(" ci=", " callid=")
    found = read(io.BytesIO(log.encode()), kamailio_acc(call_key="callid"))
    assert found.calls["duration_ms"].to_pylist() == [4864, 4020, None]


def test_percent_encoded_json_is_declared() -> None:
    text = (JSONS / "a_bb8cfa5b-c62c-47d5-88d8-5ccb9a3a4877.cdr.json").read_bytes()
    text = text.replace(b'"accountcode":"acct1"', b'"accountcode":"acct%2F1"')
    plain = read(io.BytesIO(text), "freeswitch_json")
    decoded = read(io.BytesIO(text), "freeswitch_json_encoded")
    assert plain.calls["account"].to_pylist() == ["acct%2F1"]
    assert decoded.calls["account"].to_pylist() == ["acct/1"]


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
