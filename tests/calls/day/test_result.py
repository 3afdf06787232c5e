"""DayResult: a day as JSON, with money as text."""

from __future__ import annotations

import json
from decimal import Decimal

from tests.calls.day.days import usual


def test_a_day_is_json_and_its_money_is_exact_text() -> None:
    told = usual().as_dict()
    assert json.loads(json.dumps(told)) == told
    money = {name: Decimal(text) for name, text in told["money"].items()}
    came = money["opening"] + money["deposits"] + money["payments"] + money["refunds"]
    went = money["fees"] + money["charges"] + money["withdrawals"] + money["payouts"]
    assert came + money["chargebacks_won"] == went + money["chargebacks"] + money["balances"]
    assert money["charges"] > 0
    assert told["setting"]["date"] == "2026-05-01"


def test_every_invariant_is_told_with_how_often_it_was_looked_at() -> None:
    told = usual().as_dict()["invariants"]
    assert all(each["looked"] > 0 and each["broken"] == 0 for each in told.values())
    assert told["reason"]["looked"] == usual().as_dict()["attempts"]
