"""Plans: every sort of attempt and of call comes up, and the same one again for the same call."""

from __future__ import annotations

from tests.calls.day.days import quiet

from securecall.calls.day.caller import caller_of
from securecall.calls.day.plan import attempt_of, plan_of


def test_a_call_has_one_plan() -> None:
    assert plan_of(1, "c-1") == plan_of(1, "c-1")
    assert plan_of(1, "c-1") != plan_of(2, "c-1")


def test_every_sort_of_call_comes_up() -> None:
    plans = [plan_of(1, f"c-{n}") for n in range(1_500)]
    assert {each.answers for each in plans} == {
        "answers", "silence", "busy", "abandoned", "invalid", "fails",
    }  # fmt: skip
    assert {each.prompt for each in plans} == {"1", "9", "7", "", "caller", "gone"}
    assert {each.ends for each in plans} == {"caller", "called", "dropped", "media", "staff"}
    assert any(each.pause_at_ms is not None for each in plans)
    assert any(each.digits_at_ms is not None for each in plans)


def test_every_sort_of_attempt_comes_up_and_only_some_are_privileged() -> None:
    setting = quiet(callers=1_500)
    made = [
        attempt_of(1, caller_of(setting, n), 0, terminal="A-0000", again=0) for n in range(1_500)
    ]
    attempts = [attempt for attempt, _ in made]
    assert any(each.relay == "trs" for each in attempts)
    assert any(each.medium == "video" for each in attempts)
    assert any(each.accounts == () for each in attempts)
    assert any(each.person == "p-unknown" for each in attempts)
    assert any(each.pin is None for each in attempts)
    assert any(len(each.accounts) == 2 for each in attempts)
    assert any(not each.number.startswith("+") for each in attempts)
    assert 60 < sum(privileged for _, privileged in made) < 200


def test_who_tries_again_keys_his_pin_right() -> None:
    setting = quiet(callers=400)
    for n in range(400):
        caller = caller_of(setting, n)
        attempt, _ = attempt_of(1, caller, 0, terminal="A-0000", again=1)
        assert attempt.pin == caller.pin
