"""Texts as keys, and numbers as values, whatever Arrow array they come in."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from securecall.fraud.patterns.hashing import digits_of, key_of, keys_of


@given(st.lists(st.none() | st.text(max_size=12)), st.integers(0, 5))
def test_equal_texts_have_equal_keys_and_others_do_not(words: list[str | None], skip: int) -> None:
    short = pa.array(words, pa.string())[skip:]
    long = pa.array(words, pa.large_string())[skip:]
    keys = keys_of(short).tolist()
    assert keys == keys_of(long).tolist()
    pairs = set(zip(short.to_pylist(), keys, strict=True))
    assert len(pairs) == len({word for word, _ in pairs}) == len({key for _, key in pairs})
    assert all((key == 0) == (word is None) for word, key in pairs)
    assert all(key_of(word) == key for word, key in pairs if word is not None)


def test_a_key_is_what_the_algorithms_say() -> None:
    mask = (1 << 64) - 1
    key = 0xCBF29CE484222325
    for byte in b"+17135550100":
        key = (key ^ byte) * 0x100000001B3 & mask
    key ^= key >> 33
    key = key * 0xFF51AFD7ED558CCD & mask
    key ^= key >> 33
    key = key * 0xC4CEB9FE1A85EC53 & mask
    key ^= key >> 33
    assert key_of("+17135550100") & mask == key


def test_a_hundred_thousand_numbers_spread_evenly() -> None:
    keys = keys_of(pa.array([f"+1713{each:07}" for each in range(100_000)]))
    assert len(set(keys.tolist())) == 100_000
    rooms = len(set((keys & ((1 << 17) - 1)).tolist()))
    assert 69_000 < rooms < 71_000  # 1 - exp(-n/m) of 131 072 rooms is 69 966


@given(st.lists(st.none() | st.from_regex(r"\+?[0-9x]{0,20}", fullmatch=True)))
def test_numbers_have_values(words: list[str | None]) -> None:
    def value(word: str | None) -> int:
        plain = (word or "").removeprefix("+")
        return int(plain) if plain.isdigit() and len(plain) <= 18 else -1

    assert digits_of(pa.array(words, pa.string())).tolist() == [value(word) for word in words]
