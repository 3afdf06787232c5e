"""A server does what it was told it may, and nothing on hearsay that is old."""

from __future__ import annotations

from tests.ledger.pricing import Flat

from securecall.ledger.servers.host import Host
from securecall.ledger.servers.lease import Word

MINUTE = 60_000


def _word(end, until, epoch=1, turn=1, **more):
    facts = {"final": False, "refused": False, "waiting": False, "reason": "balance", **more}
    return Word("c", end, until, epoch, *(facts[n] for n in ("final", "refused", "waiting")),
                facts["reason"], turn)  # fmt: skip


def _host() -> tuple[Host, object]:
    host = Host("east", delay_ms=100, span_ms=MINUTE)
    return host, host.begin("c", 0, Flat(100_000, 1_000))


def test_nothing_runs_before_anything_was_heard() -> None:
    host, held = _host()
    assert held.stop_ms == 0
    host.hear(_word(600_000, MINUTE), 0)
    assert held.stop_ms == MINUTE
    host.hear(_word(30_000, 30_000, turn=2), 10)
    assert held.stop_ms == 30_000


def test_who_waits_or_is_refused_does_not_begin() -> None:
    host, held = _host()
    host.hear(_word(0, 0, 0, waiting=True), 0)
    assert held.stop_ms == 0
    host.hear(_word(600_000, MINUTE, turn=2), 0)
    assert held.stop_ms == MINUTE
    host.hear(_word(0, 0, 0, turn=3, refused=True), 0)
    assert held.stop_ms == 0


def test_old_words_say_nothing() -> None:
    host, held = _host()
    host.hear(_word(30_000, 30_000, turn=5), 0)
    host.hear(_word(600_000, MINUTE, turn=4), 0)
    assert held.stop_ms == 30_000


def test_a_recall_gives_back_what_has_not_begun() -> None:
    host, held = _host()
    host.hear(_word(600_000, MINUTE), 0)
    host.hear(_word(600_000, 20_000, epoch=2, turn=2, reason="recall"), 10_000)
    assert held.stop_ms == 20_000
    assert host.acks() == [("c", 2, 20_000)]
    host.sent([("c", 2, 20_000)])
    assert host.acks() == []


def test_a_recall_that_comes_late_leaves_what_has_begun() -> None:
    host, held = _host()
    host.hear(_word(600_000, MINUTE), 0)
    host.hear(_word(600_000, 20_000, epoch=2, turn=2, reason="recall"), 25_300)
    assert host.acks() == [("c", 2, 26_000)]
    assert held.stop_ms == 26_000


def test_a_recall_that_overtakes_the_promise_is_answered() -> None:
    host, held = _host()
    host.hear(_word(600_000, 20_000, epoch=2, turn=2, reason="recall"), 0)
    assert host.acks() == [("c", 2, 20_000)]
    host.hear(_word(600_000, MINUTE, epoch=1, turn=2), 1)
    assert held.until_ms == 20_000


def test_it_asks_before_the_promise_ends_and_once_more_after_the_end() -> None:
    host, held = _host()
    host.hear(_word(600_000, MINUTE), 0)
    assert host.due_ms() == MINUTE - 800
    assert host.asks(MINUTE - 801) == []
    assert host.asks(MINUTE - 800) == ["c"]
    host.hear(_word(MINUTE, MINUTE, turn=2), 0)
    assert host.due_ms() == MINUTE + 100
    host.hear(_word(MINUTE, 0, 0, turn=3, final=True), MINUTE + 300)
    assert held.final
    assert held.stop_ms == MINUTE
    assert host.asks(10 * MINUTE) == []
    host.drop("c")
    assert host.due_ms() is None
