"""What a live call costs: a frame of two legs, an idle turn of many calls, a whole short call.

How many calls one core holds in real time: ``python -m benchmarks.calls``.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.calls import START_MS, begin, heard, sessions_of, silent, sound


def test_a_frame_of_two_legs(benchmark: Any) -> None:
    called, calling = sound(1, 30)[0]
    session = begin(sessions_of(1, monitor={"legs": ("called", "calling")}), 0, START_MS)
    place = [0]

    def feed() -> None:
        at = place[0] = (place[0] + 1) % len(called)
        session.feed(called[at])
        session.feed(calling[at], "calling")

    benchmark(feed)
    assert session.running


@pytest.mark.parametrize("calls", [1, 1_000])
def test_an_idle_turn(benchmark: Any, calls: int) -> None:
    sessions = sessions_of(calls, monitor=None)
    for number in range(calls):
        begin(sessions, number, START_MS, monitor=False)
    sessions.tick(START_MS + 1)
    benchmark.extra_info["calls"] = calls
    assert benchmark(sessions.tick, START_MS + 2) == []


def test_a_whole_call_without_sound(benchmark: Any) -> None:
    sessions = sessions_of(1, monitor=None)
    at_ms = [START_MS]

    def call() -> None:
        at_ms[0] += 20
        session = begin(sessions, 0, at_ms[0], monitor=False)
        session.hang_up(at_ms[0] + 10)

    benchmark.pedantic(call, rounds=20, iterations=1)
    assert len(sessions) == 0


def test_calls_hold_in_real_time() -> None:
    for figures in (heard(20, 1, sound(1, 30)), silent(100, 1)):
        assert len(figures.turns_ms) == 50
        assert figures.actions > 0
