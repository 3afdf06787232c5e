"""A billing directory: what is said of a line, from when on."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.calls.lidb import Billability, BillingAnswer, SqliteLidb
from securecall.errors import InputError

NUMBER = "+17135550123"


def status(lidb: SqliteLidb, at_ms: int, number: str = NUMBER) -> str:
    answer = lidb.ask(number, bill_type="collect", at_ms=at_ms, timeout_ms=2_000)
    assert answer is not None
    return answer.status


def test_the_last_word_at_an_instant_holds() -> None:
    lidb = SqliteLidb()
    assert isinstance(lidb, Billability)
    assert status(lidb, 5) == "unknown"
    lidb.put(NUMBER, "billable", at=10, by="feed", line_type="landline")
    lidb.put(NUMBER, "denied", at=20, by="feed", why="unpaid bills")
    assert [status(lidb, at) for at in (9, 10, 19, 20)] == [
        "unknown", "billable", "billable", "denied",
    ]  # fmt: skip
    assert lidb.ask(NUMBER, bill_type="collect", at_ms=20, timeout_ms=1) == BillingAnswer(
        "denied", "unpaid bills"
    )


def test_a_feed_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "lidb.db"
    lidb = SqliteLidb(path)
    lidb.put(NUMBER, "billable", at=0, by="feed")
    lidb.close()
    again = SqliteLidb(path)
    assert status(again, 0) == "billable"
    again.close()


def test_what_cannot_be_said_is_refused() -> None:
    lidb = SqliteLidb()
    with pytest.raises(InputError, match="did you mean 'denied'"):
        lidb.put(NUMBER, "denyed", at=0, by="feed")
    with pytest.raises(InputError, match="did you mean 'landline'"):
        BillingAnswer("billable", line_type="land_line")
    with pytest.raises(InputError, match="people have"):
        lidb.put("411", "denied", at=0, by="feed")
    assert status(lidb, 0) == "unknown"
