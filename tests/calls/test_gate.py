"""The gate as a whole: every reason in order, what is left out, and the calls that go on."""

from __future__ import annotations

import pickle
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.gates import FEW, NOON_MS, NUMBER, Broken, asked, fast_identity, gate
from tests.harris import by_minute, tariff

from securecall.calls.directory import Directory
from securecall.calls.facility import Courtesy, Facility
from securecall.calls.gate import Gate
from securecall.calls.lidb import BillingAnswer, SqliteLidb
from securecall.calls.lidb_cache import LidbCache
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.schedule import Schedule
from securecall.calls.session import Session
from securecall.calls.terminal import Terminal, Terminals
from securecall.calls.terms import Terms
from securecall.errors import (
    CallRefused,
    InputError,
    InputTypeError,
    SecurecallError,
    StoreError,
)
from securecall.ledger.heartbeat import Heartbeat, last_alive_ms
from securecall.ledger.instant import instant
from securecall.ledger.ledger import Ledger
from securecall.rating.windows import Window

CHICAGO = "America/Chicago"
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
TOLL_FREE = "+18005550111"


class Line:
    """A billing directory that counts how often it is asked."""

    def __init__(self, said: BillingAnswer | None) -> None:
        self.said, self.asked = said, 0

    def ask(self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int) -> Any:
        self.asked += 1
        return self.said


# Admission -----------------------------------------------------------------------------------


def test_a_call_that_nothing_forbids_is_allowed_with_its_limits() -> None:
    decision = gate().check(asked(), at=NOON_MS)
    assert decision.allowed
    assert decision.reasons == ()
    limits = decision.limits
    assert (limits.max_ms, limits.governs, limits.closes_at) == (900_000, "facility", None)
    assert (limits.balance_ms, limits.first_increment) == (83 * MINUTE_MS, Decimal("0.12"))
    assert (decision.monitor, decision.record, decision.privileged) == (True, True, False)
    assert (decision.billable, decision.courtesy, decision.identity) == (True, False, "none")
    assert decision.at == instant(NOON_MS)


def test_everything_that_is_found_is_told_in_order() -> None:
    directory = Directory()
    directory.block(NUMBER, kind="customer", at=0, by="s", why="w")
    directory.watch(NUMBER, at=0, by="s", why="w")
    shut = Schedule(CHICAGO, ())
    found = gate(
        balance="0", directory=directory, numbers="approved", schedule=shut,
        terminals=Terminals([Terminal("A-01", hours=shut, state="off")]), bill_types=("collect",),
    )  # fmt: skip
    for kind in ("maintenance", "lockdown", "kill_switch"):
        found.facility.orders.give(kind, at=NOON_MS, by="s", why="w")
    decision = found.check(asked(), at=NOON_MS)
    assert not decision.allowed
    assert decision.codes == (
        "kill_switch", "facility_lockdown", "facility_maintenance", "facility_schedule",
        "bill_type_not_offered", "terminal_off", "terminal_hours", "number_blocked_customer",
        "number_not_approved", "number_hot", "insufficient_funds",
    )  # fmt: skip
    assert "number_hot" not in [each.code for each in decision.refusals]


def test_a_stranger_learns_nothing_of_lists_and_balances() -> None:
    line = Line(BillingAnswer("denied"))
    found = gate(
        balance="0", pins=fast_identity(), identity="pin", numbers="approved", lidb=line,
        lidb_bill_types=("collect",),
    )  # fmt: skip
    wrong = found.check(asked(pin="1", bill_type="collect"), at=NOON_MS)
    assert wrong.codes == ("pin_invalid",)
    assert line.asked == 0
    right = found.check(asked(bill_type="collect"), at=NOON_MS)
    assert right.codes == ("number_not_approved", "insufficient_funds")
    assert right.identity == "pin"


def test_a_billing_directory_is_asked_only_about_numbers_that_may_be_called() -> None:
    line = Line(BillingAnswer("billable"))
    directory = Directory()
    found = gate(directory=directory, lidb=line, lidb_bill_types=("prepaid",))
    assert found.check(asked(), at=NOON_MS).allowed
    assert line.asked == 1
    assert found.check(asked(number="411"), at=NOON_MS).codes == ("number_service_code",)
    directory.block(NUMBER, kind="facility", at=0, by="s", why="w")
    assert found.check(asked(), at=NOON_MS).codes == ("number_blocked_facility",)
    assert line.asked == 1


