"""Answers: what they say, and that they come back from text as they were."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from securecall.ledger import values
from securecall.ledger.values import (
    Admission,
    Answer,
    Balance,
    Deposit,
    Done,
    Settled,
    Settlement,
    decode,
    encode,
)

SETTLEMENT = Settlement("ok", "c", 5, 60_000, "hangup", 7, 0, (("a", 3), ("é", 2)))
ANSWERS: list[Answer] = [
    Done("late", 5),
    Deposit("ok", "d", "a", 5, 10, 7, (("card", 3),)),
    Admission("ok", "c", 5, None, ""),
    SETTLEMENT,
    Settled("ok", 9, (SETTLEMENT, SETTLEMENT)),
    Settled("ok", 9, ()),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_comes_back_from_its_text(answer: Answer) -> None:
    text = encode(answer)
    assert decode(text) == answer
    assert text.isascii()
    assert json.loads(text)


def test_no_answer_is_an_answer() -> None:
    assert decode(encode(None)) is None


def test_answers_speak_dollars_and_instants() -> None:
    deposit = ANSWERS[1]
    assert isinstance(deposit, Deposit)
    assert (deposit.paid, deposit.credited, deposit.fees) == (
        Decimal("0.000010"), Decimal("0.000007"), Decimal("0.000003"),
    )  # fmt: skip
    assert deposit.ok
    assert ANSWERS[0].refused
    assert SETTLEMENT.by_account == {"a": Decimal("0.000003"), "é": Decimal("0.000002")}
    assert SETTLEMENT.ended_at.isoformat() == "1970-01-01T00:00:00.007000+00:00"
    assert Admission("ok", "c", 5, None, "").cutoff_at is None
    assert Balance(1, 2, 3, 4).owed == Decimal("0.000004")


def test_answers_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        SETTLEMENT.reason = "other"  # type: ignore[misc]


def test_every_answer_that_the_module_offers_can_be_kept() -> None:
    offered = {getattr(values, name) for name in values.__all__ if name[0].isupper()}
    answers = {kind for kind in offered if issubclass(kind, Answer) and kind is not Answer}
    assert answers == set(values._TYPES.values())
