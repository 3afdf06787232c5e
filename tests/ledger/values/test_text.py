"""Answers as text: they come back as they were, and none is forgotten."""

from __future__ import annotations

import json
from importlib import import_module
from pkgutil import iter_modules

import pytest

from securecall.ledger import values
from securecall.ledger.values import text as text_module
from securecall.ledger.values.answer import Answer, Done
from securecall.ledger.values.calls import Admission, Settled, Settlement
from securecall.ledger.values.money import Deposit
from securecall.ledger.values.text import decode, encode

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


def test_every_answer_that_the_package_offers_can_be_kept() -> None:
    modules = [
        import_module(f"{values.__name__}.{each.name}") for each in iter_modules(values.__path__)
    ]
    offered = {getattr(module, name) for module in modules for name in module.__all__}
    answers = {
        kind
        for kind in offered
        if isinstance(kind, type) and issubclass(kind, Answer) and kind is not Answer
    }
    assert len(answers) > 10
    assert answers == set(text_module._TYPES.values())
