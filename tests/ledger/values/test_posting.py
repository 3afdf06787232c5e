"""What is answered about postings."""

from __future__ import annotations

from decimal import Decimal

from securecall.ledger.values.posting import PostedPart, PostingState
from securecall.ledger.values.text import decode, encode


def test_an_operations_answer_is_kept_and_read_back() -> None:
    part = PostedPart(
        "ok", "may", 5, 3, 1, 0, 1, 210_000, 0, (("revenue", 210_000),), ((2, "late"),)
    )
    assert decode(encode(part)) == part
    assert (part.ok, part.total) == (True, Decimal("0.21"))


def test_a_posting_has_a_face_in_dollars() -> None:
    state = PostingState("may", 1, 210_000, {"revenue": 200_000, "tax:ny": 10_000}, 0, 1_000)
    assert state.parts == {"revenue": Decimal("0.2"), "tax:ny": Decimal("0.01")}
    assert (state.last_at - state.first_at).total_seconds() == 1
