"""A small jail with a simulated switch."""

from __future__ import annotations

from decimal import Decimal

import pytest

from securecall.calls.actions import Warn
from securecall.errors import CallRefused, InputError
from securecall.testing import SmallJail


@pytest.fixture
def jail() -> SmallJail:
    jail = SmallJail()
    jail.open_account("fam-1", "0.20")
    return jail


def test_a_call_runs_until_its_money_ends(jail: SmallJail) -> None:
    call = jail.call("fam-1")
    assert call.timer is not None
    cutoff = call.timer.cutoff_at
    call.talk(minutes=10)
    assert jail.clock.now == cutoff  # time stands where the call was over
    assert call.disconnects == [call.record.reason] == ["balance_exhausted"]
    assert (call.record.duration_ms, call.record.total) == (180_000, Decimal("0.19"))
    assert [each.for_ms for each in call.actions if isinstance(each, Warn)] == [60_000, 10_000]


def test_a_call_is_hung_up(jail: SmallJail) -> None:
    call = jail.call("fam-1").talk(seconds=30)
    assert call.running
    with pytest.raises(InputError, match="still runs"):
        _ = call.record
    call.hang_up(by="called")
    assert (call.record.reason, call.record.duration_ms) == ("completed_callee_hangup", 30_000)
    assert jail.ledger.balance("fam-1").posted == Decimal("0.14")


def test_all_calls_of_the_jail_go_on_together(jail: SmallJail) -> None:
    first = jail.call("fam-1", terminal="T-1", person="p-1")
    second = jail.call("fam-1", number="+17135550188", terminal="T-2", person="p-2")
    jail.pass_by(minutes=5)
    assert first.disconnects == second.disconnects == ["balance_exhausted"]
    assert jail.ledger.totals()["*revenue"] == Decimal("0.18")


def test_who_may_not_call_is_told_why(jail: SmallJail) -> None:
    jail.open_account("poor")
    assert jail.refusals("poor") == ["insufficient_funds"]
    assert jail.refusals("fam-1") == []
    with pytest.raises(CallRefused):
        jail.dial("poor")
    jail.clock.pass_by(hours=12)
    assert jail.refusals("fam-1") == ["facility_schedule"]


def test_sound_is_heard_and_a_privileged_call_has_no_ears(jail: SmallJail) -> None:
    call = jail.call("fam-1").hear(bytes(16_000))
    call.hang_up()
    assert call.record.monitored
    jail.directory.privilege("+12125550188", kind="attorney", at=jail.clock.ms, by="sgt-1")
    private = jail.call("fam-1", number="+12125550188")
    with pytest.raises(InputError, match="privileged"):
        private.hear(bytes(320))
