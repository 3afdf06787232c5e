"""Rows and sweeps: the same audio for everybody, each stream counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from tests.fraud.conform.sounding import Deaf, Perfect, Stubborn

from securecall.fraud.conform.digits import KEYS
from securecall.fraud.conform.levels import Pcm
from securecall.fraud.conform.limits import Limit, case, drawn, limits, sweeps
from securecall.fraud.conform.progress import progress_rows
from securecall.fraud.conform.receivers import Heard
from securecall.fraud.conform.runner import (
    SweepResult,
    run_limit,
    run_progress,
    run_sweep,
    streams,
)
from securecall.fraud.conform.tally import Tally

DECODE = limits()[0]


class Remembering(Deaf):
    """Keeps what it was given."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.audio: list[Pcm] = []

    def digits(self, audio: Pcm, standard: str) -> list[Heard]:
        self.audio.append(audio)
        return []

    def tones(self, audio: Pcm, plan: str) -> list[Heard]:
        self.audio.append(audio)
        return []


@pytest.fixture
def steps() -> Iterator[list[int]]:
    made: list[int] = []
    yield made
    assert made


def test_a_stream_has_all_keys_once_in_drawn_order() -> None:
    made = list(streams(case({}), lambda trial: drawn(1, trial), 5))
    orders = ["".join(one.name for one in placed) for placed, _ in made]
    assert all(sorted(order) == sorted(KEYS) for order in orders)
    assert len(set(orders)) == 5


def test_a_stream_of_twins_has_each_key_twice_in_a_row() -> None:
    [(placed, _)] = streams(case({}), lambda trial: drawn(1, trial), 1, same_key=True)
    names = [one.name for one in placed]
    assert len(names) == 32
    assert names[::2] == names[1::2]


def test_everybody_hears_the_same(steps: list[int]) -> None:
    one, other = Remembering("one"), Remembering("other")
    run_limit(DECODE, [one, other], trials=2, seed=1, step=lambda: steps.append(1))
    assert len(one.audio) == len(steps) == 2 * len(DECODE.cases)
    assert all(np.array_equal(a, b) for a, b in zip(one.audio, other.audio, strict=True))
    assert not any(np.array_equal(one.audio[0], later) for later in one.audio[1:])


def test_a_seed_sends_the_same_signals_and_another_one_others() -> None:
    heard = [Remembering(str(seed)) for seed in (1, 1, 2)]
    for seed, one in zip((1, 1, 2), heard, strict=True):
        run_limit(DECODE, [one], trials=1, seed=seed, step=lambda: None)
    assert np.array_equal(heard[0].audio[0], heard[1].audio[0])
    assert not np.array_equal(heard[0].audio[0], heard[2].audio[0])


def test_counts_of_a_row() -> None:
    deaf, stubborn = Deaf(), Stubborn()
    row = run_limit(DECODE, [deaf, stubborn], trials=2, seed=1, step=lambda: None)
    sent = 16 * 2 * len(DECODE.cases)
    assert row.id == f"dtmf/{DECODE.id}"
    assert (row.tallies["deaf"].sent, row.tallies["deaf"].found) == (sent, 0)
    # A 5 without a time fits the one 5 that each stream has.
    assert row.tallies["stubborn"].found == 2 * len(DECODE.cases)
    assert [sum(t["deaf"].sent for _, t in row.cases)] == [sent]
    assert row.met("deaf") is False
    assert row.met("nobody") is None


def test_the_standard_and_the_times_of_a_row_are_kept() -> None:
    perfect = Perfect()
    limit = Limit("x", "ntt", "x", "x", "shown", (case({}),), times=3)
    run_limit(limit, [perfect], trials=2, seed=1, step=lambda: None)
    assert perfect.asked == ["ntt"] * 6


def test_signals_are_asked_of_who_hears_their_system() -> None:
    row = next(one for one in limits() if one.system == "r1")
    result = run_limit(row, [Deaf(), Stubborn()], trials=2, seed=1, step=lambda: None)
    assert result.id == f"mf/{row.id}"
    assert list(result.tallies) == ["deaf"]
    assert result.tallies["deaf"].sent == 15 * 2 * len(row.cases)
    assert sorted(result.tallies["deaf"].missed)[-1] == "STP"


def test_who_hears_no_tones_is_not_in_their_rows() -> None:
    row = progress_rows()[0]
    result = run_progress(row, [Deaf(), Stubborn()], trials=1, seed=1, step=lambda: None)
    assert list(result.tallies) == ["deaf"]
    assert result.tallies["deaf"].sent == len(row.offs)
    assert result.id == f"progress/{row.id}"
    assert "frequency -0.5 %, cadence -5 %, level +0 dB" in [text for text, _ in result.cases]


def test_who_is_not_told_of_a_tone_is_not_in_its_rows() -> None:
    row = next(one for one in progress_rows() if one.id == "g711/off_hook_warning")
    result = run_progress(row, [Deaf()], trials=1, seed=1, step=lambda: None)
    assert result.tallies == {}
    assert result.met("deaf") is None


def test_a_receiver_is_told_whose_tones_to_hear() -> None:
    plans: list[str] = []

    class Asked(Deaf):
        def tones(self, audio: Pcm, plan: str) -> list[Heard]:
            plans.append(plan)
            return []

    for name in ("g711/busy", "g711/uk.busy"):
        row = next(one for one in progress_rows() if one.id == name)
        run_progress(row, [Asked()], trials=1, seed=1, step=lambda: None)
    assert plans == ["north_america", "uk"]


def test_a_sweep_has_a_tally_for_each_value() -> None:
    sweep = next(one for one in sweeps() if one.id == "pause")
    result = run_sweep(sweep, [Stubborn()], trials=1, seed=1, step=lambda: None)
    assert len(result.tallies["stubborn"]) == len(sweep.values)
    assert {tally.sent for tally in result.tallies["stubborn"]} == {32}
    assert result.met("stubborn") is False


def swept(found: list[int], extra: dict[int, str] | None = None) -> SweepResult:
    """Return a sweep of frequencies by step of 1.5 %, of 10 digits each, as it was heard."""
    from dataclasses import replace

    sweep = next(one for one in sweeps() if one.id == "frequency-low")
    values = tuple(-6 + 1.5 * place for place in range(len(found)))
    tallies = []
    for place, count in enumerate(found):
        tally = Tally(sent=10, found=count)
        tally.extra.update((extra or {}).get(place, ""))
        tallies.append(tally)
    return SweepResult(replace(sweep, values=values, cases=()), {"one": tuple(tallies)})


#                            -6 -4.5 -3 -1.5   0  1.5  3 4.5  6
GOOD = [0, 0, 4, 10, 10, 10, 9, 0, 0]


def test_how_wide_a_receiver_is() -> None:
    one = swept(GOOD)
    assert one.widest("one") == (-1.5, 1.5)
    assert one.reach("one") == (-3, 3)
    assert one.met("one") is True


def test_a_split_digit_is_not_within() -> None:
    one = swept(GOOD, {3: "5"})
    assert one.widest("one") == (0, 1.5)
    assert one.met("one") is False


def test_a_digit_where_none_may_be_misses() -> None:
    assert swept([0, 1, *GOOD[2:]]).met("one") is False
    assert swept(GOOD, {8: "5"}).met("one") is False
    assert swept([0, 0, 4, 9, 10, 10, 9, 0, 0]).met("one") is False


def test_a_deaf_receiver_is_nowhere() -> None:
    one = swept([0] * 9)
    assert one.widest("one") is None
    assert one.reach("one") is None
