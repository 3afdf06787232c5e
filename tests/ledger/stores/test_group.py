"""Group commit: one leader at a time, everybody served, errors to whom they belong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from securecall.errors import StoreUnsure
from securecall.ledger.stores import group as group_module
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


def test_a_leader_waits_for_as_many_as_came_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_module, "GAP_S", 30)
    sizes: list[int] = []

    def run(items: list[Item]) -> None:
        sizes.append(len(items))
        run_all(items)

    group = Group(run)
    group._wanted = 3
    assert together(group, [lambda _, n=n: n for n in range(3)]) == [0, 1, 2]  # type: ignore[misc]
    assert sizes == [3]


def test_a_leader_to_whom_nobody_comes_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    class Gate:
        def acquire(self, timeout: float = -1) -> bool:
            if timeout >= 0:
                waited.append(timeout)
            return True

    group = Group(run_all)
    group._wanted = 3
    monkeypatch.setattr(group_module, "Lock", Gate)
    assert [group.submit(lambda _, n=n: n, None) for n in range(5)] == [0, 1, 2, 3, 4]  # type: ignore[misc]
    assert waited == [group_module.GAP_S]


def test_an_interrupt_of_who_waits_leaves_nobody_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gate:
        """A lock that is interrupted when it is waited for, every third one of them."""

        made = 0

        def __init__(self) -> None:
            Gate.made += 1
            self.number, self.asked, self.lock = Gate.made, 0, threading.Lock()

        def acquire(self, timeout: float = -1) -> bool:
            self.asked += 1
            if self.asked == 2 and self.number % 3 == 0 and timeout < 0:
                raise KeyboardInterrupt
            return self.lock.acquire(timeout=timeout)

        def release(self) -> None:
            self.lock.release()

    def run(items: list[Item]) -> None:
        time.sleep(0.02)
        run_all(items)

    group = Group(run)
    monkeypatch.setattr(group_module, "Lock", Gate)
    found = together(group, [lambda _: "fine"] * 30)
    monkeypatch.undo()
    kinds = [type(each) for each in found]
    assert set(kinds) == {str, KeyboardInterrupt}
    assert group.submit(lambda _: "later", None) == "later"
