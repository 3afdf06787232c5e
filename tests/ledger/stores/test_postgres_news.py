"""Hints of moved cutoffs: told to others once kept, never more than a reason to look."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime

import psycopg
import pytest
from tests.ledger.postgres_server import server
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import InputError, StoreError
from securecall.ledger.ledger import Ledger
from securecall.ledger.stores.postgres_news import PAYLOAD_MAX, payload

FLAT = {"flat/1": Flat.loads}
LONG_MS = 20_000


def at(ms: int) -> datetime:
    return datetime.fromtimestamp((T0 + ms) / 1000, UTC)


@pytest.fixture
def pair() -> tuple[Ledger, Ledger]:
    url = server().new_url()
    one, two = Ledger.open(url, curves=FLAT), Ledger.open(url, curves=FLAT)
    one.open_account("a", at=T0, opening="1")
    one.start_call("c", ["a"], Flat(), at=T0)
    return one, two


def test_the_first_time_all_running_calls_are_told(pair: tuple[Ledger, Ledger]) -> None:
    assert pair[1].news() == {"c": at(240_000)}
    assert pair[1].news() == {}


def test_another_process_hears_what_moved_and_not_what_it_moved_itself(
    pair: tuple[Ledger, Ledger],
) -> None:
    one, two = pair
    one.news()
    two.news()
    two.deposit("a", "0.21", at=T0 + 1)
    assert one.news(LONG_MS) == {"c": at(300_000)}
    assert two.news(50) == {}
    one.deposit("a", "0.01", at=T0 + 2)  # moves money, but no cutoff
    assert two.news(50) == {}


def test_who_waits_is_woken(pair: tuple[Ledger, Ledger]) -> None:
    one, two = pair
    two.news()
    timer = threading.Timer(0.2, lambda: one.deposit("a", "0.21", at=T0 + 1))
    timer.start()
    assert two.news(LONG_MS) == {"c": at(300_000)}
    timer.join()


def test_a_call_that_ended_is_no_news_of_a_cutoff(pair: tuple[Ledger, Ledger]) -> None:
    one, two = pair
    two.news()
    one.end_call("c", at=T0 + 1_000)
    assert two.news(500) == {}


def test_after_a_lost_connection_all_running_calls_are_told(pair: tuple[Ledger, Ledger]) -> None:
    one, two = pair
    two.news()
    link = two._store._news._link  # type: ignore[attr-defined]
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (link.info.backend_pid,))
    one.deposit("a", "0.21", at=T0 + 1)
    with pytest.raises(StoreError, match="cannot be listened to"):
        two.news(50)
    assert two.news() == {"c": at(300_000)}


def test_more_than_a_hint_can_name_is_told_as_anything() -> None:
    named = payload("t", ["c-1"])
    assert json.loads(named) == ["t", ["c-1"]]
    many = payload("t", (f"call-{number}" for number in range(5_000)))
    assert json.loads(many) == ["t", None]
    assert len(many) < PAYLOAD_MAX


def test_who_hears_of_too_many_looks_at_all(pair: tuple[Ledger, Ledger]) -> None:
    _, two = pair
    two.news()
    channel = two._store._address.channel  # type: ignore[attr-defined]
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute("SELECT pg_notify(%s, %s)", (channel, '["x", null]'))
    assert two.news(LONG_MS) == {"c": at(240_000)}


def test_elsewhere_there_is_none(ledger: Ledger) -> None:
    assert ledger.news() == {}
    with pytest.raises(InputError, match="wait_ms"):
        ledger.news(-1)
