"""Group commit: one leader at a time, everybody served, errors to whom they belong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from securecall.errors import StoreUnsure
from securecall.ledger.stores.group import Group, Item


def run_all(items: list[Item]) -> None:
    for item in items:
        try:
            item.answer = item.job(None)
        except ValueError as error:
            item.error = error


def together(group: Group, jobs: list[Callable[[object], object]]) -> list[object]:
    found: list[object] = [None] * len(jobs)

    def work(place: int) -> None:
        try:
            found[place] = group.submit(jobs[place], f"r{place}")
        except BaseException as error:
            found[place] = error

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return found


def test_jobs_that_wait_are_run_in_one_group() -> None:
    sizes: list[int] = []

    def run(items: list[Item]) -> None:
        sizes.append(len(items))
        time.sleep(0.02)
        run_all(items)

    found = together(Group(run), [lambda _, n=n: n * n for n in range(40)])  # type: ignore[misc]
    assert found == [n * n for n in range(40)]
    assert sum(sizes) == 40
    assert len(sizes) < 40


def test_an_error_goes_to_whom_it_belongs() -> None:
    def bad(_: object) -> object:
        raise ValueError("bad")

    found = together(Group(run_all), [bad if n % 3 == 0 else (lambda _: "fine") for n in range(12)])
    assert [isinstance(each, ValueError) for each in found] == [n % 3 == 0 for n in range(12)]


def test_an_interrupt_of_the_leader_is_no_answer_to_the_others() -> None:
    calls = 0

    def run(items: list[Item]) -> None:
        nonlocal calls
        calls += 1
        time.sleep(0.05)
        if len(items) > 1:
            raise KeyboardInterrupt
        run_all(items)

    found = together(Group(run), [lambda _: "fine"] * 6)
    kinds = {type(each) for each in found}
    assert kinds <= {str, KeyboardInterrupt, StoreUnsure}
    assert StoreUnsure in kinds


def test_after_an_interrupt_the_next_caller_leads() -> None:
    def broken(items: list[Item]) -> None:
        raise KeyboardInterrupt

    group = Group(broken)
    with pytest.raises(KeyboardInterrupt):
        group.submit(lambda _: None, None)
    group._run = run_all
    assert group.submit(lambda _: 5, None) == 5
