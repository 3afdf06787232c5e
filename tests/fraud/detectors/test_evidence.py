"""What the detectors of changes share: limits, quiet behind what was told, two sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from tests.fraud.detectors.changes import CALL, change

from securecall.fraud.detectors import evidence
from securecall.fraud.forest import Weighed


@dataclass(slots=True)
class Sharp(evidence.ByEvidence):
    kind: ClassVar[str] = "three_way"
    alert_log_odds: ClassVar[float] = 2.0
    disconnect_log_odds: ClassVar[float | None] = 4.0


def weighing(monkeypatch: pytest.MonkeyPatch, *parts: tuple[str, float]) -> None:
    """Have trees find these parts, whatever there is."""
    made = Weighed(sum(part for _, part in parts), parts)
    kind = evidence.evidence().kinds["three_way"]
    monkeypatch.setattr(type(kind), "weigh", lambda self, values: made)


TWO = (("since_flash_s", 3.0), ("run_floor_db", 2.0))
ONE = (("since_flash_s", 3.0), ("flash_ms", 2.0), ("run_floor_db", 0.1))


def test_below_the_limit_and_on_the_other_leg_there_is_nothing() -> None:
    one = Sharp()
    assert list(one.hear(change(10_000, three_way=1.99), CALL)) == []
    assert list(one.hear(change(10_000, leg="calling", three_way=9.0), CALL)) == []
    assert len(one.hear(change(10_000, three_way=2.0), CALL)) == 1


def test_what_was_told_is_not_told_again_until_it_is_certain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weighing(monkeypatch, *TWO)
    one = Sharp()
    strengths = [(10_000, 2.5), (10_500, 3.0), (11_000, 4.5), (11_500, 5.0), (45_000, 2.5)]
    told = [
        (found.grade, at)
        for at, odds in strengths
        for found in one.hear(change(at, three_way=odds), CALL)
    ]
    assert told == [("alert", 10_000), ("disconnect", 11_000), ("alert", 45_000)]


def test_one_source_ends_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    weighing(monkeypatch, *ONE)
    (found,) = Sharp().hear(change(10_000, three_way=9.0), CALL)
    assert (found.grade, tuple(found.sources)) == ("alert", ("clicks",))
    weighing(monkeypatch, *TWO)
    (found,) = Sharp().hear(change(10_000, three_way=9.0), CALL)
    assert (found.grade, tuple(found.sources)) == ("disconnect", ("clicks", "hold"))


def test_each_number_that_weighed_stands_with_its_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    weighing(monkeypatch, *TWO)
    (found,) = Sharp().hear(change(10_000, three_way=3.0, run_floor_db=-9.0), CALL)
    assert found.cues["run_floor_db"] == -9.0
    assert found.cues["run_floor_db_log_odds"] == 2.0
    assert found.cues["log_odds_least"] == 2.0
    assert found.cues["log_odds"] == 5.0


def test_it_is_remembered_what_was_told() -> None:
    one, other = Sharp(), Sharp()
    assert one.hear(change(10_000, three_way=3.0), CALL)
    other.load(one.save())
    assert list(other.hear(change(12_000, three_way=3.0), CALL)) == []