def test_a_silent_billing_directory_refuses_with_its_reason_and_rests() -> None:
    line = Line(None)
    found = gate(lidb=LidbCache(line, rest_ms=30_000), lidb_bill_types=("collect",))
    for second in range(3):
        decision = found.check(asked(bill_type="collect"), at=NOON_MS + second * 1_000)
        assert decision.codes == ("billing_silent",)
        assert "prepaid account" in decision.reasons[0].remedy
    assert line.asked == 1
    assert found.check(asked(), at=NOON_MS).allowed  # from the prepaid account


def test_a_free_call_is_asked_about_by_nobody() -> None:
    line = Line(None)
    found = gate(by_minute("0.00"), lidb=line, lidb_bill_types=("collect",), balance="0")
    decision = found.check(asked(bill_type="collect", accounts=()), at=NOON_MS)
    assert (decision.allowed, decision.billable, decision.limits.balance_ms) == (True, False, None)
    assert line.asked == 0


def test_landline_and_mobile_are_called_alike() -> None:
    lidb = SqliteLidb()
    lidb.put(NUMBER, "billable", at=0, by="feed", line_type="landline")
    lidb.put("+17135550199", "billable", at=0, by="feed", line_type="mobile")
    found = gate(lidb=lidb, lidb_bill_types=("collect",))
    for number in (NUMBER, "+17135550199"):
        assert found.check(asked(number=number, bill_type="collect"), at=NOON_MS).allowed


def test_another_facilitys_call_is_refused_and_nothing_else_is_said() -> None:
    found = gate(balance="0", pins=fast_identity(), identity="pin")
    decision = found.check(asked(facility="other", pin="1"), at=NOON_MS)
    assert decision.codes == ("wrong_facility",)
    assert (decision.monitor, decision.record) == (False, False)
    assert found.identity is not None
    assert found.identity.verify("p-1", "1", "A-01", at_ms=NOON_MS).left == 2  # none was counted
    assert gate().check(asked(facility="f"), at=NOON_MS).allowed


def test_lists_that_cannot_be_read_let_nobody_through_and_nobody_listen() -> None:
    decision = gate(directory=Broken()).check(asked(), at=NOON_MS)
    assert decision.codes == ("identity_silent",)
    assert (decision.privileged, decision.monitor, decision.record) == (True, False, False)


def test_asking_changes_nothing_but_the_count_of_wrong_pins() -> None:
    found = gate(pins=fast_identity(), identity="pin", calls_per_hour=1, courtesy=Courtesy())
    before = found.ledger.verify()
    for _ in range(3):
        assert found.check(asked(), at=NOON_MS).allowed
    assert found.ledger.verify() == before
    assert list(found.directory.log()) == []
    assert found.directory.placed_since("p-1", 0, NOON_MS) == ()
    assert [found.check(asked(pin="1"), at=NOON_MS).codes[0] for _ in range(4)] == [
        "pin_invalid", "pin_invalid", "pin_invalid", "pin_locked",
    ]  # fmt: skip


# All of it against plain words ------------------------------------------------------------------

CONDITIONS = (
    "kill", "lockdown", "closed", "full", "medium", "bill_type", "off", "hours", "busy_terminal",
    "suspended", "wrong_pin", "customer", "facility", "prefix", "unlisted", "hot", "denied",
    "broke", "busy_person", "busy_number", "velocity",
)  # fmt: skip


