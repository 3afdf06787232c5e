"""Instants, durations, limits and words: what is read, and what is not guessed."""

from __future__ import annotations

import pytest
from tests.rating.switches.importing import GOOD, MASTER, at, csv_bytes, rows, small, statuses

from securecall.errors import InputError
from securecall.rating.layouts import ASTERISK_MASTER, asterisk_custom
from securecall.rating.records import Field, read


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
