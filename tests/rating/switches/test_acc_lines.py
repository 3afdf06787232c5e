"""Accounting lines joined to calls."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rating.switches.importing import KAMAILIO, csv_bytes, rows, statuses

from securecall.rating.records import read
from securecall.rating.switches.acc_lines import AccLines
from securecall.rating.switches.raw import BROKEN, LINE


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


def table(content: bytes) -> list[dict[str, Any]]:
    reader = AccLines(("pin", "a", "status"), "ci")
    reader.read(io.BytesIO(content), 0)
    found: list[dict[str, Any]] = reader.table(pa.array(["f"])).to_pylist()
    return found


GOOD_LINE = "ACC: call missed: timestamp=1;method=INVITE;call_id=c;code=404"


@pytest.mark.parametrize(
    ("text", "pin", "a"),
    [
        (";pin=1;a=2", "1", "2"),
        ("; pin= 1 ; a=2 ", "1", "2"),
        (";pin=x;y z;a=", "x;y z", None),
        (";pin=a=b=c", "a=b=c", None),
        (";other=sip:x@y;transport=udp;lr;other=1", None, None),
    ],
)
def test_values_may_hold_equals_and_semicolons(text: str, pin: str | None, a: str | None) -> None:
    (row,) = table((GOOD_LINE + text).encode())
    assert (row["pin"], row["a"], row["status"], row[BROKEN]) == (pin, a, "404", None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD_LINE + ";pin=1;pin=2", "the line has 'pin' twice"),
        (GOOD_LINE + ";code=200", "the line has 'code' twice"),
        ("ACC: call missed: timestamp=1;method=INVITE;call_id=c", "the line has no 'code'"),
        ("ACC: call missed: ", "the line has no 'timestamp'"),
        ("start_time=1; end_time=2; duration=1; ci=", "the line has no 'ci'"),
        ("x log_write_cdr(): start_time=1; end_time=2; durat", "the line has no 'ci'"),
    ],
)
def test_a_line_that_lacks_something_is_a_row_with_a_reason(line: str, reason: str) -> None:
    (row,) = table(line.encode())
    assert (row[BROKEN], row[LINE], row["pin"]) == (reason, 1, None)


@given(
    st.lists(
        st.sampled_from(
            [GOOD_LINE, "start_time=1; duration=1; ci=c", "x", ";", "ACC: a: method=BYE"]
        )
        | st.binary(max_size=20).map(lambda junk: junk.decode("latin-1"))
    )
)
def test_every_accounting_line_is_in_one_row_at_most_and_no_other_is(lines: list[str]) -> None:
    content = "\n".join(line.replace("\n", "") for line in lines).encode()
    reader = AccLines(("pin",), "ci")
    reader.read(io.BytesIO(content), 0)
    found = reader.table(pa.array(["f"])).to_pylist()
    numbers = [row[LINE] for row in found]
    assert numbers == sorted(set(numbers))
    assert len(numbers) + reader.other_lines <= len(lines)
