"""The declared layouts, and how one makes others."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from tests.rating.switches.importing import JSONS, KAMAILIO, MASTER, at, csv_bytes, rows, statuses

from securecall.errors import InputError, InputTypeError
from securecall.rating.layouts import (
    ASTERISK_MASTER,
    CGRATES,
    LAYOUTS,
    asterisk_custom,
    kamailio_acc,
)
from securecall.rating.records import Field, Imported, read


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


def test_both_forms_of_master_csv_and_a_change_in_mid_file() -> None:
    lines = MASTER.read_text().splitlines()
    short = [line.rsplit(",", 3)[0] for line in lines]
    found = read(csv_bytes(*short), ASTERISK_MASTER, timezone="UTC")
    assert found.calls.num_rows == 9
    assert any("no record has 'linkedid': legs of one call" in str(note) for note in found.notes)
    mixed = read(csv_bytes(*short, *lines), ASTERISK_MASTER, timezone="UTC")
    assert (mixed.calls.num_rows, mixed.other_legs.num_rows) == (17, 1)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (["dst", "start", "answer"], "columns must have 'billsec'"),
        (["dst", "strat", "answer", "billsec"], "columns must have 'start'.*did you mean 'strat'"),
        (["dst", "dst", "start", "answer", "billsec"], "columns must differ; 'dst' stands twice"),
    ],
)
def test_a_custom_file_must_have_what_is_needed(columns: list[str], text: str) -> None:
    with pytest.raises(InputError, match=text):
        asterisk_custom(columns)


def test_one_text_is_no_list_of_columns() -> None:
    with pytest.raises(InputTypeError, match="columns must be a list of names"):
        asterisk_custom("dst,start,answer,billsec")


def test_a_custom_file_may_count_since_1970() -> None:
    layout = asterisk_custom(["dst", "start,u", "answer,u", "billsec,f"])
    lines = csv_bytes(
        "7135550123,1777658400.999999,1777658405.123456,1.9999",
        "7135550123,1777658400.999999,0.000000,0.000000",
    )
    found = read(lines, layout)
    assert rows(found.calls, "start", "duration_ms", "call_id") == [
        (at("2026-05-01T18:00:05.123"), 1999, None),
        (at("2026-05-01T18:00:00.999"), 0, None),
    ]


def test_every_layout_is_listed_under_its_name() -> None:
    assert {name: layout.name for name, layout in LAYOUTS.items()} == {
        name: name for name in LAYOUTS
    }
