"""The public face of the package."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from securecall import regulation
from securecall.regulation import (
    Rules,
    ceiling,
    consider,
    fee_rule,
    inactivity_days,
    per_call_rule,
)

USUAL = {
    "medium": "audio",
    "jurisdiction": "intrastate",
    "facility_kind": "jail",
    "adp": 120,
    "bill_type": "prepaid",
    "state": "TX",
}
MODULES = [
    "securecall.regulation",
    *(f"securecall.regulation.{one.name}" for one in pkgutil.iter_modules(regulation.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_of_a_docstring_runs(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_face_of_the_promise_is_keyword_only_with_these_names() -> None:
    parameters = inspect.signature(ceiling).parameters
    assert list(parameters)[:13] == [
        "at",
        "medium",
        "jurisdiction",
        "facility_kind",
        "adp",
        "bill_type",
        "state",
        "known_at",
        "destination",
        "termination_per_minute",
        "relay",
        "commission",
        "additive",
    ]
    assert all(one.kind is one.KEYWORD_ONLY for one in parameters.values())
    assert inspect.signature(consider).parameters == parameters


def test_a_none_can_be_explained() -> None:
    asked = {**USUAL, "at": date(2025, 7, 1)}
    assert ceiling(**asked) is None
    found = consider(**asked)
    assert found.ceiling is None
    assert "for interstate calls" in {one.reason for one in found.candidates}


def test_at_may_be_an_aware_datetime_or_milliseconds() -> None:
    for at in (date(2026, 4, 6), datetime(2026, 4, 6, tzinfo=UTC), 1_775_433_600_000):
        found = ceiling(**USUAL, at=at)
        assert found is not None
        assert found.per_minute == Decimal("0.13")


def test_known_at_asks_what_was_believed() -> None:
    asked = {**USUAL, "at": date(2026, 5, 1)}
    assert ceiling(**asked, known_at=date(2025, 12, 4)) is None
    believed = ceiling(**asked, known_at=date(2025, 6, 29))
    assert believed is not None
    assert believed.source == "FCC2024"


def test_known_at_also_turns_rules_of_one_s_own() -> None:
    asked = {**USUAL, "at": date(2026, 5, 1), "rules": Rules.default()}
    assert ceiling(**asked, known_at=date(2025, 12, 4)) is None
    assert ceiling(**asked) is not None


def test_the_smaller_questions_have_the_same_knowledge() -> None:
    late, early = date(2026, 5, 1), date(2022, 1, 1)
    assert inactivity_days(late) == 180
    assert inactivity_days(late, known_at=early) is None
    who = {"facility_kind": "jail", "adp": 120}
    call = {"medium": "audio", "jurisdiction": "intrastate"}
    assert per_call_rule(at=late, **call, **who) is not None
    assert per_call_rule(at=late, **call, **who, known_at=early) is None
    assert fee_rule("paper_bill", at=late, **who).forbidden
    assert fee_rule("paper_bill", at=late, **who, known_at=early).cap == Decimal("2.00")


def test_importing_is_cheap_and_pulls_in_nothing_heavy() -> None:
    line = (
        "import sys; import securecall.regulation as r; r.Rules.default();"
        "print([m for m in ('numpy', 'pyarrow', 'pandas', 'numba') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", line], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_package_imports_only_errors_money_and_notebook_of_the_library() -> None:
    for path in Path(regulation.__path__[0]).glob("*.py"):
        for line in path.read_text().splitlines():
            words = line.split()
            if words[:1] in (["from"], ["import"]) and words[1].startswith("securecall"):
                assert words[1].startswith(
                    (
                        "securecall.regulation",
                        "securecall.errors",
                        "securecall.money",
                        "securecall.notebook",
                    )
                )
