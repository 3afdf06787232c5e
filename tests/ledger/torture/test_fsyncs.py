"""A tenth of the failed syncs that a release must show."""

from __future__ import annotations

from tests.ledger.torture.alone import part_alone


def test_nothing_that_was_answered_is_lost_when_the_disk_fails() -> None:
    found = part_alone("fsync", 20)
    assert (found["result"], found["faults"]) == ("held", [])
    assert found["done"] >= 20
    figures = found["figures"]
    assert figures["power cuts after a failure"] > 20
    assert figures["answers of the store that it is unsure"] > 0
