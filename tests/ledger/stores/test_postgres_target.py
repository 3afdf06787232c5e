"""A schema that takes a ledger in: it takes what follows on what it has, and nothing else."""

from __future__ import annotations

import psycopg
import pytest
from tests.ledger.postgres_server import server

from securecall.errors import StoreError
from securecall.ledger.chain import GENESIS, link
from securecall.ledger.ledger import Ledger
from securecall.ledger.rows import OpRow
from securecall.ledger.stores import postgres_target
from securecall.ledger.stores.postgres_target import PostgresTarget


def op(seq: int, before: bytes) -> OpRow:
    content = (seq, f"r{seq}", b"", "test", seq, "ok", "")
    return OpRow(*content, link(before, content, ()))


def test_it_goes_on_where_it_was_stopped_and_takes_nothing_else() -> None:
    url = server().new_url()
    target = PostgresTarget(url, "old.db")
    first = op(1, GENESIS)
    target.add([first], [])
    late = PostgresTarget(url, "old.db")  # another mover, that has seen as much
    target.add([op(2, first.hash)], [])
    with pytest.raises(StoreError, match="takes a ledger in from somebody else too"):
        late.add([op(2, first.hash)], [])
    late.close()
    target.close()
    again = PostgresTarget(url, "old.db")
    assert (again.head.seq, again.head.at_ms, again.finished) == (2, 2, False)
    with pytest.raises(StoreError, match=r"has half of what is in old\.db"):
        Ledger.open(url)
    again.finish()
    assert again.finished
    again.close()
    with Ledger.open(url) as ledger:
        assert ledger.verify().ops == 2


@pytest.mark.parametrize("page", [1, 2, 100])
def test_rows_come_back_in_the_order_in_which_they_were_put(
    page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_target, "PAGE", page)
    target = PostgresTarget(server().new_url(), "old.db")
    calls = [(name, "ended", None, "{}", b"\x00\xff") for name in "zxa"]
    target.put("call", calls)
    target.put("call", [("x", "running", 5, "[]", b"\x00\xff"), ("b", "ended", 1, "{}", b"")])
    assert [row[:3] for row in target.rows("call")] == [
        ("z", "ended", None), ("x", "running", 5), ("a", "ended", None), ("b", "ended", 1),
    ]  # fmt: skip
    notes = [("a", "1"), ("b", "2"), ("c", '"\\"')]
    target.put("note", notes)
    assert list(target.rows("note")) == notes
    target.put("account", [])
    assert list(target.rows("account")) == []
    target.close()


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(StoreError, match="cannot take a ledger"):
        PostgresTarget("postgresql://postgres@127.0.0.1:1/x", "old.db")


def test_sums_may_take_longer_than_anything_else() -> None:
    target = PostgresTarget(server().new_url(), "old.db", patience_ms=30_000)
    link = target._link
    assert link.execute("SHOW statement_timeout").fetchone() == ("30500ms",)
    assert target.unbalanced() == []
    assert link.execute("SHOW statement_timeout").fetchone() == ("0",)
    assert link.patience_ms == 30_000
    target.close()


def test_who_may_make_no_schema_is_told() -> None:
    role = f"mover_{server().new_schema()}"
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
    url = server().new_url(tcp=True).replace("//postgres@", f"//{role}@")
    with pytest.raises(StoreError, match="cannot take a ledger: permission denied"):
        PostgresTarget(url, "old.db")
