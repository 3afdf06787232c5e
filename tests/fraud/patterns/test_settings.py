"""Parameters from a file and from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.errors import InputError
from securecall.fraud.patterns import (
    BusyNumber,
    HotNumber,
    Hours,
    Schedule,
    Suspended,
    Velocity,
)
from securecall.fraud.patterns.settings import read_settings

FILE = """
[velocity]
calls = 20
[suspended.accounts]
"a-1" = 1777640400000
[schedule.hours.tx]
timezone = "America/Chicago"
closes = "21:00"
days = ["mon", "tue"]
"""


def test_what_is_given_singly_goes_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "patterns.toml"
    path.write_text(FILE)
    given = read_settings(
        str(path),
        ["velocity.window_ms=60000", "velocity.talked_only=false", "busy_number.sigmas=3.5",
         "hot_number.numbers=+1713, +1714"],
    )  # fmt: skip
    assert given == [
        Velocity(60_000, 20, False),
        Suspended({"a-1": 1_777_640_400_000}),
        Schedule({"tx": Hours("America/Chicago", closes="21:00", days=("mon", "tue"))}),
        BusyNumber(sigmas=3.5),
        HotNumber(("+1713", "+1714")),
    ]
    assert read_settings(None) == []


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("velocity", "pattern.parameter=value"),
        ("velocity=3", "pattern.parameter=value"),
        ("velocty.calls=3", "did you mean 'velocity'"),
        ("velocity.cals=3", "did you mean 'calls'"),
        ("velocity.calls=many", "must be a number, not 'many'"),
        ("velocity.calls=1", "a whole number of 2 or more, not 1"),
        ("velocity.talked_only=yes", "must be true or false"),
        ("schedule.hours=x", "is told in a file"),
    ],
)
def test_a_setting_that_is_wrong_is_refused(setting: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_settings(None, [setting])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("velocity = 3", "must be a table"),
        ("[velocity]\ncals = 3", "did you mean 'calls'"),
        ("[velocity", "is no TOML"),
        ("[schedule]\nhours = 3", "a table for each facility"),
        ("[schedule.hours.tx]\nopens = '07:00'", "must have a timezone"),
        ("[schedule.hours.tx]\ntimezone = 'UTC'\nopen = '07:00'", "must have a timezone"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "patterns.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as error:
        read_settings(str(path))
    assert str(path) in str(error.value)
    with pytest.raises(InputError, match="cannot be read"):
        read_settings(str(tmp_path / "none.toml"))