@settings(max_examples=FEW)
@given(st.sets(st.sampled_from(CONDITIONS)))
def test_any_mixture_of_faults_is_told_as_plain_words_say(wrong: set[str]) -> None:
    directory, shut = Directory(), Schedule(CHICAGO, ())
    for kind in ("customer", "facility"):
        if kind in wrong:
            directory.block(NUMBER, kind=kind, at=0, by="s", why="w")
    if "prefix" in wrong:
        directory.block("+17", kind="prefix", at=0, by="s", why="w")
    if "unlisted" not in wrong and "prefix" not in wrong:
        directory.approve("p-1", NUMBER, at=0, by="s")
    if "hot" in wrong:
        directory.watch(NUMBER, at=0, by="s", why="w")
    if "suspended" in wrong:
        directory.suspend("p-1", at=0, by="s", why="w")
    if "velocity" in wrong:
        directory.note_placed("c-7", "p-1", NUMBER, NOON_MS - 1, courtesy=False)
    found = gate(
        balance="0" if "broke" in wrong else "5.00",
        directory=directory,
        pins=fast_identity(),
        lidb=Line(BillingAnswer("denied" if "denied" in wrong else "billable")),
        identity="pin",
        numbers="approved" if wrong & {"unlisted"} else "open",
        lidb_bill_types=("prepaid",),
        bill_types=("collect",) if "bill_type" in wrong else ("prepaid",),
        media=("video",) if "medium" in wrong else ("audio",),
        schedule=shut if "closed" in wrong else None,
        terminals=Terminals([
            Terminal("A-01", hours=shut if "hours" in wrong else None,
                     state="off" if "off" in wrong else "working"), Terminal("A-02"),
        ]),
        calls_max=1 if "full" in wrong else None,
        calls_per_hour=1 if "velocity" in wrong else None,
    )  # fmt: skip
    for kind, name in (("kill_switch", "kill"), ("lockdown", "lockdown")):
        if name in wrong:
            found.facility.orders.give(kind, at=NOON_MS, by="s", why="w")
    if wrong & {"full", "busy_terminal", "busy_person", "busy_number"}:
        found._traffic.add(
            "c-9", "p-1" if "busy_person" in wrong else "p-9",
            NUMBER if "busy_number" in wrong else "+17135550177",
            "A-01" if "busy_terminal" in wrong else "A-02", (),
        )  # fmt: skip
    wanted = [
        code
        for name, code in (
            ("kill", "kill_switch"), ("lockdown", "facility_lockdown"),
            ("closed", "facility_schedule"), ("full", "facility_congested"),
            ("medium", "medium_not_offered"), ("bill_type", "bill_type_not_offered"),
            ("off", "terminal_off"), ("hours", "terminal_hours"),
            ("busy_terminal", "terminal_busy"), ("suspended", "person_suspended"),
            ("wrong_pin", "pin_invalid"),
        )
        if name in wrong
    ]  # fmt: skip
    if not wrong & {"suspended", "wrong_pin"}:
        lists = [name for name in ("customer", "facility", "prefix") if name in wrong]
        wanted += [f"number_blocked_{name}" for name in lists]
        wanted += ["number_not_approved"] if "unlisted" in wrong else []
        wanted += ["number_hot"] if "hot" in wrong else []
        if "denied" in wrong and not lists and "unlisted" not in wrong:
            wanted.append("billing_denied")
        wanted += ["insufficient_funds"] if "broke" in wrong else []
    wanted += ["person_busy"] if "busy_person" in wrong else []
    wanted += ["number_busy"] if "busy_number" in wrong else []
    if "velocity" in wrong and not wrong & {"suspended", "wrong_pin"}:
        wanted.append("person_velocity")
    attempt = asked(pin="1" if "wrong_pin" in wrong else "4711")
    decision = found.check(attempt, at=NOON_MS)
    assert list(decision.codes) == wanted
    assert decision.allowed == (set(wanted) <= {"number_hot"})


# Sessions ---------------------------------------------------------------------------------------


def test_a_call_that_is_allowed_has_a_session_and_counts_while_it_lasts() -> None:
    found = gate()
    session = found.connect(asked(), at=NOON_MS, accepted=True)
    assert isinstance(session, Session)
    assert session.cutoff_at == instant(NOON_MS + 900_000)
    other = asked("c-2", number="+17135550199", terminal="A-02")
    assert found.check(other, at=NOON_MS + 1).codes == ("person_busy",)
    with pytest.raises(CallRefused, match="call 'c-1' is refused"):
        found.connect(asked(), at=NOON_MS + 1)
    session.hang_up(NOON_MS + 90_000)
    assert session.record is not None
    assert session.record.total == Decimal("0.24")
    assert found.check(other, at=NOON_MS + 90_000).allowed
    # The id was used, whether the call goes on or not.
    assert found.check(asked(), at=NOON_MS + 90_000).codes == ("call_exists",)
    assert len(found.sessions) == 0


