"""Words that stay as they lie."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.rating.packed_words import PackedWords


@given(st.lists(st.text(max_size=9), max_size=9))
def test_packed_words_are_the_words(words: list[str]) -> None:
    packed = PackedWords.of(words)
    assert list(packed) == words
    assert len(packed) == len(words)
    assert packed == words
    assert packed == tuple(words)
    assert packed == PackedWords(bytes(packed.offsets), bytes(packed.text))
    for place in range(-len(words), len(words)):
        assert packed[place] == words[place]
    assert packed[1:-1] == words[1:-1]
    assert packed != [*words, "more"]
    assert packed != PackedWords.of([*words, "more"])


def test_a_place_that_is_not_there_is_told() -> None:
    with pytest.raises(IndexError, match="there are 2 words, and none at 2"):
        PackedWords.of(["a", "b"])[2]
    with pytest.raises(IndexError, match="there are 0 words"):
        PackedWords.of([])[-1]


def test_few_of_them_are_shown() -> None:
    assert repr(PackedWords.of("abcd")) == "<4 words: 'a', 'b', 'c', ...>"
    assert repr(PackedWords.of(["é"])) == "<1 words: 'é'>"


def test_arrow_gets_the_same_words() -> None:
    for words in (["a", "", "é", "longer"], []):
        made = PackedWords.of(words).to_arrow()
        made.validate(full=True)
        assert made.type == pa.string()
        assert made.to_pylist() == words
