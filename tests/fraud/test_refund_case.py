"""A disconnect that was wrong: the case, and how a ledger gives the money back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.fraud.policies import event
from tests.fraud.test_review_queue import NOON, item

import securecall as sc
from securecall.errors import InputError, InputTypeError
from securecall.fraud.refund_case import REASONS, RULE, RefundCase

JUDGED = NOON + 86_400_000
TARIFF = """
[[facility]]
id = "jail"
kind = "jail"
adp = 400
state = "TX"
timezone = "America/Chicago"
contract = "c"
regulation = "none"
[[contract]]
id = "c"
[[contract.rate]]
id = "minute"
connect_fee = "0.25"
steps = [{ from_ms = 0, price = "0.10", per_ms = 60_000, increment_ms = 60_000 }]
"""


def case(**told: Any) -> RefundCase:
    usual: dict[str, Any] = {
        "reason": "call_waiting",
        "judged_by": "desk 3",
        "judged_at_ms": JUDGED,
    }
    return item(number=7, grade="disconnect").wrong(**(usual | told))


def test_a_case_says_which_call_when_for_what_and_who_judged() -> None:
    one = case()
    assert (one.call_id, one.cut_at_ms, one.event.id) == ("c-1", NOON + 60_000, 7)
    assert one.policy.startswith("ours@")
    assert one.why == (
        "wrong disconnect for three_way, event 7: call waiting, answered or ignored; "
        "judged by desk 3"
    )
    assert case(cut_at_ms=NOON + 61_000).cut_at_ms == NOON + 61_000


def test_where_nothing_was_cut_there_is_nothing_to_make_good() -> None:
    with pytest.raises(InputError, match="'c-1' was not disconnected for event 1"):
        item().wrong(reason="mute", judged_by="desk 3", judged_at_ms=JUDGED)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"reason": "muted"}, "did you mean 'mute'?"),
        ({"judged_by": ""}, "judged_by must be 1 to 40 printable characters"),
        ({"judged_by": "x\n"}, "judged_by must be 1 to 40 printable characters"),
        ({"judged_at_ms": NOON}, "judged_at_ms must not be before cut_at_ms"),
        ({"keep_ms": -1}, "keep_ms must be whole milliseconds or None"),
        ({"judged_at_ms": 1e15}, "judged_at_ms must be whole epoch milliseconds"),
    ],
)
def test_a_case_that_does_not_fit_is_refused(told: dict[str, Any], text: str) -> None:
    with pytest.raises((InputError, InputTypeError)) as caught:
        case(**told)
    assert text in str(caught.value)


def test_a_case_comes_back_from_json() -> None:
    for one in (case(), case(keep_ms=5)):
        assert RefundCase.from_json(one.as_json()) == one
    told = json.loads(case().as_json())
    told["event"].pop("kind")
    with pytest.raises(InputError, match="event has no 'kind'"):
        RefundCase.from_json(json.dumps(told))
    with pytest.raises(InputError, match=r"keep_ms must be of int \| None, not 'x'"):
        RefundCase.from_json(json.dumps(json.loads(case().as_json()) | {"keep_ms": "x"}))


def cut_call() -> tuple[sc.Ledger, sc.Tariff]:
    """Return a ledger in which a call was cut after a minute, and called again."""
    tariff = sc.Tariff.loads(TARIFF)
    ledger = sc.Ledger.open("memory:")
    ledger.open_account("fam-1", kind="prepaid", at=NOON)
    ledger.deposit("fam-1", "10.00", at=NOON, request_id="d-1")
    for call_id, at, lasts in (("c-1", NOON, 60_000), ("c-2", NOON + 90_000, 150_000)):
        call = sc.Call("jail", "+17135550123", at, lasts)
        ledger.start_call(
            call_id, accounts=["fam-1"], curve=tariff.curve(call), at=at, request_id=f"s-{call_id}"
        )
        ledger.end_call(call_id, at=at + lasts, reason="cut" if call_id == "c-1" else "hang_up")
    return ledger, tariff


def balance(ledger: sc.Ledger) -> Decimal:
    return ledger.balance("fam-1", at=JUDGED).posted


def test_the_ledger_gives_the_call_back_once() -> None:
    ledger, _ = cut_call()
    before = balance(ledger)
    assert before == Decimal("10.00") - Decimal("0.35") - Decimal("0.55")
    answer = ledger.request_refund(**case().refund_request())
    assert (answer.code, answer.state, answer.rule) == ("ok", "approved", RULE)
    assert (answer.refunded, answer.why) == (Decimal("0.35"), case().why)
    assert balance(ledger) == before + Decimal("0.35")
    # The same disconnect again, however often and whenever: the first answer, and no money.
    assert ledger.request_refund(**case().refund_request(at_ms=JUDGED + 5)) == answer
    assert balance(ledger) == before + Decimal("0.35")
    with pytest.raises(sc.RequestConflict):
        ledger.request_refund(**case(reason="mute").refund_request())
    assert ledger.verify().ok


def test_what_was_good_of_the_call_may_stay_charged() -> None:
    ledger, _ = cut_call()
    answer = ledger.request_refund(**case(keep_ms=0).refund_request())
    assert answer.refunded == Decimal("0.35")
    ledger, _ = cut_call()
    assert ledger.request_refund(**case(keep_ms=60_000).refund_request()).code == "nothing_left"


def test_the_connect_fee_of_calling_back_goes_back_too() -> None:
    ledger, tariff = cut_call()
    again = tariff.rate(sc.Call("jail", "+17135550123", NOON + 90_000, 150_000))
    before = balance(ledger)
    answer = ledger.refund(
        "c-2", at=JUDGED, policy="amount", amount=again.connect_fee, request_id=f"{case().id}:back"
    )
    assert (answer.code, answer.refunded) == ("ok", Decimal("0.25"))
    assert balance(ledger) == before + Decimal("0.25")
    assert ledger.verify().ok


def test_reasons_are_words_for_the_books() -> None:
    assert all(words.isprintable() for words in REASONS.values())
    longest = replace(case(), judged_by="x" * 40, event=event(10**9, kind="x" * 40))
    assert max(len(replace(longest, reason=each).why) for each in REASONS) <= 200