@pytest.mark.parametrize("accepted", [True, False])
def test_the_id_of_a_call_that_cost_nothing_is_used_as_well(accepted: bool) -> None:
    found = gate(by_minute("0"))
    session = found.connect(asked(), at=NOON_MS, accepted=accepted)
    session.hang_up(NOON_MS + 20_000)
    assert found.check(asked("c-2"), at=NOON_MS + 20_000).allowed
    with pytest.raises(CallRefused, match="a call of this id was placed before"):
        found.connect(asked(), at=NOON_MS + 20_000)
    # Nor in another process that shares the directory.
    other = gate(by_minute("0"), directory=found.directory)
    assert other.check(asked(), at=NOON_MS + 20_000).codes == ("call_exists",)


def test_a_call_that_could_not_begin_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = gate()

    def broken(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(found.sessions), "begin", broken)
        with pytest.raises(StoreError, match="disk is full"):
            found.connect(asked(), at=NOON_MS)
    assert found.connect(asked(), at=NOON_MS + 10).running


def test_a_refused_call_carries_its_decision_and_pickles() -> None:
    with pytest.raises(CallRefused) as refused:
        gate(balance="0").connect(asked(), at=NOON_MS)
    assert isinstance(refused.value, SecurecallError)
    assert refused.value.decision.codes == ("insufficient_funds",)
    assert "deposit money" in str(refused.value)
    again = pickle.loads(pickle.dumps(refused.value))
    assert again.decision == refused.value.decision


def test_a_privileged_call_is_never_monitored_and_is_rated_like_any_other() -> None:
    directory = Directory()
    directory.privilege(NUMBER, kind="attorney", at=0, by="lt-3", person="p-1")
    found = gate(directory=directory, numbers="approved")
    decision = found.check(asked(), at=NOON_MS)
    assert (decision.privileged, decision.monitor, decision.record) == (True, False, False)
    session = found.connect(asked(), at=NOON_MS, accepted=True)
    assert isinstance(session, PrivilegedSession)
    assert not hasattr(session, "feed")
    assert not any("monitor" in name for name in dir(type(session)) if name != "monitored")
    session.hang_up(NOON_MS + 61_000)
    assert session.record is not None
    assert (session.record.privileged, session.record.monitored) == (True, False)
    assert session.record.total == Decimal("0.24")


def test_what_the_schedule_leaves_counts_from_acceptance() -> None:
    day = Schedule(CHICAGO, (Window(from_ms=6 * HOUR_MS, to_ms=13 * HOUR_MS + 5 * MINUTE_MS),))
    session = gate(schedule=day).connect(asked(), at=NOON_MS)
    session.ring(NOON_MS + 5_000)
    session.answer(NOON_MS + 20_000)
    session.accept(NOON_MS + 30_000)
    assert session.cutoff_at == instant(NOON_MS + 5 * MINUTE_MS)


def test_a_courtesy_call_is_free_short_and_counted_once_accepted() -> None:
    rules: dict[str, Any] = {"courtesy": Courtesy(max_ms=60_000), "balance": "0"}
    found = gate(**rules)
    ask = asked(accounts=(), bill_type="prepaid_collect")
    decision = found.check(ask, at=NOON_MS)
    assert decision.codes == ("courtesy_call",)
    assert (decision.allowed, decision.courtesy, decision.billable) == (True, True, False)
    refused = found.connect(ask, at=NOON_MS)
    refused.answer(NOON_MS + 1_000)
    refused.refuse(NOON_MS + 2_000)
    # Nobody accepted it, so that the number keeps its courtesy call.
    second = found.connect(asked("c-2", accounts=()), at=NOON_MS + 3_000)
    second.answer(NOON_MS + 4_000)
    second.accept(NOON_MS + 5_000)
    second.tick(NOON_MS + 70_000)
    assert second.record is not None
    assert (second.record.duration_ms, second.record.total) == (60_000, 0)
    third = found.check(asked("c-3", accounts=()), at=NOON_MS + 80_000)
    assert third.codes == ("account_missing",)
    month = timedelta(days=30, seconds=5)
    assert found.check(asked("c-4", accounts=()), at=instant(NOON_MS) + month).courtesy


def test_calls_by_the_hour_are_those_that_were_placed() -> None:
    found = gate(calls_per_hour=2)
    for number in range(2):
        session = found.connect(asked(f"c-{number}"), at=NOON_MS + number * MINUTE_MS)
        session.hang_up(NOON_MS + number * MINUTE_MS + 1_000)
    later = found.check(asked("c-3"), at=NOON_MS + 2 * MINUTE_MS)
    assert later.codes == ("person_velocity",)
    assert later.reasons[0].detail == "until 2026-05-01T19:00:00+00:00"
    assert found.check(asked("c-3"), at=NOON_MS + HOUR_MS).allowed


