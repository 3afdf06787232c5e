"""Promises and words are plain values that go through JSON as they are."""

from __future__ import annotations

import json

from securecall.ledger.servers.lease import Lease, Word


def test_a_word_comes_back_from_json() -> None:
    word = Word("c", None, 5, 2, False, False, True, "recall", 9)
    assert Word(*json.loads(json.dumps(word))) == word


def test_a_promise_is_replaced_not_changed() -> None:
    lease = Lease("c", "east", 1, 10, None, 20, ("a",))
    assert lease._replace(recall_ms=5).until_ms == 10
    assert lease.recall_ms is None
