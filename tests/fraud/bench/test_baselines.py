"""Baselines find what they were written for, and on plain talk what they should not."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from tests.fraud.bench.happening import call_with, draft_of, happened

from securecall.errors import BuildError
from securecall.fraud.bench import positives
from securecall.fraud.bench.baselines import (
    BASELINES,
    Click,
    Energy,
    HalfSpaceTrees,
    Silence,
    Tones,
)
from securecall.fraud.bench.listener import listen
from securecall.fraud.bench.score import Record, judged


@pytest.mark.parametrize("rule", [Click, Energy, Silence])
def test_a_flash_is_found_by_every_rule(rule: type[Click]) -> None:
    found = 0
    for seed in range(4):
        call = call_with(happened(positives.three_way_analogue, at_s=20, seed=seed), seed=seed)
        heard = listen(rule(), call).heard
        record = Record(0, call.seconds, call.labels, heard)
        found += any(one.verdict == "found" for one in judged(record))
    assert found >= 3


@pytest.mark.parametrize("rule", [Energy, Silence])
def test_plain_talk_costs_disconnects(rule: type[Click]) -> None:
    heard = listen(rule(), call_with(draft_of(120))).heard
    assert heard
    assert {one.grade for one in heard} == {"disconnect"}


@pytest.mark.parametrize("rule", [Click, Energy, Silence])
def test_pieces_do_not_matter(rule: type[Click]) -> None:
    samples = call_with(draft_of(60)).legs["called"]
    whole = rule().feed(samples.tobytes(), leg="called")
    parts, one = [], rule()
    for at in range(0, len(samples), 333):
        parts += one.feed(samples[at : at + 333].tobytes(), leg="called")
    assert parts == whole


def test_ears_alone_find_keys_and_call_waiting() -> None:
    for happening, kind in (
        (positives.keypad_dtmf, "keypad"),
        (positives.waiting_sas, "call_waiting"),
        (positives.forwarding_sit, "call_forwarding"),
    ):
        call = call_with(happened(happening, at_s=35, seconds=60))
        heard = listen(Tones(), call)
        record = Record(0, call.seconds, call.labels, heard.heard)
        assert [one for one in judged(record) if one.heard.kind == kind and one.verdict == "found"]
        assert heard.state_bytes is not None


class _Trees:
    """Stands in for river's: surprised by what is much louder than the mean."""

    def __init__(self, **told: object) -> None:
        self.seen: list[float] = []

    def score_one(self, features: dict[str, float]) -> float:
        return float(features["level"] > np.mean(self.seen) + 20) if self.seen else 0.0

    def learn_one(self, features: dict[str, float]) -> None:
        self.seen.append(features["level"])


def test_trees_tell_surprises_once_they_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "river", ModuleType("river"))
    module = ModuleType("river.anomaly")
    module.HalfSpaceTrees = _Trees  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "river.anomaly", module)
    trees = HalfSpaceTrees()
    quiet = np.tile(np.array([30, -30], np.int16), 2000).tobytes()
    loud = np.tile(np.array([9000, -9000], np.int16), 2000).tobytes()
    assert not trees.feed(loud, leg="called")
    for _ in range(80):
        assert not trees.feed(quiet, leg="called")
    trees.feed_gap(500, leg="called")
    (event,) = trees.feed(loud, leg="called")
    assert event.detected_ms == 83 * 500
    assert not trees.feed(loud, leg="called")
    assert trees.finish() == []


def test_without_river_it_is_said_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("river", "river.anomaly"):  # the second may be loaded already
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(BuildError, match=r"pip install securecall\[river\]"):
        BASELINES["half_space_trees"]()