def test_a_call_that_could_not_begin_takes_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    found = gate(calls_max=1, courtesy=Courtesy())
    broken = Broken()
    monkeypatch.setattr(found, "_sessions", broken)
    for _ in range(2):
        with pytest.raises(StoreError, match="the disk is gone"):
            found.connect(asked(accounts=()), at=NOON_MS)
    monkeypatch.undo()
    assert found.check(asked(accounts=()), at=NOON_MS).codes == ("courtesy_call",)


# What staff can stop ----------------------------------------------------------------------------


def three_calls() -> Gate:
    found = gate(terminals=Terminals([Terminal("A-1", "a"), Terminal("A-2", "a"), Terminal("B-1")]))
    for number, terminal in enumerate(("A-1", "A-2", "B-1")):
        found.connect(
            asked(f"c-{number}", person=f"p-{number}", number=f"+1713555010{number}",
                  terminal=terminal),
            at=NOON_MS, accepted=True,
        )  # fmt: skip
    return found


def test_the_kill_switch_ends_every_call_and_lets_no_other_begin() -> None:
    found = three_calls()
    order, ended = found.stop_calls("kill_switch", at=NOON_MS + 61_000, by="sgt-12", why="riot")
    assert [call.call_id for call, _ in ended] == ["c-0", "c-1", "c-2"]
    for call, actions in ended:
        assert call.record is not None
        assert call.record.reason == "kill_switch"
        assert call.record.total == Decimal("0.24")
        assert "Disconnect" in [type(each).__name__ for each in actions]
    new = asked("c-9", terminal="B-1")
    assert found.check(new, at=NOON_MS + 62_000).codes == ("kill_switch",)
    found.facility.orders.lift(order.number, at=NOON_MS + 63_000, by="lt-3")
    assert found.check(new, at=NOON_MS + 63_000).allowed


def test_a_lockdown_of_an_area_ends_its_calls_or_lets_them_finish() -> None:
    found = three_calls()
    order, ended = found.stop_calls(
        "lockdown", at=NOON_MS + 1, by="s", why="count", area="a", ends_calls=False
    )
    assert ended == []
    assert found.live_under(order) == ("c-0", "c-1")
    _, ended = found.stop_calls("lockdown", at=NOON_MS + 2, by="s", why="fight", area="a")
    assert [call.call_id for call, _ in ended] == ["c-0", "c-1"]
    assert [call.call_id for call in found.sessions] == ["c-2"]


def test_a_lockdown_of_an_area_that_is_not_there_is_no_lockdown() -> None:
    found = three_calls()
    with pytest.raises(InputError, match="no terminal is in the area 'A'; did you mean 'a'"):
        found.stop_calls("lockdown", at=NOON_MS + 1, by="s", why="fight", area="A")
    assert len(found.facility.orders) == 0
    assert len(found.sessions) == 3


def test_what_was_planned_after_a_call_began_ends_it_when_it_is_enforced() -> None:
    found = three_calls()
    found.facility.orders.give(
        "maintenance", at=NOON_MS + 5_000, by="x", why="update", ends_calls=True
    )
    assert found.enforce(NOON_MS + 4_999) == []
    assert len(found.enforce(NOON_MS + 5_000)) == 3
    assert found.enforce(NOON_MS + 5_001) == []


def test_lines_are_free_again_when_calls_end() -> None:
    found = gate(calls_max=1)
    session = found.connect(asked(), at=NOON_MS)
    other = asked("c-2", person="p-2", number="+17135550199", terminal="A-02")
    assert found.check(other, at=NOON_MS).codes == ("facility_congested",)
    session.hang_up(NOON_MS + 1_000)
    assert found.check(other, at=NOON_MS + 1_000).allowed


def test_a_call_that_goes_on_after_a_crash_counts_when_it_is_adopted() -> None:
    before, after = gate(), gate()
    session = before.connect(asked(), at=NOON_MS, accepted=True)
    after.adopt(session)
    after.adopt(session)
    assert after.check(asked("c-2"), at=NOON_MS).codes == (
        "terminal_busy", "person_busy", "number_busy",
    )  # fmt: skip


# How a gate is made -----------------------------------------------------------------------------


