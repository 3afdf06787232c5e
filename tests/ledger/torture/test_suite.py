"""What is asked of the suite is what it does, and nonsense is refused before anything is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ledger.torture.alone import python_alone

from securecall.errors import InputError
from securecall.ledger.torture import NAMES, TARGETS, run, suite
from securecall.ledger.torture.part import Order, Outcome

Seen = list[tuple[str, Order]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Put parts in that only note what they are asked."""
    seen: Seen = []

    def noting(name: str) -> object:
        def part(order: Order) -> Outcome:
            seen.append((name, order))
            return Outcome(name, "times", done=1)

        return part

    monkeypatch.setattr(suite, "PARTS", {name: noting(name) for name in suite.PARTS})
    return seen


def test_all_parts_in_order_each_with_its_target(asked: Seen, tmp_path: Path) -> None:
    report = run(seed=3, folder=tmp_path)
    assert [(name, order.times) for name, order in asked] == list(TARGETS.items())
    assert {order.seconds for _, order in asked} == {None}
    assert {(order.seed, order.folder) for _, order in asked} == {(3, tmp_path)}
    assert report.as_dict()["ok"]


def test_targets_are_what_a_release_must_show() -> None:
    assert TARGETS["kill"] >= 2_000
    assert TARGETS["power"] >= 1_000
    assert TARGETS["fsync"] >= 200
    assert TARGETS["full"] > 0


def test_seconds_are_shared_out_among_the_parts_that_are_wanted(asked: Seen) -> None:
    run(seed=3, seconds=10, only=["kill", "clock"])
    assert [name for name, _ in asked] == ["kill", "clock"]
    assert sum(order.seconds or 0 for _, order in asked) == pytest.approx(10)
    assert {order.times for _, order in asked} == {None}


def test_with_power_goes_a_control_unless_all_is_weak(asked: Seen) -> None:
    run(seed=3, seconds=1, only=["power"])
    assert [(name, order.weak) for name, order in asked] == [("power", False), ("control", False)]
    asked.clear()
    run(seed=3, seconds=1, only=["power"], weaken=True)
    assert [(name, order.weak) for name, order in asked] == [("power", True)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"only": ["kil"]}, "did you mean 'kill'"),
        ({"only": ["control"]}, "a part must be one of kill, power, fsync"),
        ({"times": {"powr": 3}}, "did you mean 'power'"),
        ({"times": {"power": 0}}, "times of power must be 1 or more, not 0"),
        ({"seconds": 0}, "seconds must be more than 0"),
    ],
)
def test_nonsense_is_refused_by_name(options: dict[str, object], said: str, asked: Seen) -> None:
    with pytest.raises(InputError, match=said):
        run(seed=1, **options)  # type: ignore[arg-type]
    assert asked == []


def test_a_part_that_could_not_run_is_neither_held_nor_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(order: Order) -> Outcome:
        return Outcome("full", "full disks", not_run="not root")

    monkeypatch.setattr(suite, "PARTS", {**suite.PARTS, "full": refuse})
    report = run(seed=1, only=["full"])
    assert (report.faulty, len(report.not_run)) == ((), 1)
    found = report.as_dict()
    assert (found["ok"], found["parts"][0]["result"]) == (False, "not run")
    assert "full" in NAMES


def test_where_no_process_can_be_forked_nothing_is_run_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suite, "CAN_FORK", False)
    report = run(seed=1)
    assert [outcome.part for outcome in report.not_run] == list(suite.PARTS)
    assert not report.as_dict()["ok"]


def test_where_sqlite_hides_its_functions_what_needs_them_is_not_run() -> None:
    code = """
import json
from securecall.ledger.torture import run, vfs
def hidden():
    raise vfs.ShimMissing("it hides its functions")
vfs._library = hidden
found = run(seed=1, only=["power", "fsync", "clock", "processes"], times={"processes": 1})
parts = found.as_dict()["parts"]
print(json.dumps({part["part"]: [part["result"], part["not_run"]] for part in parts}))
"""
    why = ["not run", "it hides its functions"]
    assert json.loads(python_alone(code)) == {
        "power": why, "control": why, "fsync": why, "clock": why, "processes": ["held", ""],
    }  # fmt: skip
