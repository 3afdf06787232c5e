"""States as bytes: plain attributes come back as they were, and nothing else is taken."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import InputError, InputTypeError
from securecall.fraud.plain_state import packed, state_of, take_state, unpacked


class Thing:
    """Anything with attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


class Slotted:
    __slots__ = ("count",)


class Saved:
    def __init__(self) -> None:
        self.inside = object()
        self.told = b""

    def save(self) -> Any:
        return b"its own"

    def restore(self, saved: bytes) -> None:
        self.told = saved


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers() | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abcd"), plain))
def test_plain_attributes_come_back_as_they_were(attributes: dict[str, Any]) -> None:
    other = Thing(z=1, a=2)
    take_state(other, state_of(Thing(**attributes)))
    assert vars(other) == attributes
    assert repr(vars(other)) == repr(attributes)


def test_arrays_numbers_of_numpy_and_queues_come_back_as_they_were() -> None:
    other = Thing()
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    attributes = {
        "array": array, "strided": array[:, ::2], "nothing": np.zeros((0, 3), np.int64),
        "point": np.array(3.5), "number": np.float32(0.1), "yes": np.bool_(True),
        "queue": deque([1.5, (2,)], maxlen=4), "nan": float("nan"),
    }  # fmt: skip
    take_state(other, state_of(Thing(**attributes)))
    for name, value in attributes.items():
        got = getattr(other, name)
        assert type(got) is type(value), name
        assert repr(got) == repr(value), name
        if isinstance(value, np.ndarray):
            assert got.dtype == value.dtype
            got[...] = 0  # it belongs to whoever has it
    assert other.queue.maxlen == 4


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (object(), "Thing.model is a object"),
        ([{"deep": {1, 2}}], "Thing.model is a set"),
        (np.array(["text"]), "Thing.model is a ndarray"),
        (np.array([None]), "Thing.model is a ndarray"),
    ],
)
def test_what_is_not_plain_is_refused_by_name(value: object, told: str) -> None:
    with pytest.raises(InputError) as caught:
        state_of(Thing(model=value))
    assert str(caught.value) == (
        f"{told}, which is not saved by itself: write save() and restore(saved)"
    )


def test_a_class_with_slots_writes_its_own_save() -> None:
    with pytest.raises(InputError, match=r"Slotted has __slots__: write save\(\)"):
        state_of(Slotted())


def test_a_save_of_ones_own_comes_before_attributes() -> None:
    other = Saved()
    take_state(other, state_of(Saved()))
    assert other.told == b"its own"


def test_a_save_must_return_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Saved, "save", lambda self: "text")
    with pytest.raises(InputTypeError, match=r"Saved.save\(\) must return bytes, not str"):
        state_of(Saved())


def test_the_state_of_another_class_is_refused() -> None:
    with pytest.raises(InputError, match="this is not the state of a Saved"):
        take_state(Saved(), state_of(Thing(a=1)))


@given(st.lists(st.binary(max_size=20), max_size=4))
def test_parts_come_back(parts: list[bytes]) -> None:
    assert unpacked(packed(parts), len(parts)) == parts
    with pytest.raises(InputError, match=f"has {len(parts)} parts, not 9"):
        unpacked(packed(parts), 9)


@given(st.binary(min_size=1, max_size=20), st.data())
def test_a_changed_byte_is_seen(part: bytes, data: st.DataObject) -> None:
    saved = bytearray(packed([part]))
    saved[data.draw(st.integers(0, len(saved) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InputError, match="this is no state, or it was damaged"):
        unpacked(bytes(saved), 1)


def test_a_state_is_bytes() -> None:
    with pytest.raises(InputTypeError, match="a saved state is bytes, not str"):
        unpacked("state", 1)  # type: ignore[arg-type]
