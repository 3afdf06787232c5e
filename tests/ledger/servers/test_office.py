"""The office decides by the law and by what it has promised."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.ledger.servers.small_office import T0, deposit, end, office, start, withdraw

from securecall.errors import InputError


def test_plans_are_done_in_the_order_of_their_instants() -> None:
    desk = office()
    desk.exchange("east", T0 + 900, [start("d", T0 + 1_001, price=900_000)])
    desk.exchange("west", T0 + 800, [start("c", T0 + 1_000, "west")])
    assert desk.ledger.running_calls() == ()
    desk.exchange("east", T0 + 2_000)
    assert desk.ledger.running_calls() == ("c", "d")
    done = desk.ledger._store.read(lambda view: [op.request_id for op in view.ops(2)])
    assert done == ["start:c", "start:d"]


def test_what_comes_after_its_instant_was_closed_is_late_but_for_ends() -> None:
    desk = office(span_ms=600_000)
    desk.exchange("east", T0, [start("c", T0 + 500)])
    desk.exchange("east", T0 + 200_000, asks=["c"])
    late = desk.exchange("west", T0 + 200_000, [deposit("1", T0 + 100_000)])
    assert late.states[f"deposit:{T0 + 100_000}"] == ("refused", "late")
    again = replace(deposit("1", T0 + 100_000), at_ms=T0 + 201_000)
    assert desk.exchange("west", T0 + 200_500, [again]).states[again.request_id][0] == "filed"
    ended = desk.exchange("east", T0 + 200_600, [end("c", T0 + 100_000)])
    assert ended.states["end:c"] == ("done", "ok")
    assert desk.ledger.call("c").ended_ms == T0 + 100_000


def test_a_plan_that_would_break_a_promise_waits_until_it_is_given_back() -> None:
    desk = office(span_ms=600_000)
    desk.exchange("east", T0, [start("c", T0 + 500)])
    asked = desk.exchange("west", T0 + 60_000, [start("d", T0 + 60_200, "west", 700_000)])
    assert asked.states["start:d"] == ("waiting", "")
    recall = json.loads(desk.board.heard("east")[0])
    assert recall[2] == T0 + 180_500
    desk.exchange("east", T0 + 60_100, acks=[("c", recall[3], recall[2])])
    (word,) = desk.exchange("west", T0 + 60_200, asks=["d"]).words
    assert (word.waiting, word.refused, word.end_ms) == (False, False, T0 + 120_200)
    (mine,) = desk.exchange("east", T0 + 60_200, asks=["c"]).words
    assert mine.end_ms == T0 + 180_500


def test_a_promise_that_nobody_gives_back_stands() -> None:
    """Six minutes are promised, so 60 cents: a newcomer may have no more than what is left."""
    desk = office(span_ms=300_000)
    (word,) = desk.exchange("east", T0, [start("c", T0 + 500)]).words
    desk.exchange("west", T0 + 1_000, [start("d", T0 + 1_200, "west", 100_000, 1_000)])
    (mine,) = desk.exchange("west", T0 + 3_000, asks=["d"]).words
    assert not mine.waiting
    assert desk.board.heard("east")
    seen = desk.ledger._store.read(lambda view: view.call("d"))
    assert seen is None or seen.limit_ms is not None
    desk.exchange("west", T0 + 700_000)
    assert desk.ledger.call("c").charged_micros >= (word.until_ms - T0 - 500) // 60_000 * 100_000
    assert desk.ledger.balance("a").posted_micros >= 0


def test_a_promise_to_a_call_that_has_not_begun_is_asked_back_too() -> None:
    desk = office(span_ms=60_000)
    desk.exchange("east", T0, [start("c", T0 + 501, price=600_000)])
    asked = desk.exchange("west", T0 + 10, [start("d", T0 + 500, "west", 600_000)])
    assert asked.states["start:d"] == ("waiting", "")
    (recall, *_) = [json.loads(each) for each in desk.board.heard("east")]
    assert recall[2] == T0 + 501
    (mine,) = desk.exchange("east", T0 + 100, acks=[("c", recall[3], T0 + 501)], asks=["c"]).words
    assert mine.refused
    (theirs,) = desk.exchange("west", T0 + 110, asks=["d"]).words
    assert (theirs.refused, theirs.waiting, theirs.until_ms) == (False, False, T0 + 60_500)


def test_a_withdrawal_that_would_break_a_promise_is_refused() -> None:
    desk = office(span_ms=600_000)
    desk.exchange("east", T0, [start("c", T0 + 500)])
    taken = withdraw("0.50", T0 + 2_000)
    assert desk.exchange("west", T0 + 1_800, [taken]).states[taken.request_id][0] == "waiting"
    states = desk.exchange("west", T0 + 2_600, [taken]).states
    assert states[taken.request_id] == ("refused", "promised")
    assert desk.ledger.balance("a").posted_micros == 1_000_000


def test_an_acknowledgement_of_another_epoch_moves_nothing() -> None:
    desk = office(span_ms=600_000)
    desk.exchange("east", T0, [start("c", T0 + 500)])
    desk.exchange("west", T0 + 60_000, [start("d", T0 + 60_200, "west", 700_000)])
    desk.exchange("east", T0 + 60_100, acks=[("c", 1, T0 + 500)])
    desk.exchange("north", T0 + 60_100, acks=[("c", 2, T0 + 500)])
    with desk.board.taken() as table:
        assert table.lease("c").until_ms == T0 + 600_500


def test_who_is_not_heard_of_any_more_is_charged_to_the_end_of_the_promise() -> None:
    desk = office(span_ms=60_000)
    desk.exchange("east", T0, [start("c", T0 + 500)])
    desk.exchange("west", T0 + 130_700)
    lost = desk.ledger.call("c")
    assert (lost.reason, lost.ended_ms) == ("recovered", T0 + 120_500)
    assert lost.charged_micros == 200_000


def test_a_report_that_comes_after_that_gives_back_what_was_not_used() -> None:
    desk = office(span_ms=60_000)
    desk.exchange("east", T0, [start("c", T0 + 500)])
    desk.exchange("west", T0 + 130_700)
    desk.exchange("east", T0 + 140_000, [end("c", T0 + 30_000)])
    call = desk.ledger.call("c")
    assert call.charged_micros - call.refunded_micros == 100_000


def test_a_message_may_come_again() -> None:
    desk = office()
    items = [start("c", T0 + 500), deposit("1", T0 + 501)]
    first = desk.exchange("east", T0, items)
    assert desk.exchange("east", T0, items).states == first.states
    desk.exchange("east", T0 + 1_000)
    assert desk.exchange("east", T0 + 1_001, items).states["start:c"] == ("done", "ok")
    assert desk.ledger.balance("a").posted_micros == 2_000_000


def test_what_the_ledger_would_not_take_is_refused_at_once() -> None:
    desk = office()
    wrong = replace(deposit("1", T0 + 500), arguments={"account": "a", "amount": "-1"})
    there = {"account": "z", "amount": "1"}
    nobody = replace(deposit("1", T0 + 501), accounts=("z",), arguments=there)
    states = desk.exchange("west", T0, [wrong, nobody]).states
    assert states[wrong.request_id] == ("refused", "InputError")
    assert states[nobody.request_id] == ("refused", "Unknown")


def test_a_span_too_short_for_its_delays_is_refused() -> None:
    desk = office()
    with pytest.raises(InputError, match="eight times as much"):
        type(desk)(desk.ledger, desk.board, delay_ms=100, span_ms=799)


def test_an_id_that_was_used_for_something_else_is_told_and_does_nothing() -> None:
    """As by a second server of the same name, or one that counts from the beginning again."""
    desk = office()
    first = replace(deposit("1", T0 + 500), request_id="s-1")
    assert desk.exchange("east", T0, [first]).states == {"s-1": ("filed", "")}
    others = [
        replace(deposit("2", T0 + 600), request_id="s-1"),
        replace(withdraw("1", T0 + 600), request_id="s-1"),
        replace(start("c", T0 + 600), request_id="s-1"),
    ]
    for other in others:
        reply = desk.exchange("east", T0 + 100, [other, deposit("3", T0 + 700)])
        assert reply.states["s-1"] == ("refused", "RequestConflict")
        assert reply.states[f"deposit:{T0 + 700}"] == ("filed", "")
        assert all(word.refused for word in reply.words)
    assert desk.exchange("east", T0 + 2_000, [first]).states == {"s-1": ("done", "ok")}
    for other in others:
        states = desk.exchange("east", T0 + 2_100, [other]).states
        assert states == {"s-1": ("refused", "RequestConflict")}
    assert desk.ledger.balance("a").posted == 5
    assert desk.ledger.running_calls() == ()


def test_a_clock_that_goes_wrong_shows_in_what_is_closed() -> None:
    """Who hears that the future is closed knows that a clock is wrong; ends still count."""
    desk = office()
    desk.exchange("east", T0, [start("c", T0 + 500)])
    assert desk.exchange("east", T0 + 700).closed_ms == T0 + 600
    desk.exchange("west", T0 + 3_600_000)  # an hour ahead
    reply = desk.exchange("east", T0 + 800, [start("d", T0 + 1_000), end("c", T0 + 800)])
    assert reply.states == {"start:d": ("refused", "late"), "end:c": ("done", "ok")}
    assert reply.closed_ms == T0 + 3_599_900 > T0 + 800
