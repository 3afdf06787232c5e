"""Calls at the door: bad ones move nothing."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0, check

from securecall.errors import InputError, InputTypeError, Unknown
from securecall.ledger.ledger import Ledger


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"at": T0 + 1}, InputError, "curve's start"),
        ({"accounts": []}, InputError, "at least one"),
        ({"accounts": ["alice", "alice"]}, InputError, "each once"),
        ({"accounts": "alice"}, InputTypeError, "list"),
        ({"accounts": ["nobody"]}, Unknown, "nobody"),
        ({"curve": object()}, InputTypeError, "total_micros"),
        ({"max_ms": 0}, InputError, "1 or more"),
        ({"max_ms": 1 << 50}, InputError, "366 days"),
        ({"max_ms": 1.5}, InputTypeError, "int"),
        ({"split": 1}, InputTypeError, "True or False"),
        ({"call_id": ""}, InputError, "1 to 200"),
        ({"call_id": "a\nb"}, InputError, "printable"),
        ({"call_id": "\ud800"}, InputError, "printable"),
        ({"call_id": b"c1"}, InputTypeError, "text"),
    ],
)
def test_bad_calls_move_nothing(
    ledger: Ledger, change: dict[str, object], error: type[Exception], words: str
) -> None:
    curve = Flat()
    curve.start_ms = T0  # type: ignore[attr-defined]
    ledger.open_account("alice", at=T0)
    before = ledger.verify()
    given = {"call_id": "c1", "accounts": ["alice"], "curve": curve, "at": T0, **change}
    with pytest.raises(error, match=words):
        ledger.start_call(**given)  # type: ignore[arg-type]
    assert ledger.verify() == before


def test_an_unknown_call_is_said_to_be_unknown(ledger: Ledger) -> None:
    for ask in (
        lambda: ledger.end_call("c9", at=T0),
        lambda: ledger.call("c9"),
        lambda: ledger.refund("c9", at=T0),
        lambda: ledger.recover("c9", last_alive_ms=1, at=T0),
    ):
        with pytest.raises(Unknown, match="call has the id 'c9'"):
            ask()


def test_a_call_id_is_used_once(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 5.00                 ok
        0    start      c1 alice 0.21/60           cutoff 1380
        1    start      c1 alice 0.21/60           call_exists
        """,
    )