def make(**changes: Any) -> Gate:
    ledger, priced = Ledger.open("memory:"), tariff(by_minute("0.12"))
    given: dict[str, Any] = {
        "facility": Facility("f", CHICAGO), "directory": Directory(), "ledger": ledger,
        "tariff": priced, **changes,
    }  # fmt: skip
    return Gate(**given)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"facility": Facility("g", CHICAGO)}, InputError, "no facility 'g'; it has"),
        ({"facility": Facility("f", CHICAGO, identity="pin")}, InputError, "identity is missing"),
        ({"facility": Facility("f", CHICAGO, identity="pin+voice"), "identity": fast_identity()},
         InputError, "no voice verifier"),
        ({"facility": Facility("f", CHICAGO, lidb_bill_types=("collect",))}, InputError,
         "lidb is missing"),
        ({"facility": "f"}, InputTypeError, "facility must be a Facility, not 'f'"),
        ({"directory": "lists.db"}, InputTypeError, "directory must be a Directory"),
        ({"ledger": "memory:"}, InputTypeError, "ledger must be a Ledger, not 'memory:'"),
        ({"tariff": "tariff.toml"}, InputTypeError, "tariff must be a Tariff"),
        ({"identity": "pin"}, InputTypeError, "identity must be an Identity or None, not 'pin'"),
        ({"lidb": object()}, InputTypeError, "lidb must have a method ask"),
        ({"terms": 1}, InputTypeError, "terms must be Terms or None, not 1"),
        ({"terms": {"host": "h-1"}}, InputTypeError, "terms must be Terms or None"),
        ({"terms": Terms(Ledger.open("memory:"), tariff(by_minute("0.12")))}, InputError,
         "of the same ledger and tariff"),
    ],
)  # fmt: skip
def test_a_gate_that_could_not_do_what_its_facility_asks_is_not_made(
    changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make(**changes)


def test_terms_may_be_given_whole_or_in_parts() -> None:
    ledger, priced = Ledger.open("memory:"), tariff(by_minute("0.12"))
    terms = Terms(ledger, priced, host="h-1")
    assert make(ledger=ledger, tariff=priced, terms=terms).sessions.terms is terms
    assert make(host="h-2").sessions.terms.host == "h-2"


@pytest.mark.parametrize("at", ["now", 1.5, None, -1])
def test_an_instant_must_be_one(at: Any) -> None:
    with pytest.raises((InputError, InputTypeError), match="at must be"):
        gate().check(asked(), at=at)


def test_what_is_asked_about_must_be_an_attempt() -> None:
    wrong: Any = "c-1"
    with pytest.raises(InputTypeError, match="attempt must be a CallAttempt, not 'c-1'"):
        gate().check(wrong, at=NOON_MS)
    with pytest.raises(InputTypeError, match="accepted must be True or False, not 'no'"):
        gate().connect(asked(), at=NOON_MS, accepted=cast(Any, "no"))


def test_a_gate_hands_on_who_is_told_of_moved_ends_and_what_proves_the_process_lives(
    tmp_path: Path,
) -> None:
    moved: list[str] = []
    with Heartbeat(tmp_path / "alive") as heart:
        made = gate(
            balance="0.24",
            options={"moved": lambda call: moved.append(call.call_id), "heart": heart},
        )
        made.connect(asked(pin=None), at=NOON_MS, accepted=True)
        made.ledger.deposit("fam-1", "1.00", at=NOON_MS + 1_000, request_id="d-1")
        made.sessions.tick(NOON_MS + 2_000)
    assert moved == ["c-1"]
    assert last_alive_ms(tmp_path / "alive") == NOON_MS + 2_000


@pytest.mark.parametrize("split", [False, True])
def test_the_gate_asks_for_the_money_as_the_call_will_be_paid(split: bool) -> None:
    found = gate(balance="0.10", options={"split": split})
    found.ledger.open_account("fam-2", kind="prepaid", at=NOON_MS - 1_000)
    found.ledger.deposit("fam-2", "0.15", at=NOON_MS - 1_000, request_id="d-2")
    wish = asked(accounts=("fam-1", "fam-2"))  # a minute costs twelve cents
    decision = found.check(wish, at=NOON_MS)
    assert decision.limits.balance_ms == (120_000 if split else 60_000)
    session = found.connect(wish, at=NOON_MS, accepted=True)
    assert session.cutoff_at == instant(NOON_MS + (120_000 if split else 60_000))
