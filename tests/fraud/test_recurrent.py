"""The network that remembers, as its file has it and as the engine goes through it."""

from __future__ import annotations

from array import array
from math import exp, tanh

import numpy as np
import pytest
from tests.fraud.detectors.test_three_way import talked

from securecall import _cues
from securecall.errors import BuildError
from securecall.fraud.cues import CUES, VALUES
from securecall.fraud.hearing import hearing
from securecall.fraud.recurrent import BLOCK, HIDDEN, KINDS, KNOTS, PARTS, network, read
from securecall.fraud.speech import packed_network

NAMES = VALUES["change"]
CHANGE = CUES.index("change")
ODDS = len(NAMES) + len(KINDS)
SOUND = np.concatenate([talked(14, -60, 3), talked(9, -48, 8)]).astype("<i2").tobytes()


def numbers(packed: bytes) -> dict[str, np.ndarray]:
    """Return the parts of a packed network."""
    row = np.frombuffer(packed, np.float32)
    parts = {"told": row[: len(KINDS)]}
    at = len(KINDS)
    for name, (rows, width) in PARTS.items():
        parts[name] = row[at : at + rows * width].reshape(rows, width).astype(float)
        at += rows * width
    assert at == len(row)
    return parts


def heard(packed: bytes, cut: int = 320, saved_every: int = 0) -> list[tuple[float, ...]]:
    """Return the changes that an engine with that network tells of a sound."""
    setup = hearing(
        8000, "s16le", dtmf=None, mf=None, plan=None, dial_tone_filter=True, report_ends=True,
        speech=packed_network(), recurrent=packed,
    ).setup  # fmt: skip
    watch = _cues.Watch(setup, (0,))
    items: list[tuple[int, int, int, tuple[int, tuple[float, ...]]]] = []
    for n, at in enumerate(range(0, len(SOUND), cut)):
        items += watch.feed(0, SOUND[at : at + cut])
        if saved_every and n % saved_every == 0:
            other = _cues.Watch(setup, (0,))
            other.load(watch.save())
            watch = other
    return [what[1] for _, _, kind, what in items if kind == CHANGE]


def all_told(told: float = -99.0) -> bytes:
    """Return the package's network that tells so much of everything."""
    packed = network().packed
    return array("f", [told] * len(KINDS)).tobytes() + packed[4 * len(KINDS) :]


def plain(rows: list[tuple[float, ...]], parts: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Go through a network as the paper has it, with no thought of speed."""
    memory = np.zeros(HIDDEN)
    made = []
    for row in rows:
        places = [
            sum(knot < value for knot in parts["knots"][n]) / 32 - 1
            for n, value in enumerate(row[: len(NAMES)])
        ]
        block = row[ODDS + len(KINDS) : ODDS + len(KINDS) + BLOCK]
        taken = np.maximum(np.array([*places, *block]) @ parts["in"] + parts["in_bias"][0], 0)
        gate = np.split(taken @ parts["gate"] + parts["gate_bias"][0], 3)
        held = np.split(memory @ parts["held"] + parts["held_bias"][0], 3)
        reset, update = ([1 / (1 + exp(-x)) for x in gate[n] + held[n]] for n in (0, 1))
        fresh = np.array([tanh(x) for x in gate[2] + np.array(reset) * held[2]])
        memory = (1 - np.array(update)) * fresh + np.array(update) * memory
        made.append(np.concatenate([memory, taken]) @ parts["out"] + parts["out_bias"][0])
    return made


def test_the_engine_goes_through_it_as_the_paper_has_it() -> None:
    rows = heard(all_told())
    assert len(rows) > 30
    assert len({row[ODDS] for row in rows}) == len(rows)
    for row, odds in zip(rows, plain(rows, numbers(all_told())), strict=True):
        # Its tanh is Lambert's fraction, good to 0.0001.
        assert row[ODDS : ODDS + len(KINDS)] == pytest.approx(odds, abs=0.02)


def test_it_remembers() -> None:
    first, second = numbers(all_told()), heard(all_told())
    forgets = plain(second[20:], first)
    assert abs(forgets[0] - second[20][ODDS : ODDS + len(KINDS)]).max() > 0.1


@pytest.mark.parametrize(("cut", "saved_every"), [(62, 0), (754, 3), (len(SOUND), 0)])
def test_cutting_and_saving_change_nothing(cut: int, saved_every: int) -> None:
    assert heard(all_told(), cut, saved_every) == heard(all_told())


def test_each_width_of_vector_gives_the_same_bits() -> None:
    widest = _cues.bank_width(0)
    try:
        found = []
        for width in (4, 8, 16):
            assert _cues.bank_width(width) == min(width, widest)
            found.append(heard(all_told()))
    finally:
        _cues.bank_width(0)
    assert found[0] == found[1] == found[2]


def test_python_is_woken_from_a_limit_on_and_what_is_not_told_is_remembered() -> None:
    every = heard(all_told())
    middle = sorted(max(row[ODDS : ODDS + 4]) for row in every)[len(every) // 2]
    some = heard(all_told(middle))
    assert some == [row for row in every if max(row[ODDS : ODDS + 4]) >= middle]
    assert 0 < len(some) < len(every)
    assert heard(all_told(99.0)) == []


def test_a_setup_takes_no_other_numbers() -> None:
    for packed in (b"", b"abc", network().packed[:-4]):
        with pytest.raises(ValueError, match="no packed network"):
            heard(packed)


def test_the_package_has_limits_of_every_kind() -> None:
    assert set(network().kinds) == set(KINDS)
    for each in network().kinds.values():
        assert each.told < each.alert < each.disconnect


def lines() -> list[str]:
    made = ["# none"]
    for kind in KINDS:
        made.append(f"kind,{kind},0,1,2,1,0")
    for part, (rows, width) in PARTS.items():
        made += [f"{part},{n}," + ",".join(["0.5"] * width) for n in range(rows)]
    return made


def test_a_file_is_read_and_a_broken_one_refused_with_its_line() -> None:
    made = lines()
    knots = made.index(next(line for line in made if line.startswith("knots")))
    made[knots] = "knots,0,1,2"
    packed = numbers(read("\n".join(made)).packed)
    assert packed["knots"][0].tolist() == [1.0, 2.0] + [float("inf")] * (KNOTS - 2)
    with pytest.raises(BuildError, match="line 2"):
        read("\n".join(["# none", "kind,three_way,0,1", *made]))
    with pytest.raises(BuildError, match="line 2: KeyError"):
        read("\n".join(["# none", "knot,0,1", *made]))
    with pytest.raises(BuildError, match="line 2: ValueError"):
        read("\n".join(["# none", "kind", *made]))
    with pytest.raises(BuildError, match="in_bias must have 1 rows of 96"):
        read("\n".join(line for line in made if not line.startswith("in_bias")))
    with pytest.raises(BuildError, match="a row of gate has 287 numbers, not 288"):
        read("\n".join(line[:-4] if line.startswith("gate,") else line for line in made))
    with pytest.raises(BuildError, match="the kinds must be"):
        read("\n".join(line for line in made if not line.startswith("kind,line_switch")))
