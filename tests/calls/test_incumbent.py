"""What platforms of this trade say they do, one test each, from the gate to the books.

The names are those of their own descriptions: validation of approved numbers and of the line
called, billing eligibility, identity, three kinds of accounts, prices by distance under ceilings,
fees by date, what disconnects a call, lockdown, maintenance, congestion, faulty telephones,
schedules, no grace at zero, time limits, refunds of dropped calls, reviews of blocked numbers,
attorneys' calls, landlines and mobiles.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.calls.gates import NOON_MS, asked, fast_identity, gate
from tests.calls.house import event, strict
from tests.calls.test_ears import fed
from tests.harris import by_minute, tariff

from securecall.calls.actions import Block, Disconnect
from securecall.calls.directory import Directory
from securecall.calls.dropped import DroppedCall
from securecall.calls.facility import Facility
from securecall.calls.family import Families
from securecall.calls.funding import fund, quote
from securecall.calls.gate import Gate
from securecall.calls.lidb import SqliteLidb
from securecall.calls.number_review import NumberReviews
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.profile import Profiles
from securecall.calls.schedule import Schedule
from securecall.calls.terminal import Terminal, Terminals
from securecall.errors import CallRefused
from securecall.ledger.instant import ms_of
from securecall.ledger.ledger import Ledger
from securecall.rating.windows import Window

FAR, ABROAD, MOBILE = "+12125550188", "+525512345678", "+17135550199"
RATES = (
    f'id = "local"\ndestinations = ["local"]\n{by_minute("0.05")}',
    f'id = "far"\ndestinations = ["intrastate", "interstate"]\n{by_minute("0.25")}',
    f'id = "abroad"\ndestinations = ["international"]\n{by_minute("0.50")}',
)


def refused(made: Any, **attempt: Any) -> tuple[str, ...]:
    """Return why a call is refused."""
    with pytest.raises(CallRefused) as caught:
        made.connect(asked(**attempt), at=NOON_MS)
    codes: tuple[str, ...] = caught.value.decision.codes
    return codes


def held(made: Any, ms: int, *, by: str = "caller", **attempt: Any) -> Any:
    """Hold a call for a time; return its record."""
    session = made.connect(asked(**attempt), at=NOON_MS, accepted=True)
    session.hang_up(NOON_MS + ms, by=by)
    return session.record


def test_approved_numbers_and_line_information_are_validated_before_the_call_is_connected() -> None:
    lines, directory = SqliteLidb(), Directory()
    made = gate(lidb=lines, directory=directory, numbers="approved", lidb_bill_types=("prepaid",))
    assert refused(made, pin=None) == ("number_not_approved",)
    directory.approve("p-1", asked().number, at=NOON_MS, by="sgt-12")
    assert refused(made, pin=None) == ("billing_unknown",)
    lines.put(asked().number, "billable", at=NOON_MS, by="lidb")
    record = held(made, 60_000, pin=None)
    assert (record.reason, record.status) == ("completed_caller_hangup", "ok")


def test_who_cannot_be_billed_is_not_connected() -> None:
    assert refused(gate(), pin=None, accounts=()) == ("account_missing",)
    assert refused(gate(), pin=None, accounts=("nobody",)) == ("account_unknown",)


def test_identity_is_verified_by_pin() -> None:
    made = gate(pins=fast_identity(), identity="pin")
    assert refused(made, pin="0000") == ("pin_invalid",)
    assert held(made, 60_000, pin="4711").identity == "pin"


@pytest.mark.parametrize("kind", ["prepaid", "inmate_debit", "direct_bill"])
def test_the_three_kinds_of_accounts(kind: str) -> None:
    made = gate()
    ledger = made.ledger
    credit = {"credit_limit": "0.50"} if kind == "direct_bill" else {}
    ledger.open_account("own", kind=kind, at=NOON_MS - 9, **credit)
    if kind != "direct_bill":
        ledger.deposit("own", "0.50", at=NOON_MS - 8, request_id="d-own")
    session = made.connect(
        asked(pin=None, accounts=("own",), bill_type=kind), at=NOON_MS, accepted=True
    )
    session.tick(NOON_MS + 900_000)
    record = session.record
    assert record is not None
    ends = "credit_exhausted" if kind == "direct_bill" else "balance_exhausted"
    assert (record.reason, record.total, record.duration_ms) == (ends, Decimal("0.48"), 240_000)
    balance = ledger.balance("own")
    assert balance.available == Decimal("0.02")
    assert balance.owed == (Decimal("0.48") if kind == "direct_bill" else 0)


def test_local_long_distance_and_international_prices_stay_under_their_ceilings() -> None:
    priced = tariff(*RATES, facility='local = ["+1713"]', regulated=True)
    found = {}
    for name, number in (("near", asked().number), ("far", FAR), ("abroad", ABROAD)):
        ledger = Ledger.open("memory:")
        ledger.open_account("fam-1", kind="prepaid", at=NOON_MS - 1, opening="10")
        made = Gate(Facility("f", "America/Chicago"), Directory(), ledger, priced)
        record = held(made, 60_000, number=number, pin=None)
        found[name] = (record.rate_id, record.rate_class, record.total, record.cap_saved_micros > 0)
    # The ceiling of a jail of that size on that date (docs/regulation.md) holds the far call.
    assert found["far"][2] < Decimal("0.25")
    assert found["far"][3]
    assert not found["near"][3]
    assert found["near"][:2] == ("local", "local")
    assert found["far"][:2] == ("far", "interstate")
    assert found["abroad"][:2] == ("abroad", "international")
    assert found["near"][2] == Decimal("0.05")


@pytest.mark.parametrize(
    ("year", "card", "agent", "opening"),
    [(2012, "3.95", "7.95", "2.50"), (2022, "3.00", "5.95", "0"), (2026, "0", "0", "0")],
)
def test_fees_on_deposits_by_method_and_date(
    year: int, card: str, agent: str, opening: str
) -> None:
    fees = """
