"""Names of what the engine tells are those that the engine has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.fraud.calls import CALL

from securecall import _cues
from securecall.fraud.cues import CUES, ITEM_VALUES, LEGS, VALUES, Heard
from securecall.fraud.hearing import hearing
from securecall.fraud.monitoring import heard_plan
from securecall.fraud.speech import packed_network

ENGINE = Path(__file__).parents[2] / "src" / "securecall"


def of_enum(file: str, prefix: str) -> list[str]:
    """Return the names of a Cython enum, in order."""
    text = (ENGINE / file).read_text(encoding="utf-8")
    return re.findall(rf"^    {prefix}([A-Z_]+)\b(?! = \d\d)", text, re.MULTILINE)


def test_kinds_of_cues_are_those_of_the_engine() -> None:
    names = [name.lower() for name in of_enum("_cue.pxd", "CUE_") if name != "VALUES"]
    assert tuple(names) == CUES
    assert tuple(VALUES) == CUES


def test_numbers_of_a_change_are_those_of_the_engine() -> None:
    names = VALUES["change"]
    assert len(names) == len(set(names)) == _cues.CHANGE_VALUES
    assert ITEM_VALUES == _cues.ITEM_VALUES
    stems = [name.lower() for name in of_enum("_change.pxd", "V_")]
    stems = stems[: stems.index("context")]
    stems[stems.index("louds")] = "far_s"  # of the other leg
    assert len(stems) > 40
    for stem, name in zip(stems, names, strict=False):
        assert name.startswith(stem), (stem, name)
    assert names[len(stems)] == "since_digit_s"


def test_a_flash_has_its_numbers() -> None:
    ears = hearing(
        8000, "s16le", dtmf="bellcore", mf="r1", plan=heard_plan("north_america"),
        dial_tone_filter=True, report_ends=True, speech=packed_network(),
    )  # fmt: skip
    watch = _cues.Watch(ears.setup, (0,))  # without trees every change is told
    found = [Heard(at / 8, LEGS[leg], CUES[kind], what[0] / 8, None, what[1])
             for at, leg, kind, what in watch.feed(0, CALL["called"]) if kind >= 0]  # fmt: skip
    flashes = [item for item in found if item.kind == "flash" and 19_900 < item.start_ms < 20_100]
    assert [round(item.number("apart_ms") / 20) for item in flashes] == [25]
    assert flashes[0].number("second_click_db") > 20
    changes = [item for item in found if item.kind == "change"]
    assert changes[-1].number("since_sit_s") == pytest.approx(
        CALL["called"].size / 8000 - 35.5, abs=1
    )
    with pytest.raises(KeyError):
        flashes[0].number("floor_db")
