"""A whole day: it keeps every invariant, is the same again, and a library that errs is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.calls.day.days import day, quiet, usual

from securecall.calls.actions import Disconnect
from securecall.calls.day.page import day_page
from securecall.calls.day.run import Day, run_day
from securecall.calls.held import HeldCall
from securecall.calls.number_rules import NumberFacts
from securecall.calls.progress import CallInProgress
from securecall.calls.session import Session
from securecall.calls.sessions import Sessions
from securecall.ledger.ledger import Ledger
from securecall.ledger.values.calls import Settlement

FEW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(
    seed=st.integers(0, 10**6), callers=st.integers(1, 120), hours=st.sampled_from([0.5, 3.0, 16.0])
)
def test_every_day_keeps_every_invariant(seed: int, callers: int, hours: float) -> None:
    result = day(quiet(seed, callers, hours))
    assert result.checks.broken == ()
    assert sum(result.tally.endings.values()) == sum(result.tally.outcomes.values())


@pytest.mark.parametrize("date", ["2016-06-01", "2022-02-01", "2024-03-01", "2026-11-01"])
def test_days_of_other_rules_keep_them_too(date: str) -> None:
    from datetime import date as day_of

    result = day(quiet(callers=120, day=day_of.fromisoformat(date)))
    assert result.checks.broken == ()
    assert result.tally.outcomes["talked"] > 20


def test_a_usual_day_has_everything_in_it() -> None:
    result = usual()
    assert result.ok
    assert result.checks.unseen == ()
    endings, denials, acts = result.tally.endings, result.tally.denials, result.tally.acts
    for code in (
        "completed_caller_hangup", "completed_callee_hangup", "balance_exhausted", "time_limit",
        "no_answer", "busy", "abandoned", "refused", "not_accepted", "network_failure",
        "kill_switch", "facility_closed", "not_on_allowed_list", "insufficient_funds",
    ):  # fmt: skip
        assert endings[code] > 0, code
    for code in ("number_hot", "pin_invalid", "number_blocked_facility", "facility_schedule"):
        assert denials[code] > 0, code
    for act in ("deposit", "order: lockdown", "profile set up", "bill paid", "withdrawal"):
        assert acts[act] > 0, act
    assert result.tally.statuses["free"] > 0
    assert result.tally.offered_frames > 0


def test_the_same_seed_is_the_same_day_report_and_ledger() -> None:
    one, other = day(quiet(seed=8, callers=80)), day(quiet(seed=8, callers=80))
    assert one.digest == other.digest
    assert one.as_dict() == other.as_dict()
    assert day_page(one) == day_page(other)
    assert day(quiet(seed=9, callers=80)).digest != one.digest


def test_a_ledger_in_a_file_says_the_same(tmp_path: Any) -> None:
    setting = quiet(seed=8, callers=30)
    assert run_day(setting, folder=tmp_path).as_dict() == run_day(setting).as_dict()
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_to_its_end() -> None:
    told: list[tuple[int, int | None]] = []
    result = run_day(quiet(callers=20), tell=lambda done, total: told.append((done, total)))
    assert told[-1] == (result.arrivals, result.arrivals)


# What follows does damage to the library, and wants it to be seen -----------------------------


class Dear:
    """A price curve whose every price is a micro-dollar more."""

    def __init__(self, curve: Any) -> None:
        self._curve = curve

    def __getattr__(self, name: str) -> Any:
        return getattr(self._curve, name)

    def total_micros(self, bought_ms: int) -> int:
        return self._curve.total_micros(bought_ms) + (1 if bought_ms else 0)

    def final_micros(self, bought_ms: int, actual_ms: int) -> int:
        return self._curve.final_micros(bought_ms, actual_ms) + (1 if bought_ms else 0)

    def parts_micros(self, bought_ms: int, actual_ms: int) -> dict[str, int]:
        parts = dict(self._curve.parts_micros(bought_ms, actual_ms))
        return {**parts, "revenue": parts.get("revenue", 0) + (1 if bought_ms else 0)}

    def reach_micros(self, balance: int) -> int | None:
        return self._curve.reach_micros(max(balance - 1, 0))


def overcharging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A meter that charges a micro-dollar more than a call costs."""
    start = Ledger.start_call

    def dear(self: Ledger, call_id: str, accounts: Any, curve: Any, **more: Any) -> Any:
        return start(self, call_id, accounts, Dear(curve), **more)

    monkeypatch.setattr(Ledger, "start_call", dear)