[[fee]]
id = "card"
kind = "automated_payment"
methods = ["card"]
channels = ["web"]
flat = "3.95"
[[fee]]
id = "agent"
kind = "live_agent"
channels = ["agent"]
flat = "7.95"
[[fee]]
id = "activation"
kind = "other"
methods = ["first"]
flat = "2.50"
"""
    priced = tariff(tail=fees, regulated=True)
    at = datetime(year, 3, 1, tzinfo=UTC)
    ledger = Ledger.open("memory:")
    ledger.open_account("fam-1", kind="prepaid", at=ms_of(at))
    for number, (method, channel, fee) in enumerate(
        [("card", "web", card), ("card", "agent", agent), ("first", "web", opening)]
    ):
        quoted = quote(priced, facility="f", at=at, pays="25.00", method=method, channel=channel)
        assert quoted.fees == Decimal(fee), (method, channel)
        made = fund(ledger, "fam-1", quoted, at=at, request_id=f"p-{number}")
        assert made.credited == 25 - Decimal(fee)


def test_automatic_funding_is_asked_for_and_the_call_never_waits() -> None:
    made = gate(balance="0.50")
    ledger = made.ledger
    ledger.set_auto_reload("fam-1", below="0.30", amount="5.00", at=NOON_MS - 1)
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    ledger.settle_due(at=NOON_MS + 130_000)
    (reload,) = ledger.reloads("fam-1")
    assert session.cutoff_ms == NOON_MS + 240_000
    ledger.reload_result(reload.id, ok=True, at=NOON_MS + 200_000)
    assert session.cutoff_ms == NOON_MS + 900_000


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        ("the caller hangs up", "completed_caller_hangup"),
        ("the called party hangs up", "completed_callee_hangup"),
        ("the time limit is reached", "time_limit"),
        ("the balance is used up", "balance_exhausted"),
        ("a three-way call is detected", "three_way_detected"),
        ("staff disconnect", "staff_terminated"),
    ],
)
def test_what_disconnects_a_call(trigger: str, reason: str) -> None:
    balance = "0.36" if "balance" in trigger else "10.00"
    made = gate(balance=balance, max_call_ms=300_000, options={"policy": strict()})
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    ends_ms = 100_000
    if "hangs up" in trigger:
        session.hang_up(NOON_MS + ends_ms, by="caller" if "caller" in trigger else "called")
    elif "three-way" in trigger:
        session.take([event(detected_ms=float(ends_ms))])
    elif "staff" in trigger:
        session.staff("disconnect", "desk", NOON_MS + ends_ms)
    else:
        ends_ms = 300_000 if "limit" in trigger else 180_000
        (told,) = made.sessions.tick(NOON_MS + 900_000)
        assert isinstance(told[1][-1], Disconnect)
    record = session.record
    assert record is not None
    assert (record.reason, record.duration_ms) == (reason, ends_ms)
    assert record.total == Decimal("0.12") * -(-ends_ms // 60_000)


@pytest.mark.parametrize("kind", ["lockdown", "maintenance", "kill_switch"])
def test_lockdown_maintenance_and_the_kill_switch_end_calls_and_let_none_begin(kind: str) -> None:
    made = gate()
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    order, ended = made.stop_calls(kind, at=NOON_MS + 60_000, by="captain", why="drill")
    assert [call for call, _ in ended] == [session]
    assert session.record is not None
    assert session.record.reason == kind
    decision = made.check(asked("c-2", pin=None), at=NOON_MS + 61_000)
    assert decision.codes[0] in ("kill_switch", f"facility_{kind}")
    made.facility.orders.lift(order.number, at=NOON_MS + 62_000, by="captain")
    assert made.check(asked("c-2", pin=None), at=NOON_MS + 63_000).allowed


def test_congestion() -> None:
    made = gate(calls_max=1)
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    late = asked("c-2", person="p-2", number=FAR, terminal="A-02", pin=None)
    assert made.check(late, at=NOON_MS + 1).codes == ("facility_congested",)
    session.hang_up(NOON_MS + 2)
    assert made.check(late, at=NOON_MS + 3).allowed


def test_a_faulty_terminal() -> None:
    made = gate(terminals=Terminals([Terminal("A-01", state="faulty"), Terminal("A-02")]))
    assert refused(made, pin=None) == ("terminal_faulty",)
    assert held(made, 1_000, call_id="c-2", terminal="A-02", pin=None).status == "ok"


def test_the_schedule_refuses_and_ends() -> None:
    hours = Schedule("America/Chicago", (Window(from_ms=7 * 3_600_000, to_ms=47_100_000),))
    made = gate(schedule=hours)
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    made.sessions.tick(NOON_MS + 300_000)
    assert session.record is not None
    assert (session.record.reason, session.record.duration_ms) == ("schedule_end", 300_000)
    late = made.check(asked("c-2", pin=None), at=NOON_MS + 400_000)
    assert late.codes == ("facility_schedule",)


def test_there_is_no_grace_at_zero() -> None:
    made = gate(balance="0.24")
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    made.sessions.tick(NOON_MS + 119_999)
    assert session.running
    made.sessions.tick(NOON_MS + 120_000)
    assert session.record is not None
    assert (session.record.ended_ms, session.record.total) == (NOON_MS + 120_000, Decimal("0.24"))
    assert made.ledger.balance("fam-1").available == 0
    assert made.check(asked("c-2", pin=None), at=NOON_MS + 120_001).codes == (
        "insufficient_funds",
    )  # fmt: skip


@pytest.mark.parametrize("minutes", [15, 20, 30])
def test_calls_end_after_fifteen_to_thirty_minutes(minutes: int) -> None:
    made = gate(max_call_ms=minutes * 60_000)
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    made.sessions.tick(NOON_MS + 3_600_000)
    assert session.record is not None
    assert (session.record.reason, session.record.duration_ms) == ("time_limit", minutes * 60_000)
    assert session.record.warnings_ms == ()  # one tick came, far too late


def test_a_dropped_call_is_refunded() -> None:
    made = gate()
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    fed(session, 65_000)
    session.hang_up(NOON_MS + 200_000, by="network", cause="MEDIA_TIMEOUT")
    case = DroppedCall.of(session.record)  # type: ignore[arg-type]
    assert case is not None
    answer = case.file(made.ledger, at=NOON_MS + 201_000)
    assert (answer.state, answer.refunded) == ("approved", Decimal("0.24"))


def test_a_number_that_was_blocked_from_the_keypad_is_reviewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cost = {"n": 2, "r": 1, "p": 1, "dklen": 32}
    monkeypatch.setattr("securecall.calls.token_hash._COST", cost)
    directory = Directory()
    made = gate(directory=directory)
    session = made.connect(asked(pin=None), at=NOON_MS)
    session.answer(NOON_MS + 4_000)
    (blocked, _) = session.accept(NOON_MS + 5_000, "7")
    assert isinstance(blocked, Block)
    directory.block(blocked.number, kind="customer", at=NOON_MS + 5_000, by="host", why="pressed 7")
    later = asked("c-2", pin=None)
    assert made.check(later, at=NOON_MS + 6_000).codes == ("number_blocked_customer",)
    reviews = NumberReviews(directory)
    families = Families(made.ledger, made.tariff, Profiles(), reviews)
    sent = families.set_up("ana", facility="f", number=blocked.number, at=NOON_MS + 7_000)
    ana = families.of("ana")
    assert ana.confirm(blocked.number, sent.token, at=NOON_MS + 8_000) == "ok"
    review = ana.ask_unblock(blocked.number, why="a mistake", at=NOON_MS + 9_000)
    reviews.decide(review.id, granted=True, at=NOON_MS + 10_000, by="lt-3", because="she asked")
    assert made.check(later, at=NOON_MS + 11_000).allowed


def test_an_attorneys_call_is_neither_heard_nor_recorded_and_is_charged() -> None:
    directory = Directory()
    directory.privilege(asked().number, kind="attorney", at=NOON_MS - 1, by="sgt-12")
    made = gate(directory=directory)
    session = made.connect(asked(pin=None), at=NOON_MS, accepted=True)
    assert type(session) is PrivilegedSession
    assert not hasattr(session, "feed")
    session.hang_up(NOON_MS + 60_000)
    record = session.record
    assert record is not None
    assert (record.privileged, record.monitored, record.recorded) == (True, False, False)
    assert record.total == Decimal("0.12")


@pytest.mark.parametrize("number", [asked().number, MOBILE])
def test_landlines_and_mobiles_are_called_alike(number: str) -> None:
    record = held(gate(), 61_000, number=number, pin=None)
    assert (record.status, record.total) == ("ok", Decimal("0.24"))
