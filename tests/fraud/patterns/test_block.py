"""Rows as numbers, and their texts while they are held."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from securecall.fraud.patterns.block import OUTCOMES, Block, Texts, join


def block(*rows: int, lasts: int = 1, outcome: int = 0) -> Block:
    whole = np.array(rows, np.int64)
    return Block(*[whole] * 2, np.full_like(whole, lasts), *[whole] * 7,
                 np.full_like(whole, outcome))  # fmt: skip


def test_blocks_are_taken_apart_and_put_together() -> None:
    whole = block(1, 2, 3, 4)
    both = join([whole.take(slice(0, 2)), whole.take(np.array([3]))])
    assert both.row.tolist() == both.digits.tolist() == [1, 2, 4]
    assert join([whole]) is whole
    assert len(both) == 3


@pytest.mark.parametrize("word", [None, "hum", *OUTCOMES])
def test_conversations_last_and_no_word_speaks_against_them(word: str | None) -> None:
    code = 0 if word is None else OUTCOMES.get(word, 1)
    talked = word in (None, "hum", "answered", "completed", "ok")
    assert block(1, outcome=code).talked().tolist() == [talked]
    assert block(1, lasts=0, outcome=code).talked().tolist() == [False]


def test_texts_are_read_by_row_until_they_are_let_go() -> None:
    texts = Texts()
    for first, words in ((0, ["a", None]), (2, ["c"]), (3, ["d", "e"])):
        texts.hold(first, pa.record_batch({"person": words, "account": [f"{first}"] * len(words)}))
    assert [texts.read(row, "person", "account") for row in range(5)] == ["a", "0", "c", "d", "e"]
    assert texts.read(1, "person") is None
    assert texts.read(1, "station", "account") == "0"
    texts.release(2)
    assert len(texts) == 2
    texts.release(4)
    assert len(texts) == 1
    with pytest.raises(AssertionError, match="as long as the row"):
        texts.read(0, "person")
