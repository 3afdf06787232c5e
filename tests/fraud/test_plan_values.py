"""Plans as plain values."""

from __future__ import annotations

import json

import pytest

from securecall.errors import InputError
from securecall.fraud.plan_values import plan_told, told_plan
from securecall.fraud.tones import plan, plan_names


@pytest.mark.parametrize("name", plan_names())
def test_a_plan_comes_back(name: str) -> None:
    told = json.loads(json.dumps(told_plan(plan(name))))
    assert plan_told(told) == plan(name)


def test_a_name_stays_a_name() -> None:
    assert plan_told(told_plan("uk")) == "uk"
    assert plan_told(told_plan(None)) is None


def test_a_name_that_is_gone_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'uk'"):
        plan_told("uuk")
