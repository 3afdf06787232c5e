"""Suspended accounts that call, by hand."""

from __future__ import annotations

import pytest
from tests.fraud.patterns.records import BEGIN, call, only

from securecall.errors import InputError
from securecall.fraud.patterns import Suspended


def test_a_conversation_behind_a_refusal() -> None:
    rows = [call(0, 0, outcome="suspended"), call(60), call(120, 0, outcome="unanswered")]
    [found] = only(rows, Suspended(), "suspended")
    assert (found.subject, found.calls, found.score) == ("p", 1, 1.0)
    assert found.reason == "suspended since 2026-05-01T13:00:00Z, and 1 conversation"


def test_who_was_released_may_call() -> None:
    rows = [call(0, 0, outcome="suspended"), call(30, 0, outcome="released"), call(60)]
    assert only(rows, Suspended(), "suspended") == ()


def test_given_accounts_count_from_their_instant() -> None:
    rows = [call(each, account="acc") for each in (0, 60, 120)]
    [always] = only(rows, Suspended(accounts=["acc"]), "suspended")
    assert always.calls == 3
    assert always.reason == "suspended as given, and 3 conversations"
    [later] = only(rows, Suspended(accounts={"acc": BEGIN + 60_000}), "suspended")
    assert later.calls == 2
    assert only(rows, Suspended(accounts={"acc": BEGIN + 999_000}), "suspended") == ()


def test_many_are_given() -> None:
    many = [f"a{each}" for each in range(9_000)]
    rows = [call(each / 100, account=name) for each, name in enumerate(many)]
    assert len(only(rows, Suspended(accounts=many), "suspended")) == 9_000


def test_it_is_forgotten_after_a_stated_time() -> None:
    rows = [call(0, 0, outcome="suspended"), call(60)]
    assert only(rows, Suspended(remember_ms=59_999), "suspended") == ()
    assert len(only(rows, Suspended(remember_ms=60_000), "suspended")) == 1


def test_an_instant_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="UTC epoch ms, not 'May'"):
        Suspended(accounts={"acc": "May"})  # type: ignore[dict-item]
