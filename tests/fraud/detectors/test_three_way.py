"""Three-way calls: when they are told, in which words, and that two sources may end a call."""

from __future__ import annotations

from tests.fraud.detectors.changes import CALL, change

from securecall.fraud import CallMonitor
from securecall.fraud.bench import Simulator
from securecall.fraud.bench.listener import listen
from securecall.fraud.detectors import ThreeWay
from securecall.fraud.forest import evidence

LIMITS = evidence().kinds["three_way"]


def test_words_say_how_long_the_hold_was_and_that_a_flash_led_into_it() -> None:
    told = {"three_way": LIMITS.alert + 0.1, "run_s": 6.5, "kind": 1.0}
    (found,) = ThreeWay().hear(change(60_000, lead_flash_s=0.5, **told), CALL)
    assert found.detail.startswith("hold of 6.5 s, flash; ")
    (found,) = ThreeWay().hear(change(60_000, lead_flash_s=60.0, **told), CALL)
    assert found.detail.startswith("hold of 6.5 s; ")
    (found,) = ThreeWay().hear(change(60_000, three_way=LIMITS.alert + 0.1), CALL)
    assert found.detail.startswith("no hold")


def test_the_limit_of_a_disconnect_is_beyond_that_of_an_alert() -> None:
    assert LIMITS.told <= LIMITS.alert < LIMITS.disconnect < 99


def test_a_three_way_call_of_the_bench_is_found_before_the_third_one_speaks() -> None:
    call = Simulator(seed=1, call_s=90).call(45)
    (truth,) = [label for label in call.labels if label.kind == "three_way"]
    heard = listen(CallMonitor(legs=("called", "calling"), detectors=["three_way"]), call).heard
    found = [one for one in heard if one.kind == "three_way"]
    assert found
    assert truth.evident_s < found[0].detected_ms / 1000 < truth.last_s
    for one in found:
        assert one.cues["log_odds"] >= one.cues["log_odds_least"]
