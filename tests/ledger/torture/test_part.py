"""How much is enough, and when a part has held."""

from __future__ import annotations

from pathlib import Path

from securecall.ledger.torture.part import FAULTS_MAX, Order, Outcome


def test_times_are_met_exactly_and_time_ends_what_has_none(tmp_path: Path) -> None:
    order = Order(1, tmp_path, times=3)
    assert [order.wants(done) for done in (0, 2, 3, 4)] == [True, True, False, False]
    assert Order(1, tmp_path, seconds=0.0).wants(0), "something is always done"
    assert not Order(1, tmp_path, seconds=0.0).wants(1)
    assert Order(1, tmp_path, seconds=3600.0).wants(10**9)


def test_rooms_are_empty_apart_and_gone_after(tmp_path: Path) -> None:
    order = Order(1, tmp_path)
    with order.room() as first, order.room() as second:
        assert first != second
        assert first.parent == tmp_path
        assert list(first.iterdir()) == []
        (first / "ledger.db").write_bytes(b"x")
    assert list(tmp_path.iterdir()) == []
    with order.room(in_memory=True) as place:
        assert place.is_dir()
    assert not place.exists()


def test_a_part_holds_if_something_was_done_and_nothing_was_wrong() -> None:
    assert not Outcome("kill", "kills").held
    assert Outcome("kill", "kills", done=1).held
    assert not Outcome("kill", "kills", done=1, not_run="no fork").held
    outcome = Outcome("kill", "kills", done=1)
    outcome.blame("kill 1", [])
    assert outcome.held
    outcome.blame("kill 2", ["lost", "lost too"])
    assert not outcome.held
    assert (outcome.faulty, outcome.faults) == (1, ["kill 2: lost", "kill 2: lost too"])


def test_faults_are_counted_on_when_no_more_of_them_are_kept() -> None:
    outcome = Outcome("kill", "kills", done=50)
    for number in range(50):
        outcome.blame(str(number), ["lost"])
    assert (outcome.faulty, len(outcome.faults)) == (50, FAULTS_MAX)


def test_figures_add_up() -> None:
    outcome = Outcome("kill", "kills")
    outcome.count("torn")
    outcome.count("torn", 4)
    assert outcome.figures == {"torn": 5}
