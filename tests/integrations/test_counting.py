"""What there is to count of calls, events, decisions and postings."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from securecall.calls import CallAttempt, post_month
from securecall.errors import InputTypeError
from securecall.fraud.event import Event
from securecall.integrations import counting
from securecall.integrations.counting import COUNTERS, tell
from securecall.testing import NUMBER, SmallJail, records, tariff

ROOM = Path(counting.__file__).parent


def told(value: object) -> list[tuple[str, float, Any]]:
    found: list[tuple[str, float, Any]] = []
    tell(value, lambda name, amount, labels: found.append((name, amount, labels)))
    return found


@pytest.fixture
def jail() -> SmallJail:
    jail = SmallJail()
    jail.open_account("fam-1", "0.20")
    return jail


def test_a_call_is_counted_when_it_is_over(jail: SmallJail) -> None:
    record = jail.call("fam-1").talk(minutes=10).record
    where = {"facility": "tx-test"}
    assert told(record) == [
        ("securecall_calls", 1, {**where, "reason": "balance_exhausted", "status": "ok"}),
        ("securecall_call_seconds", 180.0, where),
        ("securecall_charged_dollars", 0.19, where),
        ("securecall_warnings", 2, where),
    ]


def test_decisions_are_counted_by_their_reasons(jail: SmallJail) -> None:
    def decided(account: str) -> Any:
        attempt = CallAttempt("c", "p", NUMBER, "T-1", accounts=(account,))
        return jail.gate.check(attempt, at=jail.clock.ms)

    assert told(decided("fam-1")) == [("securecall_decisions", 1, {"code": "allowed"})]
    jail.open_account("poor")
    assert told(decided("poor")) == [("securecall_decisions", 1, {"code": "insufficient_funds"})]


def test_an_event_is_counted_once() -> None:
    event = Event(1, "keypad", "alert", 0.0, None, 60.0, 0.9, "5", -12.0)
    assert told(event) == [("securecall_events", 1, {"kind": "keypad", "grade": "alert"})]
    assert told(Event(1, "keypad", "alert", 0.0, 9.0, 60.0, 0.9, "5", -12.0, ended=True)) == []


def test_a_posting_is_counted_by_what_became_of_its_records(jail: SmallJail) -> None:
    jail.open_account("fam-0", "100")
    at = jail.clock.pass_by(days=31)
    made = post_month(tariff(), jail.ledger, records(40, accounts=1), at=at, request_id="may")
    assert told(made)[:3] == [
        ("securecall_posted_records", 38, {"code": "posted"}),
        ("securecall_posted_records", 0, {"code": "already_posted"}),
        ("securecall_posted_records", 2, {"code": "free"}),
    ]
    assert told(made)[-1] == ("securecall_posted_dollars", made.posted_micros / 1_000_000, {})


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(InputTypeError, match="not int"):
        told(7)


def test_every_counter_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "counters.md").read_text(encoding="utf-8")
    for counter in COUNTERS.values():
        labels = ", ".join(f"`{label}`" for label in counter.labels)
        assert f"| `{counter.name}` | {labels} |" in page, counter.name


@pytest.mark.parametrize("name", ["prometheus", "opentelemetry"])
def test_an_adapter_has_fifteen_lines_at_most(name: str) -> None:
    tree = ast.parse((ROOM / f"{name}.py").read_text(encoding="utf-8"))
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    body = function.body[1:]  # behind its docstring
    lines = {line for node in body for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    assert len(lines) <= 15
