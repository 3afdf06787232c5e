"""Worker processes: results, errors, deaths, and nobody left behind."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.spread.works import Doing, wait_for

from securecall.errors import InputError, SpreadError
from securecall.spread.crew import processors, run_tasks


def outcomes(path: Path, tasks: list[dict[str, Any]], **options: Any) -> dict[int, Any]:
    return {
        one.index: one.result if one.error is None else one.error
        for one in run_tasks(Doing(path), tasks, **{"workers": 2, **options})
    }


def began(path: Path, name: str) -> int:
    return len(list(path.glob(f"{name}-*")))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that ended and was not waited for is still a name.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"


def workers(path: Path) -> list[int]:
    return [int(one.name.split("-")[1]) for one in path.glob("started-*")]


def test_every_task_has_its_result(tmp_path: Path) -> None:
    tasks = [{"name": f"t{n}", "value": n * n} for n in range(20)]
    assert outcomes(tmp_path, tasks) == {n: n * n for n in range(20)}
    assert len(workers(tmp_path)) == 2
    assert outcomes(tmp_path, []) == {}


def test_no_more_workers_than_tasks(tmp_path: Path) -> None:
    assert outcomes(tmp_path, [{"value": 7}], workers=16) == {0: 7}
    assert len(workers(tmp_path)) == 1


def test_a_killed_worker_costs_its_task_a_try_and_nothing_else(tmp_path: Path) -> None:
    tasks = [{"name": f"t{n}", "value": n, "kills": 2 if n == 3 else 0} for n in range(8)]
    assert outcomes(tmp_path, tasks) == {n: n for n in range(8)}
    assert [began(tmp_path, f"t{n}") for n in range(8)] == [1, 1, 1, 3, 1, 1, 1, 1]


def test_a_task_that_always_kills_is_given_up_with_the_reason(tmp_path: Path) -> None:
    tasks = [{"name": "deadly", "kills": 99}, *({"value": n} for n in range(5))]
    found = outcomes(tmp_path, tasks, tries=2)
    error = found.pop(0)
    assert isinstance(error, SpreadError)
    assert str(error) == "its worker was ended by signal 9 (SIGKILL), 2 times"
    assert found == {n + 1: n for n in range(5)}
    assert began(tmp_path, "deadly") == 2
    (error,) = outcomes(tmp_path, [{"exit": 3}], tries=1).values()
    assert str(error) == "its worker was ended by exit code 3, 1 times"


def test_what_is_ours_comes_back_as_it_was_and_is_not_tried_again(tmp_path: Path) -> None:
    found = outcomes(tmp_path, [{"name": "w", "wrong": "no such number"}, {"value": 1}])
    assert isinstance(found[0], InputError)
    assert (str(found[0]), found[1]) == ("no such number", 1)
    assert began(tmp_path, "w") == 1


def test_a_bug_comes_back_with_where_it_was_and_is_not_tried_again(tmp_path: Path) -> None:
    found = outcomes(tmp_path, [{"name": "b", "bug": "oh"}, {"value": 1}])
    assert isinstance(found[0], SpreadError)
    assert "ZeroDivisionError: oh" in str(found[0])
    assert "works.py" in str(found[0])
    assert began(tmp_path, "b") == 1


def test_want_of_room_is_tried_again(tmp_path: Path) -> None:
    assert outcomes(tmp_path, [{"name": "f", "full": 2, "value": "fits"}]) == {0: "fits"}
    assert began(tmp_path, "f") == 3
    (error,) = outcomes(tmp_path, [{"name": "g", "full": 9}]).values()
    assert "No space left on device" in str(error)
    assert began(tmp_path, "g") == 3


def test_what_the_work_prints_is_no_reply(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    assert outcomes(tmp_path, [{"print": "hello", "value": 1}]) == {0: 1}
    assert capfd.readouterr() == ("", "hello\n")


def test_what_a_lost_try_had_told_is_taken_back(tmp_path: Path) -> None:
    told: Counter[int] = Counter()

    def tell(index: int, count: int) -> None:
        told[index] += count

    outcomes(tmp_path, [{"name": "f", "full": 2}, {"name": "k", "kills": 1}], tell=tell)
    assert all(0 <= count <= 1 for count in told.values())


def test_who_stops_asking_leaves_no_worker_behind(tmp_path: Path) -> None:
    never = str(tmp_path / "never")
    run = run_tasks(Doing(tmp_path), [{"value": 1}, *[{"until": never}] * 4], workers=2)
    assert next(run).result == 1
    wait_for(lambda: len(workers(tmp_path)) == 2)
    run.close()
    assert [pid for pid in workers(tmp_path) if alive(pid)] == []


def test_a_worker_killed_from_outside_is_replaced(tmp_path: Path) -> None:
    go = tmp_path / "go"
    tasks = [{"name": f"t{n}", "until": str(go), "value": n} for n in range(6)]

    def kill_one() -> None:
        wait_for(lambda: len(workers(tmp_path)) == 2 and began(tmp_path, "t1"))
        os.kill(workers(tmp_path)[0], signal.SIGKILL)
        wait_for(lambda: len(workers(tmp_path)) == 3)
        go.touch()

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert outcomes(tmp_path, tasks) == {n: n for n in range(6)}
    killer.join()
    assert sum(began(tmp_path, f"t{n}") for n in range(6)) == 7


def test_work_that_cannot_travel_is_told_at_once(tmp_path: Path) -> None:
    class Here(Doing):
        pass

    with pytest.raises((AttributeError, TypeError), match="Here"):
        next(run_tasks(Here(tmp_path), [{}], workers=1))
    assert workers(tmp_path) == []


def test_a_worker_has_settings_of_its_own_unless_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("MIMALLOC_PURGE_DELAY", "7")
    tasks = [{"setting": "OPENBLAS_NUM_THREADS"}, {"setting": "MIMALLOC_PURGE_DELAY"}]
    assert outcomes(tmp_path, tasks) == {0: "1", 1: "7"}


def test_there_is_a_processor() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)