def misrecording(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that says a micro-dollar less than the ledger took."""
    recorded = HeldCall._recorded

    def less(self: Any, ended_ms: int) -> Any:
        from dataclasses import replace

        record = recorded(self, ended_ms)
        return replace(record, total_micros=max(record.total_micros - 1, 0))

    monkeypatch.setattr(HeldCall, "_recorded", less)


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that forgets why it ended."""
    settled = HeldCall._settled

    def forget(self: Any, at_ms: int, code: str, by: str) -> Any:
        return settled(self, at_ms, "" if code == "completed_caller_hangup" else code, by)

    monkeypatch.setattr(HeldCall, "_settled", forget)


def undying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions that never see that their time is over, and hang-ups that are lost."""
    monkeypatch.setattr(Sessions, "tick", lambda self, at: [])
    monkeypatch.setattr(Sessions, "due_at", property(lambda self: None))
    monkeypatch.setattr(CallInProgress, "hang_up", lambda self, at, by="caller", cause=None: ())


def overrunning(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session whose cutoff is looked at two seconds late."""
    cut = HeldCall._cut_due

    def late(self: Any, now: int) -> Any:
        if self.cutoff_ms is None or now < self.cutoff_ms + 2_000:
            return ()
        return (
            self._settled(now, "time_limit", "ledger") if self.state != "ended" else cut(self, now)
        )

    monkeypatch.setattr(HeldCall, "_cut_due", late)


def eavesdropping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that does not know who is privileged."""
    made = NumberFacts.__init__

    def forget(self: Any, *values: Any, **more: Any) -> None:
        made(self, *values, **{**more, "privileged": "", "approved": True})

    monkeypatch.setattr(NumberFacts, "__init__", forget)


def generous(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that says it credited a cent less than it did."""
    deposit = Ledger.deposit

    def less(self: Ledger, *values: Any, **more: Any) -> Any:
        from dataclasses import replace

        answer = deposit(self, *values, **more)
        return replace(answer, credited_micros=answer.credited_micros - 10_000)

    monkeypatch.setattr(Ledger, "deposit", less)


def unsettling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A till that never tells the ledger that a call is over."""
    from securecall.calls.till import Till

    def untold(self: Till, at_ms: int, reason: str) -> Settlement | None:
        return None

    monkeypatch.setattr(Till, "close", untold)


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        (overcharging, {"charge", "rated_again"}),
        (misrecording, {"charge", "rated_again", "accounts", "conserved"}),
        (forgetful, {"reason"}),
        (undying, {"reason", "verified"}),
        (overrunning, {"cutoff"}),
        (eavesdropping, {"privileged"}),
        (generous, {"accounts", "conserved"}),
        (unsettling, {"verified"}),
    ],
)
def test_damage_is_seen(
    damage: Callable[[pytest.MonkeyPatch], None], seen: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(monkeypatch)
    result = day(quiet(seed=3, callers=150))
    assert not result.ok
    assert seen <= set(result.checks.broken)
    for name in seen:
        assert result.checks.found[name].faults


def test_a_call_that_ends_twice_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Day(quiet(seed=3, callers=40), Ledger.open("memory:"))
    finish = type(made.switch)._finish

    def twice(self: Any, at_ms: int, placed: Any, record: Any) -> None:
        finish(self, at_ms, placed, record)
        finish(self, at_ms, placed, record)

    monkeypatch.setattr(type(made.switch), "_finish", twice)
    assert "reason" in made.run().checks.broken


def test_an_action_that_ends_a_call_comes_with_its_record() -> None:
    """The day takes records from sessions; every `Disconnect` that it is told of has left one."""
    made = Day(quiet(seed=3, callers=80), Ledger.open("memory:"))
    done, missing = type(made.switch)._done, []

    def look(self: Any, at_ms: int, placed: Any, actions: Any) -> None:
        if any(isinstance(each, Disconnect) for each in actions) and not placed.session.record:
            missing.append(placed.session.call_id)
        assert isinstance(placed.session, Session) or placed.session.privileged
        done(self, at_ms, placed, actions)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(made.switch), "_done", look)
        assert made.run().ok
    assert missing == []
