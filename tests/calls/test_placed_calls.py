"""Placed calls: as far back as limits by the hour and courtesy calls look."""

from __future__ import annotations

from securecall.calls.directory import Directory


def test_calls_of_a_time_are_told_oldest_first() -> None:
    directory = Directory()
    for call_id, at in (("c2", 20), ("c1", 10), ("c3", 30)):
        directory.note_placed(call_id, "p-1", "+17135550123", at, courtesy=False)
    assert directory.placed_since("p-1", 10, 30) == (20, 30)
    assert directory.placed_since("p-1", 0, 29) == (10, 20)
    assert directory.placed_since("p-2", 0, 30) == ()


def test_courtesy_calls_are_counted_by_number_and_given_back() -> None:
    directory = Directory()
    directory.note_placed("c1", "p-1", "+17135550123", 10, courtesy=True)
    directory.note_placed("c2", "p-2", "+17135550123", 20, courtesy=True)
    directory.note_placed("c3", "p-1", "+17135550199", 20, courtesy=False)
    assert directory.courtesy_since("+17135550123", 9) == 2
    assert directory.courtesy_since("+17135550123", 10) == 1
    assert directory.courtesy_since("+17135550199", 0) == 0
    directory.forget_courtesy("c1")
    assert directory.courtesy_since("+17135550123", 0) == 1


def test_an_id_is_known_for_ever_unless_its_call_never_began() -> None:
    directory = Directory()
    assert not directory.was_placed("c1")
    for call_id in ("c1", "c2"):
        directory.note_placed(call_id, "p-1", "+17135550123", 10, courtesy=False)
    directory.forget_placed("c2")
    assert (directory.was_placed("c1"), directory.was_placed("c2")) == (True, False)
