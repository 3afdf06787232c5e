"""Checks: what was looked at, what was broken, what was never at stake."""

from __future__ import annotations

from securecall.calls.day.checks import FAULTS_MAX, INVARIANTS, Checks


def test_nothing_looked_at_is_not_broken_but_is_told() -> None:
    checks = Checks()
    assert checks.ok
    assert checks.unseen == tuple(INVARIANTS)


def test_one_fault_breaks_the_day() -> None:
    checks = Checks()
    checks.that("cutoff", True, "fine")
    checks.that("cutoff", False, "late")
    assert not checks.ok
    assert checks.broken == ("cutoff",)
    assert checks.found["cutoff"].faults == ["late"]


def test_many_faults_are_counted_and_the_first_are_told() -> None:
    checks = Checks()
    for n in range(100):
        checks.that("charge", False, str(n))
    assert checks.found["charge"].broken == 100
    assert len(checks.found["charge"].faults) == FAULTS_MAX
