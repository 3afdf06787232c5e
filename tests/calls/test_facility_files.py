"""Facility files: every fault at once, each with its line and the name that was meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.test_smoke import mutated

from securecall.calls.facility import Courtesy, Facility
from securecall.calls.facility_files import parse_facility, read_facility
from securecall.errors import FacilityError, InputTypeError
from securecall.rating.windows import Window

HOUR_MS = 3_600_000
HEAD = """\
id = "tx-harris"
timezone = "America/Chicago"
max_call_ms = 1_200_000
numbers = "approved"
identity = "pin"
"""
WHOLE = (
    HEAD
    + """\
enrolled = true
relay_max_call_ms = 3_600_000
least_call_ms = 30_000
calls_max = 96
calls_per_person = 1
calls_per_number = 2
calls_per_account = 3
calls_per_hour = 6
calls_per_day = 20
media = ["audio"]
bill_types = ["prepaid", "collect"]
lidb_bill_types = ["collect"]
lidb_timeout_ms = 1_500
relay_numbers = ["+18005550111"]
record = false
holidays = ["2026-12-25"]
courtesy = { calls = 2, max_ms = 90_000, period_days = 7 }
[[schedule]]
from = "06:00"
to = "22:00"
[[schedule]]
holidays = true
from = "12:00"
to = "14:00"
[[terminal]]
id = "A-01"
area = "block-a"
hours = [{ days = ["sat"], from = "09:00", to = "11:00" }]
[[terminal]]
id = "A-02"
state = "off"
[[maintenance]]
from = 2026-11-01T01:30:00
to = 2026-11-01T03:00:00
why = "new software"
[[lockdown]]
from = 2026-05-01T12:00:00Z
area = "block-a"
why = "count"
ends_calls = false
"""
)


def test_a_file_says_all_that_a_facility_can_be() -> None:
    found = parse_facility(WHOLE)
    assert (found.id, found.timezone, found.max_call_ms) == (
        "tx-harris", "America/Chicago", 1_200_000,
    )  # fmt: skip
    assert (found.numbers, found.identity, found.enrolled) == ("approved", "pin", True)
    assert (found.calls_max, found.calls_per_person, found.calls_per_number) == (96, 1, 2)
    assert (found.calls_per_account, found.calls_per_hour, found.calls_per_day) == (3, 6, 20)
    assert (found.relay_max_call_ms, found.least_call_ms) == (3_600_000, 30_000)
    assert (found.media, found.bill_types) == (("audio",), ("prepaid", "collect"))
    assert (found.lidb_bill_types, found.lidb_timeout_ms) == (("collect",), 1_500)
    assert (found.relay_numbers, found.monitor, found.record) == (("+18005550111",), True, False)
    assert found.courtesy == Courtesy(2, 90_000, 7)
    assert found.schedule is not None
    assert found.schedule.windows == (
        Window(from_ms=6 * HOUR_MS, to_ms=22 * HOUR_MS),
        Window(frozenset(), True, 12 * HOUR_MS, 14 * HOUR_MS),
    )
    assert found.schedule.holidays == {date(2026, 12, 25)}
    first, second = found.terminals
    assert (first.id, first.area, second.area, second.state) == ("A-01", "block-a", None, "off")
    assert first.hours is not None
    assert first.hours.windows == (Window(frozenset([5]), False, 9 * HOUR_MS, 11 * HOUR_MS),)
    upkeep, lockdown = found.orders
    # 01:30 is read twice on that day: the first reading counts.
    assert (upkeep.begins_ms, upkeep.ends_ms) == (1_793_514_600_000, 1_793_523_600_000)
    assert (upkeep.kind, upkeep.ends_calls, upkeep.area) == ("maintenance", True, None)
    assert (lockdown.begins_ms, lockdown.ends_ms) == (1_777_636_800_000, None)
    assert (lockdown.why, lockdown.ends_calls, lockdown.area) == ("count", False, "block-a")


def test_what_is_left_out_has_the_defaults_of_the_class() -> None:
    found, made = parse_facility(HEAD), Facility("x", "America/Chicago")
    for name in (
        "relay_max_call_ms", "least_call_ms", "calls_max", "calls_per_person", "calls_per_number",
        "calls_per_account", "calls_per_hour", "calls_per_day", "enrolled", "media", "bill_types",
        "lidb_bill_types", "lidb_timeout_ms", "relay_numbers", "courtesy", "monitor", "record",
        "schedule",
    ):  # fmt: skip
        assert getattr(found, name) == getattr(made, name), name
    assert len(found.terminals) == len(found.orders) == 0


FAULTS = """\
id = "tx-harris"
timezone = "America/Chicago"
max_call_ms = 5
identity = "pn"
max_cal_ms = 4
media = ["vidio"]
holidays = ["2026-12-25", "Christmas"]
relay_numbers = ["+1800"]
enrolled = "yes"
[courtesy]
calls = 0
minutes = 1
[[schedule]]
days = ["mon", "tus"]
to = "25:00"
[[terminal]]
id = "A-01"
state = "broken"
[[terminal]]
id = "A-01"
hours = []
[[maintenance]]
from = 2026-05-02T02:00:00
to = 2026-05-02T01:00:00
why = "x"
[[lockdown]]
from = "today"
"""


def test_every_fault_is_told_at_once_with_its_line() -> None:
    with pytest.raises(FacilityError) as refused:
        parse_facility(FAULTS, file="f.toml")
    told = [(fault.line, fault.key, fault.nearest) for fault in refused.value.faults]
    assert told == [
        (None, "numbers", None),
        (3, "max_call_ms", None),
        (4, "identity", "pin"),
        (5, "max_cal_ms", "max_call_ms"),
        (6, "media[0]", "video"),
        (7, "holidays[1]", None),
        (8, "relay_numbers[0]", None),
        (9, "enrolled", None),
        (11, "courtesy.calls", None),
        (12, "courtesy.minutes", None),
        (14, "schedule[0].days[1]", "tue"),
        (15, "schedule[0].to", None),
        (18, "terminal[0].state", None),
        (20, "terminal[1].id", None),
        (21, "terminal[1].hours", None),
        (24, "maintenance[0].to", None),
        (26, "lockdown[0].why", None),
        (27, "lockdown[0].from", None),
    ]
    assert 'f.toml:4: identity = "pn": must be one of' in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD.replace("America/Chicago", "America/Chicgo"), "did you mean 'America/Chicago'"),
        (HEAD + '[[lockdown]]\nwhy = "x"\n', "from: is missing"),
        (HEAD + '[[terminal]]\nstate = "off"\n', "terminal[0].id: is missing"),
        (
            HEAD + '[[terminal]]\nid = "A-01"\narea = "block-a"\n[[lockdown]]\narea = "blok-a"\n',
            'lockdown[0].area = "blok-a": is an area that no terminal is in; '
            "did you mean 'block-a'?",
        ),
        (HEAD + "terminal = 5\n", "terminal = 5: must be tables"),
        (HEAD + 'id = "again"\n', "TOML"),
        ("", "id: is missing"),
        ("\ud800", "must be UTF-8"),
        ("a = " + "[" * 5_000, "TOML"),
    ],
)
def test_a_fault_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(FacilityError) as refused:
        parse_facility(text)
    assert words in str(refused.value)


def test_bytes_are_no_text() -> None:
    wrong: Any = HEAD.encode()
    with pytest.raises(InputTypeError, match="text must be text, not bytes"):
        parse_facility(wrong)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(FacilityError, match="cannot be read: No such file"):
        read_facility(tmp_path / "no.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes(HEAD.encode() + b"# \xe9\n")
    with pytest.raises(FacilityError, match="must be UTF-8; byte"):
        read_facility(path)
    path.write_text(WHOLE, encoding="utf-8")
    assert Facility.load(path).id == Facility.loads(WHOLE).id == "tx-harris"


OTHER_LINES = (
    "x = 1", "from = 5", "id = 7", "[[schedule]]", "hours = 1", "courtesy = []", 'why = ""',
    "to = 2026-05-01", 'area = ""',
)  # fmt: skip
LINES = st.lists(st.sampled_from([*WHOLE.splitlines(), *OTHER_LINES]), max_size=20)


def faults_of(text: str) -> int:
    """Return how many faults a text has."""
    try:
        parse_facility(text)
    except FacilityError as refused:
        return len([fault for fault in refused.faults if fault.rule])
    return 0


@settings(max_examples=100)
@given(LINES)
def test_any_mixture_of_lines_is_a_facility_or_faults(lines: list[str]) -> None:
    # Lines cannot say `id` and all the rest that a facility needs without the head.
    assert faults_of("\n".join(lines)) > 0 or {"id", "numbers", "identity"} <= {
        line.partition(" ")[0] for line in lines
    }
    assert faults_of(HEAD + "[courtesy]\n" + "\n".join(lines)) >= 0


def test_a_file_with_bytes_changed_is_a_facility_or_faults() -> None:
    chance, good = Random(7), 0
    for number in range(400):
        errors = "surrogateescape" if number % 2 else "replace"
        good += faults_of(mutated(WHOLE.encode(), chance).decode("utf-8", errors)) == 0
    assert 0 < good < 400
