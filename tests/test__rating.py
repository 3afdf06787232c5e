"""The doors of the rating engine: what they refuse, what they leave alone, the limits they keep."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
import pytest
from tests.harris import NUMBER, START_MS, by_minute, steps, tariff

from securecall import _rating
from securecall.rating.compile import ENGINE_VERSION
from securecall.rating.words import STATUSES

HOUSE = tariff(by_minute("0.10"))
PLAN = HOUSE.compiled.plan
WIDTHS = (1, 16, 16, 16, 16, 16, 8, 1, 1, 4, 2)
OK, UNANSWERED, OVERFLOW = (STATUSES.index(word) for word in ("ok", "unanswered", "overflow"))


def words(*indices: int, known: int = 1) -> tuple[Any, ...]:
    """Return a column of words whose dictionary is 0, 1, 2 ...; a null is -1."""
    return array.array("i", indices), None, 0, array.array("i", [-1, *range(known)])


def columns(rows: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the columns of that many good rows."""
    text = NUMBER.encode() * rows
    offsets = array.array("i", range(0, len(text) + 1, len(NUMBER)))
    made: dict[str, Any] = {
        "facility": words(*[0] * rows),
        "number": ((offsets, text, 4), None, 0),
        "start": (array.array("q", [START_MS] * rows), None, 0),
        "duration_ms": (array.array("q", [60_000] * rows), None, 0),
    }
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def results(rows: int = 1) -> list[Any]:
    """Return memory for that many rows, with a byte of 0x55 behind each."""
    return [aligned(rows * width) for width in WIDTHS]


def aligned(size: int, shift: int = 0) -> Any:
    room = np.full(size + 64, 0x55, np.uint8)
    first = -room.ctypes.data % 16 + shift
    return room[first : first + size]


def rate(rows: int = 1, unit: int = 1, divisor: int = 1, **changes: Any) -> tuple[Any, list[Any]]:
    into = results(rows)
    return PLAN.rate_rows(rows, columns(rows, **changes), into, unit, divisor), into


# Values ------------------------------------------------------------------------------------------


def test_the_engine_and_its_face_are_of_one_version() -> None:
    assert _rating.VERSION == ENGINE_VERSION


def test_a_row_fills_every_result() -> None:
    (counts, state_paid, saved, uncapped), into = rate(2)
    assert counts == [0] * OK + [2]
    assert (state_paid, saved, uncapped) == (0, 0, 2)
    assert into[0].tolist() == [OK, OK]
    for amounts, micros in zip(into[1:4], (100_000, 0, 100_000), strict=True):
        assert amounts.view(np.int64).tolist() == [micros, 0] * 2
    assert into[6].view(np.int64).tolist() == [60_000] * 2
    assert into[7].tolist() == [0, 0]  # intrastate
    assert into[8].tolist() == [1, 1]
    assert into[9].view(np.int32).tolist() == [0, 0]
    assert into[10].view(np.int16).tolist() == [-1, -1]


def test_the_scalar_door_says_the_same() -> None:
    status, rate_class, scope, rate_id, ruling, governs, billed_ms, *amounts = PLAN.rate(
        NUMBER.encode(), 0, START_MS, 60_000, -1, 0, 0, 0
    )
    assert (status, rate_class, scope, rate_id, ruling, governs) == (OK, 1, 0, 0, -1, 0)
    assert (billed_ms, amounts) == (60_000, [100_000, 0, 100_000, 0, 0, 0])


def test_no_rows_touch_nothing() -> None:
    (counts, *sums), into = rate(0)
    assert counts == [0] * 10
    assert sums == [0, 0, 0]
    assert [len(memory) for memory in into] == [0] * 11
    assert PLAN.rate_rows(0, columns(3), results(3), 1, 1)[0] == [0] * 10


def test_rows_behind_the_last_are_not_touched() -> None:
    into = results(5)
    PLAN.rate_rows(3, columns(5), into, 1, 1)
    for memory, width in zip(into, WIDTHS, strict=True):
        if width != 16:  # of the rare amounts nothing may be written
            assert set(memory[3 * width :].tolist()) == {0x55}


