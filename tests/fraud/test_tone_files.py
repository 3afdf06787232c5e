"""A tone plan of one's own: what may stand in it, and what is said of what may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fraud.sounds import pcm, silence, sine
from tests.fraud.tone_sounds import begun

from securecall.errors import TonePlanError
from securecall.fraud.tone_files import parse_plan, read_plan
from securecall.fraud.tones import plan

GOOD = """
name = "ours"
title = "our exchange"
[limits]
shift_percent = 2.0
[limits.sources]
shift_percent = "measured"
[[tone]]
name = "beep"
frequencies_hz = [1000]
level_dbm0 = -12
sharp = true
source = "our own exchange"
[[tone.cadence]]
steps = [{ on_ms = 400, pause_ms = [500, 600, 800] }]
[[tone]]
name = "hold"
frequencies_hz = [520, 660]
source = "our own exchange"
[[tone.cadence]]
lasts_ms = 500
pure_db = 12
"""


def faults(text: str) -> list[tuple[str, str, str | None]]:
    with pytest.raises(TonePlanError) as caught:
        parse_plan(text, file="ours.toml")
    assert all(fault.file == "ours.toml" for fault in caught.value.faults)
    return [(fault.key, fault.rule, fault.nearest) for fault in caught.value.faults]


def test_a_good_plan_is_read_as_it_stands() -> None:
    found = parse_plan(GOOD)
    beep, hold = found.tones
    assert (found.name, found.title, beep.name, beep.level_dbm0) == (
        "ours",
        "our exchange",
        "beep",
        -12,
    )
    step = beep.cadences[0].steps[0]
    assert (step.on.least_ms, step.on.usual_ms, step.on.most_ms) == pytest.approx((360, 400, 440))
    assert (step.pause.least_ms, step.pause.usual_ms, step.pause.most_ms) == (500, 600, 800)
    assert beep.limits.shift_percent == 2
    assert beep.limits.sources["shift_percent"] == "measured"
    assert beep.limits.time_percent == 10
    assert hold.cadences[0].continuous
    assert hold.cadences[0].pure_db == 12


def test_a_plan_of_ones_own_is_heard() -> None:
    line = pcm(
        silence(300), sine(1000, -12, 400), silence(400), sine(520, -20, 700) + sine(660, -20, 700)
    )
    heard = begun(line, parse_plan(GOOD))
    assert [event.detail for event in heard] == ["beep", "hold"]
    assert heard[0].start_ms == pytest.approx(300, abs=4)


@pytest.mark.parametrize(
    ("old", "new", "key", "rule", "nearest"),
    [
        ("level_dbm0", "level_dbm", "tone[0].level_dbm", "is not a key here", "level_dbm0"),
        (
            "shift_percent = 2.0",
            "shift_percents = 2.0",
            "limits.shift_percents",
            "is not a key here",
            "shift_percent",
        ),
        (
            "shift_percent = 2.0",
            "shift_percent = 40",
            "limits.shift_percent",
            "must be 0.1 to 10",
            None,
        ),
        (
            "shift_percent = 2.0",
            'shift_percent = "2"',
            "limits.shift_percent",
            "must be a number",
            None,
        ),
        (
            "[1000]",
            "[100]",
            "tone[0].cadence[0].steps[0].frequencies_hz[0]",
            "must be 270 to 3800",
            None,
        ),
        (
            "[1000]",
            "[1000, 1050]",
            "tone[0].cadence[0].steps[0].frequencies_hz",
            "must lie 120 Hz apart",
            None,
        ),
        ("[1000]", "[1200, 1000]", "tone[0].cadence[0].steps[0].frequencies_hz", "must rise", None),
        (
            "[520, 660]",
            "[520, 1660]",
            "tone[1].cadence[0].frequencies_hz",
            "must be all below 735 Hz or all above 800 Hz",
            None,
        ),
        (
            "[520, 660]",
            "[420, 520, 660]",
            "tone[1].cadence[0].frequencies_hz",
            "may have 2 below 735 Hz",
            None,
        ),
        (
            "on_ms = 400",
            "on_ms = 20",
            "tone[0].cadence[0].steps[0].on_ms",
            "must be 70 to 60000",
            None,
        ),
        (
            "on_ms = 400",
            "on_ms = true",
            "tone[0].cadence[0].steps[0].on_ms",
            "must be a number",
            None,
        ),
        (
            "[500, 600, 800]",
            "[800, 600, 500]",
            "tone[0].cadence[0].steps[0].pause_ms",
            "must rise",
            None,
        ),
        (
            "[500, 600, 800]",
            "[500, 600]",
            "tone[0].cadence[0].steps[0].pause_ms",
            "must be a number or [shortest, usual, longest]",
            None,
        ),
        (
            "lasts_ms = 500",
            "lasts_ms = 500\nrounds = 2",
            "tone[1].cadence[0].rounds",
            "has no meaning beside lasts_ms",
            None,
        ),
        ("sharp = true", 'sharp = "yes"', "tone[0].sharp", "must be true or false", None),
        ('name = "hold"', 'name = "beep"', "tone[1].name", "stands twice", None),
        ('name = "ours"', "name = 7", "name", "must be a text", None),
        ("pure_db = 12", "pure_db = 3", "tone[1].cadence[0].pure_db", "must be 6 to 40", None),
    ],
)
def test_a_fault_is_named_with_its_key_and_what_must_hold(
    old: str, new: str, key: str, rule: str, nearest: str | None
) -> None:
    assert GOOD.count(old) >= 1
    assert (key, rule, nearest) in faults(GOOD.replace(old, new, 1))


def test_every_fault_is_said_at_once() -> None:
    text = GOOD.replace("sharp = true", 'sharp = "yes"').replace("lasts_ms = 500", "lasts_ms = 1")
    assert {key for key, _, _ in faults(text)} == {"tone[0].sharp", "tone[1].cadence[0].lasts_ms"}


def test_what_is_missing_is_named() -> None:
    assert [key for key, _, _ in faults("")] == ["name", "tone"]
    found = faults('name = "x"\n[[tone]]\nname = "a"\nfrequencies_hz = [1000]\n')
    assert [key for key, _, _ in found] == ["tone[0].cadence", "tone[0].source"]
    assert faults('name = "x"\ntone = 3\n')[0][:2] == ("tone", "must be one table or more")


def test_more_than_the_engine_has_room_for_is_refused() -> None:
    cadence = "[[tone.cadence]]\nsteps = [{ on_ms = 400, pause_ms = 600 }]\n"
    text = GOOD[: GOOD.index("[[tone.cadence]]")] + 65 * cadence
    assert ("tone", "may have 64 cadences in all", None) in faults(text)
    rounds = GOOD.replace("steps = [{ on_ms", "rounds = 9\nsteps = [{ on_ms")
    assert ("tone[0].cadence[0].rounds", "must be 1 to 8", None) in faults(rounds)


@pytest.mark.parametrize("text", ["name = ", "x = [" * 2000, "\x00"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    assert faults(text)[0][0] == "TOML"


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_plan(path) == parse_plan(GOOD)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TonePlanError, match=r"none.toml: file: cannot be read: No such file"):
        read_plan(tmp_path / "none.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes(GOOD.replace("our exchange", "Verm\u00e4hlung").encode("latin-1"))
    with pytest.raises(TonePlanError, match=r"must be UTF-8; byte \d+ is not"):
        read_plan(path)


def test_other_plans_are_included_and_replaced_by_name() -> None:
    beep = '[[tone]]\nname = "{}"\nfrequencies_hz = [1000]\nsource = "s"\n'
    beep += "cadence = [{{ lasts_ms = 500 }}]\n"
    names = [tone.name for tone in parse_plan('name = "x"\ninclude = ["uk"]\n' + beep.format("b"))]
    assert names[0] == "dial"
    assert names[-1] == "b"
    found = parse_plan('name = "x"\ninclude = ["uk"]\n' + beep.format("dial"))
    assert found["dial"].cadences[0].steps[0].frequencies_hz == (1000,)
    assert [tone.name for tone in found].count("dial") == 1
    assert found["ringback"] is plan("uk")["ringback"]


@pytest.mark.parametrize(
    ("include", "key", "rule", "near"),
    [
        ('"uk"', "include", "must be a list of plans", None),
        ('["north"]', "include[0]", "must be one of itu_425, monitor, north_america, uk", None),
        (
            '["north_amerika"]',
            "include[0]",
            "must be one of itu_425, monitor, north_america, uk",
            "north_america",
        ),
        ("[3]", "include[0]", "must be one of itu_425, monitor, north_america, uk", None),
        (
            '["uk", "itu_425"]',
            "include[1]",
            "and 'uk' both have 'dial': say here which it is",
            None,
        ),
    ],
)
def test_what_cannot_be_included_is_told(
    include: str, key: str, rule: str, near: str | None
) -> None:
    text = GOOD.replace("[limits]", f"include = {include}\n[limits]", 1)
    assert faults(text)[0] == (key, rule, near)
