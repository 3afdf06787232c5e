"""Made when first asked for, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from securecall.rating.later import Later


def test_it_is_made_once_when_first_asked_for() -> None:
    made: list[int] = []
    later = Later(lambda: made.append(1) or len(made))
    assert made == []
    assert (later.value, later.value, made) == (1, 1, [1])
    assert Later.of("x").value == "x"


def test_many_threads_wait_for_the_one_that_makes_it() -> None:
    barrier = threading.Barrier(8)
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    later = Later(make)

    def ask(_: int) -> object:
        barrier.wait()
        return later.value

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {made[0]}
    assert len(made) == 1


def test_where_making_fails_the_next_one_tries_again() -> None:
    tries = iter([ValueError("not yet"), None])

    def make() -> str:
        if error := next(tries):
            raise error
        return "made"

    later = Later(make)
    with pytest.raises(ValueError, match="not yet"):
        _ = later.value
    assert later.value == "made"
