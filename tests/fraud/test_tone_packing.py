"""A plan as numbers: the engine takes what is written for it, and nothing else."""

from __future__ import annotations

import struct

import pytest

from securecall import _dsp
from securecall.fraud.tone_packing import packed
from securecall.fraud.tones import plan, plan_names


def setup(row: bytes) -> _dsp.Setup:
    return _dsp.Setup(8000, 0, b"", None, None, False, row)


@pytest.mark.parametrize("network", plan_names())
def test_the_engine_takes_every_plan(network: str) -> None:
    row = packed(plan(network))
    patterns, boxes = struct.unpack_from("2d", row)
    assert len(row) == 8 * (5 + 52 * patterns + 9 * boxes)
    assert patterns == sum(len(tone.cadences) for tone in plan(network))
    assert isinstance(setup(row), _dsp.Setup)


def test_a_box_holds_each_line_and_the_limits_around_it() -> None:
    row = packed(plan("north_america"))
    patterns, boxes = (int(each) for each in struct.unpack_from("2d", row))
    numbers = struct.unpack_from(f"{boxes * 9}d", row, 8 * (5 + 52 * patterns))
    found = [numbers[at : at + 9] for at in range(0, len(numbers), 9)]
    dial = [box for box in found if box[0] == 2 and box[1] < 350 < box[5] and box[2] < 440 < box[6]]
    assert len(dial) == 1
    assert dial[0][1] < 350 * 0.965
    assert dial[0][5] > 350 * 1.035


@pytest.mark.parametrize("cut", [0, 8, 40, 48, -8])
def test_the_engine_refuses_what_is_cut(cut: int) -> None:
    with pytest.raises(ValueError, match="no packed plan"):
        setup(packed(plan("uk"))[:cut])


@pytest.mark.parametrize(
    ("at", "number"),
    [(0, -1.0), (0, 65.0), (0, float("nan")), (1, 1e9), (6, 0.0), (6, 5.0), (7, 9.0), (13, 0.0)],
)
def test_the_engine_refuses_numbers_that_it_has_no_room_for(at: int, number: float) -> None:
    row = bytearray(packed(plan("uk")))
    struct.pack_into("d", row, 8 * at, number)
    with pytest.raises(ValueError, match="no packed plan"):
        setup(bytes(row))


def test_equal_plans_make_equal_numbers() -> None:
    assert packed(plan("uk")) == packed(plan("uk"))
    assert packed(plan("uk")) != packed(plan("itu_425"))