@pytest.mark.parametrize("offset", [0, 1, 7, 8, 9, 63, 64, 65])
def test_offsets_and_validity_bits_are_counted_from_the_array(offset: int) -> None:
    rows = offset + 70
    valid = bytes(0x55 for _ in range((rows + 7) // 8))  # every other row
    start = (array.array("q", [START_MS] * rows), valid, offset)
    number = columns(rows)["number"]
    changes = {"start": start, "number": (number[0], None, offset)}
    _, into = rate(70, facility=(array.array("i", [0] * rows), None, offset, words()[3]), **changes)
    good = [OK if (offset + row) % 2 == 0 else STATUSES.index("bad_time") for row in range(70)]
    assert into[0].tolist() == good


def test_wide_offsets_are_read() -> None:
    offsets = array.array("q", [0, len(NUMBER)])
    (counts, *_), _ = rate(number=((offsets, NUMBER.encode(), 8), None, 0))
    assert counts[OK] == 1


def test_inputs_may_be_read_only() -> None:
    frozen = {
        "start": (START_MS.to_bytes(8, "little"), None, 0),
        "duration_ms": ((60_000).to_bytes(8, "little"), None, 0),
        "facility": (bytes(4), b"\x01", 0, memoryview(words()[3]).toreadonly()),
    }
    assert rate(**frozen)[0][0][OK] == 1


# Shapes that are refused -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["facility", "number", "start", "duration_ms"])
def test_a_needed_column_may_not_be_missing(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is missing"):
        rate(**{name: None})


@pytest.mark.parametrize("name", ["facility", "start", "duration_ms", "authorized_ms", "medium"])
def test_a_buffer_that_is_too_short_is_refused(name: str) -> None:
    good = words(0, 0) if name in ("facility", "medium") else (array.array("q", [0, 0]), None, 0)
    assert rate(2, **{name: good})[0]
    width = good[0].itemsize
    for bad in (
        (bytes(2 * width - 1), *good[1:]),
        (b"", *good[1:]),
        (good[0], b"", *good[2:]),
        (good[0], None, 1, *good[3:]),
        (good[0], None, 1 << 55, *good[3:]),
    ):
        with pytest.raises(ValueError, match="a buffer has"):
            rate(2, **{name: bad})
    with pytest.raises(ValueError, match="an offset must be 0 or more, not -1"):
        rate(2, **{name: (good[0], None, -1, *good[3:])})


def test_short_offsets_of_text_are_refused() -> None:
    with pytest.raises(ValueError, match="a buffer has 8 bytes, not 12"):
        rate(2, number=((bytes(8), b"", 4), None, 0))
    with pytest.raises(ValueError, match="a buffer has 0 bytes, not 1"):
        rate(2, number=((bytes(12), b"", 4), b"", 0))
    with pytest.raises(ValueError, match="an offset has 4 or 8 bytes, not 2"):
        rate(number=((bytes(8), b"", 2), None, 0))


def test_offsets_that_point_outside_the_text_are_bad_numbers() -> None:
    text = NUMBER.encode()
    for pair in ([0, 13], [-1, 5], [5, 3], [2**31 - 1, 2**31 - 1], [-(2**31), 2**31 - 1]):
        (counts, *_), _ = rate(number=((array.array("i", pair), text, 4), None, 0))
        assert counts[STATUSES.index("bad_number")] == 1
    for body in (None, b""):
        (counts, *_), _ = rate(number=((array.array("i", [0, 0]), body, 4), None, 0))
        assert counts[STATUSES.index("bad_number")] == 1


def test_indices_outside_the_codes_are_unknown_words() -> None:
    for index in (1, -1, 2**31 - 1, -(2**31)):
        (counts, *_), _ = rate(facility=words(index))
        assert counts[0] == 1


def test_codes_must_be_there_and_known() -> None:
    data = array.array("i", [0])
    for codes in (array.array("i"), None):
        with pytest.raises(ValueError, match="codes must lead with what a null means"):
            rate(facility=(data, None, 0, codes))
    for name, known in (("facility", 1), ("medium", 2), ("bill_type", 5), ("relay", 6)):
        assert rate(**{name: (data, None, 0, array.array("i", [-1, known - 1]))})[0]
        with pytest.raises(ValueError, match=f"code {known} is not known, there are {known}"):
            rate(**{name: (data, None, 0, array.array("i", [-1, known]))})


def test_codes_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="Buffer dtype mismatch"):
        rate(facility=(array.array("i", [0]), None, 0, array.array("q", [-1, 0])))


@pytest.mark.parametrize("place", range(11))
def test_a_result_that_is_too_short_read_only_or_astray_is_refused(place: int) -> None:
    into = results(2)
    into[place] = into[place][:-1]
    with pytest.raises(ValueError, match=r"a result has \d+ bytes, not \d+"):
        PLAN.rate_rows(2, columns(2), into, 1, 1)
    into[place] = bytes(2 * WIDTHS[place])
    with pytest.raises((ValueError, TypeError, BufferError), match="not writable"):
        PLAN.rate_rows(2, columns(2), into, 1, 1)
    if WIDTHS[place] > 1:
        into[place] = aligned(2 * WIDTHS[place], shift=1)
        with pytest.raises(ValueError, match=f"a multiple of {WIDTHS[place]} bytes"):
            PLAN.rate_rows(2, columns(2), into, 1, 1)


def test_the_number_of_results_and_rows_is_checked() -> None:
    with pytest.raises(ValueError, match="there are 10 results, not 11"):
        PLAN.rate_rows(1, columns(), results()[:10], 1, 1)
    with pytest.raises(ValueError, match="rows must be 0 or more, not -1"):
        PLAN.rate_rows(-1, columns(), results(), 1, 1)
    with pytest.raises(TypeError):
        PLAN.rate_rows(1, None, results(), 1, 1)
    with pytest.raises(TypeError):
        PLAN.rate_rows(1, columns(), None, 1, 1)


@pytest.mark.parametrize("unit", [(0, 1), (-1, 1), (1001, 1), (1, 0), (1, -5)])
def test_a_unit_that_is_none_is_refused_and_never_divided_by(unit: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="a start is no"):
        rate(1, *unit)


def test_the_scalar_door_refuses_other_types() -> None:
    for number in (None, "+1", 5, bytearray(b"+1")):
        with pytest.raises(TypeError):
            PLAN.rate(number, 0, 0, 0, 0, 0, 0, 0)
        with pytest.raises(TypeError):
            PLAN.curve(number, 0, 0, 0, 0, 0, 0)
    with pytest.raises(OverflowError):
        PLAN.rate(b"+1", 0, 1 << 63, 0, 0, 0, 0, 0)
    with pytest.raises((TypeError, ValueError)):
        _rating.Plan(None, {})
    with pytest.raises((TypeError, ValueError)):
        _rating.Plan({}, None)
    with pytest.raises(KeyError):
        _rating.Plan({}, {})


# Limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"facility": 1}, "bad_facility"),
        ({"facility": -1}, "bad_facility"),
        ({"facility": 2**31 - 1}, "bad_facility"),
        ({"facility": -(2**31)}, "bad_facility"),
        ({"start_ms": -1}, "bad_time"),
        ({"start_ms": 4_102_444_800_000}, "bad_time"),
        ({"start_ms": -(2**63)}, "bad_time"),
        ({"duration_ms": -1}, "bad_duration"),
        ({"duration_ms": 2**63 - 1}, "bad_duration"),
        ({"authorized_ms": -2}, "bad_duration"),
        ({"authorized_ms": 366 * 86_400_000 + 1}, "bad_duration"),
        ({"number": b""}, "bad_number"),
        ({"number": b"+"}, "bad_number"),
        ({"number": b"1" * 16}, "bad_number"),
        ({"number": b"1" * 1_000_000}, "bad_number"),
        ({"number": b"17135550123\0"}, "bad_number"),
        ({"number": b"1713555\xff123"}, "bad_number"),
        ({"medium": 2}, "bad_medium"),
        ({"medium": -1}, "bad_medium"),
        ({"relay": 6}, "bad_medium"),
        ({"relay": 2**31 - 1}, "bad_medium"),
        ({"bill_type": 5}, "bad_bill_type"),
        ({"duration_ms": 0}, "unanswered"),
        ({"duration_ms": 366 * 86_400_000}, "ok"),
        ({"number": b"1" * 15}, "ok"),
        ({"number": b"+" + b"9" * 15}, "ok"),
        ({"start_ms": 0}, "ok"),
        ({"start_ms": 4_102_444_799_999}, "ok"),
        ({"authorized_ms": 0}, "ok"),
    ],
)
def test_the_bounds_of_each_argument(changes: dict[str, Any], status: str) -> None:
    given = {
        "number": NUMBER.encode(),
        "facility": 0,
        "start_ms": START_MS,
        "duration_ms": 60_000,
        "authorized_ms": -1,
        "medium": 0,
        "bill_type": 0,
        "relay": 0,
        **changes,
    }
    assert PLAN.rate(**given)[0] == STATUSES.index(status)
    if "duration_ms" not in changes and "authorized_ms" not in changes:
        del given["authorized_ms"]
        given["horizon_ms"] = given.pop("duration_ms")
        assert PLAN.curve(**given)[0] == STATUSES.index(status)


