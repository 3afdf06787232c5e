"""Many words in two pieces of memory, as Arrow lays text out: read in place, also from a file."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PackedWords"]


class PackedWords(Sequence[str]):
    """A list of words that never changes.

    A deck has a hundred thousand rate ids. As Python strings they would have to be made before the
    first call is rated, and laid out again for every table; so they stay as they lie.

    Attributes
    ----------
    offsets : buffer of int32
        Where each word begins in the text, and behind them where the last one ends.
    text : buffer of bytes
        UTF-8, without separators.
    """

    __slots__ = ("offsets", "text")

    def __init__(self, offsets: Any, text: Any) -> None:
        self.offsets = memoryview(offsets).cast("B").cast("i")
        self.text = memoryview(text).cast("B")

    @classmethod
    def of(cls, words: Iterable[str]) -> PackedWords:
        """Pack words."""
        encoded = [word.encode() for word in words]
        offsets = array("i", [0])
        end = 0
        for word in encoded:
            end += len(word)
            offsets.append(end)
        return cls(offsets, b"".join(encoded))

    def to_arrow(self) -> pa.Array:
        """Return them as an Arrow array of the same memory, without looking at one.

        Also the way to make one of a few words: ``pyarrow.array`` of a list imports pandas where it
        is installed, which takes longer than rating a million calls.
        """
        import pyarrow as pa

        buffers = [None, pa.py_buffer(self.offsets), pa.py_buffer(self.text)]
        return pa.Array.from_buffers(pa.string(), len(self), buffers)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(f"there are {len(self)} words, and none at {place}")
        place %= len(self)
        return bytes(self.text[self.offsets[place] : self.offsets[place + 1]]).decode()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedWords):
            return self.offsets == other.offsets and self.text == other.text
        return isinstance(other, list | tuple) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        few = ", ".join(map(repr, self[:3]))
        return f"<{len(self)} words: {few}{', ...' if len(self) > 3 else ''}>"
