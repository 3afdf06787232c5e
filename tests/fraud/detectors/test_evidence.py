"""What detectors of changes make of what network and trees say: limits, grades, silence."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from securecall.fraud.cues import VALUES, Heard
from securecall.fraud.detectors import DETECTORS, LineSwitch, NoiseAnomaly, ThreeWay
from securecall.fraud.detectors.evidence import (
    KINDS,
    SCORES,
    TREES_LEAST,
    ByEvidence,
    at_operating_point,
)
from securecall.fraud.forest import FAMILIES, evidence
from securecall.fraud.recurrent import network


class View:
    """A call with legs, and nothing else that these detectors ask for."""

    legs: ClassVar[tuple[str, ...]] = ("called", "calling")


class OneLeg(View):
    """A call of which only the facility's leg is heard."""

    legs = ("calling",)


def change(
    log_odds: float, at_ms: float = 60_000.0, leg: str = "called", trees: float = 99.0,
    **numbers: Any,
) -> Heard:  # fmt: skip
    """Return a change with such log odds of every kind, by the network and by the trees."""
    values = [float(numbers.get(name, 0.0)) for name in VALUES["change"]]
    values += [trees] * len(KINDS) + [log_odds] * len(KINDS)
    return Heard(at_ms, leg, "change", at_ms - 4000.0, None, tuple(values))


class Certain(ThreeWay):
    """A detector whose limits are known."""

    alert_log_odds = 1.0
    disconnect_log_odds = 3.0


def test_the_engine_and_the_file_have_the_same_kinds() -> None:
    assert KINDS == ("three_way", "call_forwarding", "line_switch", "noise_anomaly")
    assert set(KINDS) <= set(DETECTORS)
    assert len(VALUES["change"]) == SCORES


@pytest.mark.parametrize("maker", [ThreeWay, LineSwitch, NoiseAnomaly])
def test_only_what_passes_the_limit_is_told_and_once(maker: type[ByEvidence]) -> None:
    detector: Any = maker()
    view: Any = View()
    least = maker.alert_log_odds
    assert not detector.hear(change(least - 0.01), view)
    [found] = detector.hear(change(least + 0.01), view)
    assert (found.kind, found.grade, found.leg) == (maker.kind, "alert", "called")
    assert found.start_ms == 56_000.0
    assert found.cues["log_odds_least"] == least
    assert 0.0 < found.probability < 1.0
    assert not detector.hear(change(least + 0.1, 60_500.0), view)
    assert not detector.hear(change(least + 0.1, 89_999.0), view)
    assert detector.hear(change(least + 0.1, 90_000.0), view)


def test_the_operating_point_may_be_lower_or_higher_than_an_alert() -> None:
    kind = network().kinds["noise_anomaly"]
    middle = (kind.told + kind.alert) / 2
    view: Any = View()
    lax: Any = at_operating_point(NoiseAnomaly, kind.probability(kind.told))()
    [found] = lax.hear(change(middle), view)
    assert (found.grade, found.cues["log_odds_least"]) == ("note", pytest.approx(kind.told))
    assert not NoiseAnomaly().hear(change(middle), view)
    strict: Any = at_operating_point(NoiseAnomaly, kind.probability(kind.alert + 1))()
    assert not strict.hear(change(kind.alert + 0.5), view)
    [found] = strict.hear(change(kind.alert + 1.1), view)
    assert found.grade == "alert"
    assert at_operating_point(DETECTORS["keypad"], 0.5)() == DETECTORS["keypad"]()
    assert at_operating_point(NoiseAnomaly, None)() == NoiseAnomaly()


def test_the_facilitys_leg_is_not_judged_beside_the_other_one() -> None:
    detector: Any = ThreeWay()
    assert not detector.hear(change(9.0, leg="calling"), View())
    assert detector.hear(change(9.0, leg="calling"), OneLeg())


def test_a_three_way_call_ends_a_call_only_by_its_act_and_its_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view: Any = View()
    behind = {"kind": 1.0, "after_s": 2.0, "lead_flash_s": 0.0}

    def heard_from(*sources: str) -> None:
        monkeypatch.setattr("securecall.fraud.forest.Weighed.sources", lambda *_: sources)

    heard_from("clicks", "hold", "noise")
    detector: Any = Certain()
    [first] = detector.hear(change(3.5, kind=2.0, run_s=3.0, lead_flash_s=0.0), view)
    [second] = detector.hear(change(3.5, 70_000.0, **behind), view)
    assert (first.grade, second.grade) == ("alert", "disconnect"), "a hold alone ends nothing"
    assert not detector.hear(change(3.5, 71_000.0, **behind), view)
    late: Any = Certain()
    late.hear(change(1.5, **behind), view)
    assert not late.hear(change(3.5, 62_000.0, **{**behind, "after_s": 9.0}), view)
    for sources in (("clicks", "hold"), ("noise", "voice"), ("clicks",), ()):
        heard_from(*sources)
        [found] = Certain().hear(change(9.0, **behind), view)
        assert found.grade == "alert"


def test_what_grows_certain_too_late_is_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("securecall.fraud.forest.Weighed.sources", lambda *_: ("clicks", "voice"))
    view: Any = View()
    behind = {"kind": 1.0, "after_s": 2.0, "lead_flash_s": 0.0}
    detector: Any = Certain()
    detector.hear(change(1.5, **behind), view)
    [found] = detector.hear(change(3.5, 60_000.0 + 30_001.0, **behind), view)
    assert found.grade == "disconnect", "half a minute later it is a new event"
    assert found.start_ms > 80_000


def test_what_the_trees_speak_against_is_not_told() -> None:
    view: Any = View()
    assert not NoiseAnomaly().hear(change(9.0, trees=TREES_LEAST - 0.01), view)
    assert NoiseAnomaly().hear(change(9.0, trees=TREES_LEAST), view)


def test_a_call_ends_only_if_the_trees_are_sure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("securecall.fraud.forest.Weighed.sources", lambda *_: ("clicks", "voice"))
    view: Any = View()
    behind = {"kind": 1.0, "after_s": 2.0, "lead_flash_s": 0.0}
    sure = evidence().kinds["three_way"].disconnect
    for trees, grade in ((sure - 0.01, "alert"), (sure, "disconnect")):
        [found] = Certain().hear(change(3.5, trees=trees, **behind), view)
        assert found.grade == grade


def test_other_kinds_never_end_a_call() -> None:
    for maker in (LineSwitch, NoiseAnomaly, DETECTORS["call_forwarding"]):
        detector: Any = maker()
        [found] = detector.hear(change(50.0), View())
        assert found.grade == "alert"


def test_a_finding_says_which_numbers_weighed_and_how_much() -> None:
    detector: Any = ThreeWay()
    heard = change(9.0, kind=1.0, run_s=7.5, run_floor_db=-9.0, lead_flash_s=0.5, flash_ms=600.0)
    [found] = detector.hear(heard, View())
    weighed = evidence().kinds["three_way"].weigh(heard.values)
    name, part = weighed.parts[0]
    assert found.cues[name] == heard.number(name)
    assert found.cues[f"{name}_log_odds"] == part
    assert found.cues["log_odds"] == 9.0
    assert found.cues["trees_log_odds"] == weighed.log_odds
    assert found.detail.startswith("hold of 7.5 s, flash; ")
    assert set(found.sources) <= set(FAMILIES)


def test_what_is_remembered_can_be_saved() -> None:
    detector: Any = ThreeWay()
    detector.hear(change(9.0), View())
    other: Any = ThreeWay()
    other.load(detector.save())
    assert other == detector
    assert not other.hear(change(9.0, 70_000.0), View())
