"""The quick encoder writes what the json module writes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.ledger import compact_json
from securecall.ledger.compact_json import encoder

dumps = encoder()

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(plain)
def test_it_writes_what_json_writes(value: object) -> None:
    assert dumps(value) == json.dumps(value, separators=(",", ":"), sort_keys=True)


def test_what_it_does_not_know_is_asked_for_or_refused() -> None:
    assert encoder(lambda value: [repr(value)])([1j]) == '[["1j"]]'
    with pytest.raises(TypeError, match="complex cannot be kept"):
        dumps(1j)


def test_an_interpreter_without_the_compiled_encoder_writes_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    slow = compact_json.encoder()
    assert slow({"b": [1, "é"], "a": None}) == dumps({"b": [1, "é"], "a": None})