def test_the_largest_amount_and_one_more() -> None:
    limit = tariff(steps((0, "999999999999.999999", 1, 1))).compiled.plan
    asked = (NUMBER.encode(), 0, START_MS)
    assert limit.rate(*asked, 1, -1, 0, 0, 0)[9] == 999_999_999_999_999_999
    over = limit.rate(*asked, 2, -1, 0, 0, 0)
    assert over[0] == OVERFLOW
    assert over[6:] == (0,) * 7


# Bits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 63, 64, 65, 200])
def test_validity_bits_are_those_of_the_statuses(rows: int) -> None:
    status = array.array("b", [row % 10 for row in range(rows)])
    bits = bytearray((rows + 7) // 8 + 1)
    bits[-1] = 0x55
    _rating.pack_validity(status, 1 << OK | 1 << UNANSWERED, bits)
    told = [bits[row // 8] >> (row % 8) & 1 for row in range(rows)]
    assert told == [int(row % 10 in (OK, UNANSWERED)) for row in range(rows)]
    assert bits[-1] == 0x55


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 65])
def test_codes_of_nothing_become_nulls_with_a_code_of_0(rows: int) -> None:
    codes = array.array("h", [(row % 3) - 1 for row in range(rows)])
    bits = bytearray((rows + 7) // 8)
    _rating.pack_present(codes, bits)
    assert [bits[row // 8] >> (row % 8) & 1 for row in range(rows)] == [
        int(row % 3 > 0) for row in range(rows)
    ]
    assert list(codes) == [max(row % 3 - 1, 0) for row in range(rows)]


def test_bits_that_are_too_few_or_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="bits are too few for the rows"):
        _rating.pack_validity(array.array("b", [1] * 9), 1, bytearray(1))
    with pytest.raises(ValueError, match="bits are too few for the rows"):
        _rating.pack_present(array.array("h", [1] * 9), bytearray(1))
    for call in (
        lambda: _rating.pack_validity(None, 1, bytearray(1)),
        lambda: _rating.pack_validity(array.array("b"), 1, None),
        lambda: _rating.pack_present(None, bytearray(1)),
        lambda: _rating.pack_present(array.array("h"), None),
        lambda: _rating.pack_validity(array.array("h", [1]), 1, bytearray(1)),
        lambda: _rating.pack_validity(array.array("b", [1]), 1, bytes(1)),
        lambda: _rating.pack_present(array.array("q", [1]), bytearray(1)),
        lambda: _rating.pack_present(memoryview(array.array("h", [1])).toreadonly(), bytearray(1)),
        lambda: _rating.pack_validity(np.zeros(4, np.int8)[::2], 1, bytearray(1)),
    ):
        with pytest.raises((TypeError, ValueError, BufferError)):
            call()


def decimals(*values: int) -> bytes:
    """Return 128-bit integers as Arrow lays decimals out."""
    return b"".join(value.to_bytes(16, "little", signed=True) for value in values)


def test_groups_are_added_up_beyond_64_bits() -> None:
    most = 10**18 - 1
    sums = _rating.GroupSums(3, 2)
    for _ in range(20):
        keys = array.array("q", [9, 2, 0, 2, 1])  # the first is left out by the offset
        bits = bytes([0b11110])
        amounts = (decimals(5, most, -7, most, 3), bytes([0b01110]), 1, 16)
        sums.add(4, (keys, bits, 1), [amounts, (array.array("q", [1, 2, 3, 4]), None, 0, 8)])
    assert sums.found() == [(0, 20, -140, 40), (2, 40, 40 * most, 80)]
    assert _rating.GroupSums(0, 1).found() == []


def test_a_null_behind_the_first_column_adds_nothing() -> None:
    sums = _rating.GroupSums(1, 2)
    values = array.array("q", [1, 2])
    sums.add(2, (array.array("q", [0, 0]), None, 0), [(values, None, 0, 8), (values, b"\1", 0, 8)])
    assert sums.found() == [(0, 2, 3, 1)]


def test_rows_that_cannot_be_added_up_are_refused() -> None:
    one = array.array("q", [0])
    sums = _rating.GroupSums(1, 1)
    for rows, key, column, message in (
        (1, (array.array("q", [1]), None, 0), (one, None, 0, 8), "1 rows are of no group"),
        (1, (array.array("q", [-1]), None, 0), (one, None, 0, 8), "1 rows are of no group"),
        (2, (one, None, 0), (one, None, 0, 8), "a buffer has 8 bytes, not 16"),
        (1, (one, b"", 0), (one, None, 0, 8), "a buffer has 0 bytes, not 1"),
        (1, (one, None, 0), (one, None, 0, 16), "a buffer has 8 bytes, not 16"),
        (1, (one, None, 0), (one, None, 1, 8), "a buffer has 8 bytes, not 16"),
        (1, (one, None, -1), (one, None, 0, 8), "an offset must be 0 or more"),
        (1, (one, None, 0), (one, None, 0, 4), "a value has 8 or 16 bytes, not 4"),
        (-1, (one, None, 0), (one, None, 0, 8), "-1 rows of 1 columns cannot be added up"),
    ):
        with pytest.raises(ValueError, match=message):
            sums.add(rows, key, [column])
    with pytest.raises(ValueError, match="1 rows of 0 columns"):
        sums.add(1, (one, None, 0), [])
    assert sums.found() == []
    for groups, columns_there in ((-1, 1), (1, 0), (1, 17)):
        with pytest.raises(ValueError, match="there are no"):
            _rating.GroupSums(groups, columns_there)
