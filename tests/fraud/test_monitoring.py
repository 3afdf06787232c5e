"""What monitors share: plans that are widened, states that are sealed."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.errors import InputError, InputTypeError
from securecall.fraud import CallMonitor
from securecall.fraud.cues import Heard
from securecall.fraud.detectors import Keypad
from securecall.fraud.monitoring import heard_plan, leg_numbers, unsealed
from securecall.fraud.tones import TonePlan, plan


class TestPlans:
    def test_north_america_is_the_plan_for_monitors(self) -> None:
        assert heard_plan("north_america") == heard_plan(plan("north_america")) == "monitor"

    def test_others_keep_their_tones_and_hear_alerts_beside(self) -> None:
        wide = heard_plan("uk")
        assert wide.tones[: len(plan("uk").tones)] == plan("uk").tones
        names = [tone.name for tone in wide]
        assert len(names) == len(set(names))
        assert {"call_waiting_cellular", "cas", "sf_2600", "sit_vc"} <= set(names)
        own = TonePlan("own", "ours", plan("uk").tones[:1])
        assert heard_plan(own).tones[0] == own.tones[0]

    def test_none_is_none(self) -> None:
        assert heard_plan(None) is None


def test_legs_have_the_order_of_the_engine() -> None:
    assert list(leg_numbers(["calling", "called"]).items()) == [("called", 0), ("calling", 1)]


class Odd:
    """A detector that remembers what JSON has no word for."""

    kind = "odd"
    hears = ("dtmf",)

    def hear(self, item: Heard, call: Any) -> list[Any]:
        return []

    def save(self) -> Any:
        return {1, 2}

    def load(self, saved: Any) -> None:
        raise AssertionError


class TestStates:
    def test_parameters_are_in_them(self) -> None:
        told, engine = unsealed(CallMonitor(encoding="alaw", report_ends=True).save())
        assert told["parameters"]["encoding"] == "alaw"
        assert told["parameters"]["report_ends"] is True
        assert engine

    def test_memories_must_be_plain(self) -> None:
        with pytest.raises(InputTypeError, match="what JSON takes"):
            CallMonitor(detectors=[Odd]).save()

    def test_a_detector_that_has_learnt_more_since_is_refused(self) -> None:
        class Before(Keypad):
            def save(self) -> Any:
                return {"digits": []}

        saved = CallMonitor(detectors=[Before]).save()
        with pytest.raises(InputError, match="another version of a detector"):
            CallMonitor.restore(saved, detectors=[Keypad])

    def test_detectors_of_ones_own_must_be_given_again(self) -> None:
        class Plain(Odd):
            def save(self) -> Any:
                return [1, 2]

            def load(self, saved: Any) -> None:
                assert saved == [1, 2]

        saved = CallMonitor(detectors=[Plain]).save()
        with pytest.raises(InputError, match="give the same detectors to restore"):
            CallMonitor.restore(saved)
        assert CallMonitor.restore(saved, detectors=[Plain]).save() == saved
