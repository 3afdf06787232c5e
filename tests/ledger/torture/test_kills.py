"""A few of the kills that a release must show."""

from __future__ import annotations

from tests.ledger.torture.alone import part_alone


def test_nothing_that_was_answered_is_lost_to_a_kill() -> None:
    found = part_alone("kill", 60)
    assert (found["result"], found["faults"], found["done"]) == ("held", [], 60)
    figures = found["figures"]
    # Kills hit writers at work: some operations were kept that nobody heard of.
    assert figures["operations kept"] >= figures["operations acknowledged"] > 60
    assert figures["with another process on the file"] > 0
    assert figures.get("before the first answer", 0) < 60
