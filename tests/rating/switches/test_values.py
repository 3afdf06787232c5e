"""Texts to values, against Python's own fractions, regular expressions and zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from securecall.errors import InputError
from securecall.rating.layout import Field
from securecall.rating.switches.values import (
    count_ms,
    field_text,
    go_ms,
    is_naive,
    no_instant,
    walls_ms,
)
from securecall.rating.zones import epoch_ms, load_zone

ZONES = ("UTC", "America/Chicago", "America/Santiago", "America/Havana", "Australia/Lord_Howe")


def column(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(values), pa.string())])


def one(found: pa.ChunkedArray) -> Any:
    (value,) = found.to_pylist()
    return value


@given(st.integers(0, 10**12 - 1), st.text("0123456789", max_size=9))
@example(0, "002913")
@example(3, "000199")
def test_seconds_are_floored_to_milliseconds(whole: int, part: str) -> None:
    text = f"{whole}.{part}" if part else str(whole)
    exact = Fraction(whole) + (Fraction(int(part), 10 ** len(part)) if part else 0)
    assert one(count_ms(column(text), "s")) == exact * 1000 // 1


@given(st.integers(0, 10**18 - 1))
@example(4_899_999)
def test_microseconds_are_floored(value: int) -> None:
    assert one(count_ms(column(str(value)), "us")) == value // 1000
    assert one(count_ms(column(str(value)), "ms")) == value


@pytest.mark.parametrize(
    "text", [None, "", "-1", "1e3", "1,5", " 1", "1 ", "٣", "9" * 19, "x", "."]
)
@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_what_is_no_count_is_null(text: str | None, unit: str) -> None:
    assert one(count_ms(column(text), unit)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1m30s", 90_000), ("10000000000", 10_000), ("1h2m3.5s", 3_723_500), ("999999ns", 0),
        ("1500µs", 1), ("1500μs", 1), ("0", 0), ("0s", 0), ("1.5h", 5_400_000), (".5s", None),
        ("1.s", 1000), ("-1s", None), ("1m30", None), ("1 m", None), ("", None), (None, None),
        ("9" * 30, None), ("9" * 30 + "h", None), ("9223372036854775807", 9_223_372_036_854),
    ],
)  # fmt: skip
def test_go_durations(text: str | None, value: int | None) -> None:
    assert one(go_ms(column(text))) == value


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 30)),
    st.booleans(),
)
@example("America/Chicago", datetime(2026, 3, 8, 2, 30), True)
@example("America/Chicago", datetime(2026, 11, 1, 1, 0), True)
@example("America/Santiago", datetime(2026, 9, 6, 0, 0), True)
@example("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), True)
def test_a_wall_time_is_the_first_instant_that_shows_it(
    zone: str, wall: datetime, whole: bool
) -> None:
    known = load_zone(zone)
    if whole:
        wall = wall.replace(microsecond=0)
    text = wall.isoformat(" ", "seconds" if whole else "microseconds")
    far = (wall + timedelta(days=400 if wall.year < 2090 else -400)).isoformat(" ", "seconds")
    found = walls_ms(column(text, far, None), known)
    assert found.ms.to_pylist()[0] == known.first_instant_ms(
        wall.replace(microsecond=wall.microsecond // 1000 * 1000)
    )
    assert found.ms.to_pylist()[2] is None
    readings = known.readings(wall)
    assert bool(found.twice and found.twice.to_pylist()[0]) == (readings == 2)
    assert bool(found.skipped and found.skipped.to_pylist()[0]) == (readings == 0)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-01T18:00:05Z", "2026-05-01T18:00:05"),
        ("2026-05-01 18:00:05 +0000 UTC", "2026-05-01T18:00:05"),
        ("2026-05-01T18:00:05.999999999-05:00", "2026-05-01T23:00:05.999"),
        ("2026-05-01 18:00:05.5 +0530 IST", "2026-05-01T12:30:05.500"),
        ("2026-05-01 13:00:05", "2026-05-01T18:00:05"),
        ("2026-05-01T13:00:05.1", "2026-05-01T18:00:05.100"),
        ("2026-02-30 13:00:05", None),
        ("2026-05-01", None),
        ("2026-05-01 13:00", None),
        ("2026-05-01 25:00:00", None),
        ("2026-05-01 13:00:05Zulu", None),
        ("now", None),
        (None, None),
    ],
)
def test_times_with_and_without_an_offset(text: str | None, instant: str | None) -> None:
    zone = load_zone("America/Chicago")
    wanted = (
        None if instant is None else epoch_ms(datetime.fromisoformat(instant).replace(tzinfo=UTC))
    )
    for others in (
        (),
        ("2026-05-01T18:00:05Z",),
        ("2026-02-30 00:00:00",),
        ("2026-05-01 13:00:05",),
    ):
        assert walls_ms(column(text, *others), zone).ms.to_pylist()[0] == wanted


def test_without_a_zone_only_times_with_an_offset_are_read() -> None:
    found = walls_ms(column("2026-05-01 18:00:05", "1970-01-01T00:00:01Z", None), None)
    assert found.ms.to_pylist() == [None, 1000, None]
    assert is_naive(column("2026-05-01 18:00:05", "1970-01-01T00:00:01Z")).to_pylist() == [
        True,
        False,
    ]


def test_what_means_no_instant() -> None:
    none = ["", "0", "000", "0.000000", "0001-01-01T00:00:00Z", "0000-00-00 00:00:00"]
    some = ["1", "0.1", "1970-01-01 00:00:00", "x"]
    assert no_instant(column(*none)).to_pylist() == [True] * len(none)
    assert no_instant(column(*some)).to_pylist() == [False] * len(some)


def raw(**fields: str | None) -> pa.Table:
    return pa.table({name: pa.array([value], pa.string()) for name, value in fields.items()})


@pytest.mark.parametrize(
    "pattern",
    [
        r"site=([^;]+)", r"^(.*)$", r"\((x)\)", r"[()](y)", r"[]()](z)", r"[^]()](q)",
        r"(?:a|b)(c)",
        r"(?P<named>d+)", r"a(b)?", r"x|y(z)", r"\\(w)", r"[\](](v)",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text",
    [
        "pin=1;site=TX-001;x",
        "(x)",
        "(y",
        "]z",
        "aq",
        "bc",
        "xddx",
        "a",
        "ab",
        "yz",
        "\\w",
        "(v",
        "",
    ],
)
def test_patterns_mean_what_they_mean_in_python(pattern: str, text: str) -> None:
    match = re.search(pattern, text)
    found = one(field_text(raw(f=text), Field("f", pattern)))
    assert (found or None) == (match[1] or None if match else None)


def test_the_first_field_that_is_not_empty_counts() -> None:
    field = Field(("a", "b"))
    assert one(field_text(raw(a="", b="2"), field)) == "2"
    assert one(field_text(raw(a="1", b="2"), field)) == "1"
    assert one(field_text(raw(a=None, b=None), field)) is None


def test_words_are_put_for_others() -> None:
    field = Field("a", words={"P": "prepaid", "C": "collect"})
    assert [one(field_text(raw(a=a), field)) for a in ("P", "C", "Q", None)] == [
        "prepaid", "collect", "Q", None,
    ]  # fmt: skip


def test_a_pattern_that_re2_refuses_is_named() -> None:
    with pytest.raises(InputError, match=r"pattern '\(\?=a\)\(b\)' cannot be used"):
        field_text(raw(a="ab"), Field("a", "(?=a)(b)"))
