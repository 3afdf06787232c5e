"""How the command reads times and durations, and how it speaks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from securecall.cli import console
from securecall.errors import InputError


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0", 0),
        ("613000", 613_000),
        ("613s", 613_000),
        ("10m13s", 613_000),
        ("613.250s", 613_250),
        ("613.25s", 613_250),
        ("1h", 3_600_000),
        ("1h5m", 3_900_000),
        ("1h5s", 3_605_000),
        ("5m", 300_000),
        ("250ms", 250),
        ("1s250ms", 1_250),
        ("1m250ms", 60_250),
    ],
)
def test_durations(text: str, ms: int) -> None:
    assert console.duration_of(text, "--duration") == ms


@pytest.mark.parametrize(
    "text",
    ["", " ", "-1", "+5", "1.5", "5 s", "5s1m", "1.2345s", "s", "ms", "1d", "5M", "9" * 5000],
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(InputError, match="--duration must be a duration such as 10m13s"):
        console.duration_of(text, "--duration")


def test_instants_have_an_offset_and_come_out_in_utc() -> None:
    at = datetime(2026, 5, 1, 18, tzinfo=UTC)
    for text in ("2026-05-01T18:00:00Z", "2026-05-01T13:00:00-05:00", "2026-05-01 18:00+00:00"):
        assert console.instant_of(text, "--at") == at
        assert console.instant_of(text, "--at").tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "2026-05-01", "2026-05-01T18:00:00", "now", "0001-01-01T00:00:00+10:00"]
)
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(InputError, match="--at must be a date and time with an offset"):
        console.instant_of(text, "--at")


def test_days() -> None:
    assert console.day_of("2026-04-06", "--at") == date(2026, 4, 6)
    for text in ("", "2026-4-6", "2026-02-30", "2026-05-01T00:00:00Z", "soon"):
        with pytest.raises(InputError, match="--at must be a day such as 2026-04-06"):
            console.day_of(text, "--at")


def test_json_has_money_as_text_without_exponent(capsys: pytest.CaptureFixture[str]) -> None:
    console.as_json(
        {
            "money": Decimal("0.000000000001"),
            "large": Decimal("1E+3"),
            "at": datetime(2026, 5, 1, tzinfo=UTC),
            "day": date(2026, 5, 1),
            "set": frozenset({"a"}),
            "words": "é",
        }
    )
    out = capsys.readouterr().out
    assert json.loads(out) == {
        "money": "0.000000000001",
        "large": "1000",
        "at": "2026-05-01T00:00:00+00:00",
        "day": "2026-05-01",
        "set": ["a"],
        "words": "é",
    }
    assert "é" in out


def test_complaints_go_to_standard_error_with_our_name(capsys: pytest.CaptureFixture[str]) -> None:
    console.complain("no")
    assert capsys.readouterr() == ("", "securecall: no\n")


def test_progress_is_not_shown_on_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for shown in (True, False):
        with console.progress("rating", shown, 10) as report:
            report(5, 10)
            report(10, None)
    assert capsys.readouterr() == ("", "")
