"""What is promised is whole increments, no further than the law and than the span."""

from __future__ import annotations

from tests.ledger.servers.small_office import T0, deposit, office, start


def test_a_promise_ends_where_an_increment_does() -> None:
    desk = office(span_ms=90_000)
    (word,) = desk.exchange("east", T0, [start("c", T0 + 500)]).words
    assert (word.end_ms, word.until_ms, word.epoch) == (T0 + 600_500, T0 + 120_500, 1)


def test_no_promise_goes_further_than_the_money() -> None:
    desk = office(span_ms=9_000_000)
    (word,) = desk.exchange("east", T0, [start("c", T0 + 500)]).words
    assert word.until_ms == word.end_ms == T0 + 600_500


def test_asking_makes_the_promise_longer() -> None:
    desk = office(span_ms=60_000)
    desk.exchange("east", T0, [start("c", T0)])
    (word,) = desk.exchange("east", T0 + 50_000, asks=["c"]).words
    assert word.until_ms == T0 + 120_000


def test_others_are_told_what_moved_and_only_that() -> None:
    desk = office()
    desk.exchange("east", T0, [start("c", T0 + 500)])
    assert desk.board.heard("east") == []
    desk.exchange("west", T0 + 1_000, [deposit("1.00", T0 + 1_500)])
    (hint,) = desk.board.heard("east")
    assert str(T0 + 1_200_500) in hint
    desk.exchange("west", T0 + 1_100)
    assert desk.board.heard("east") == []


def test_a_call_that_nobody_knows_is_refused() -> None:
    (word,) = office().exchange("east", T0, asks=["ghost"]).words
    assert (word.refused, word.final, word.reason) == (True, True, "unknown")
