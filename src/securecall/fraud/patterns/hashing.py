"""Texts as keys of 64 bits, and dialled numbers as whole numbers.

A key says who is who without keeping the text: 10 million subjects share one of 2^64 keys with a
chance of about 3 in a million that any two of them are the same. The text itself is read again from
the row of the finding.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.compiled import compiled

__all__ = ["digits_of", "key_of", "keys_of"]

DIGITS_MAX: Final = 18  # what 64 bits hold; E.164 has 15 at most
_SEED: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_MIX_1: Final = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2: Final = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT: Final = np.uint64(33)
Whole = NDArray[np.int64]


@compiled
def _keys(offsets: Whole, content: Any, keys: Whole) -> None:
    # FNV-1a, then the last step of MurmurHash3, since the low bits choose the room.
    for row in range(keys.size):
        key = _SEED
        for at in range(offsets[row], offsets[row + 1]):
            key = (key ^ np.uint64(content[at])) * _PRIME
        key ^= key >> _SHIFT
        key *= _MIX_1
        key ^= key >> _SHIFT
        key *= _MIX_2
        key ^= key >> _SHIFT
        keys[row] = np.int64(key)
        if keys[row] == 0:
            keys[row] = 1


@compiled
def _digits(offsets: Whole, content: Any, values: Whole) -> None:
    for row in range(values.size):
        first, after = offsets[row], offsets[row + 1]
        if first < after and content[first] == 43:  # "+"
            first += 1
        value = np.int64(0)
        if not 0 < after - first <= DIGITS_MAX:
            value = np.int64(-1)
            after = first
        for at in range(first, after):
            digit = np.int64(content[at]) - 48
            if digit < 0 or digit > 9:
                value = np.int64(-1)
                break
            value = value * 10 + digit
        values[row] = value


def _buffers(column: Any) -> tuple[Whole, NDArray[np.uint8]]:
    """Return offsets and bytes of an Arrow array of text; neither can be written."""
    import pyarrow as pa

    kind = np.int64 if pa.types.is_large_string(column.type) else np.int32
    _, offsets, content = column.buffers()
    if len(column) == 0 or offsets is None:
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, kind)[column.offset : column.offset + len(column) + 1]
    text = np.frombuffer(content if content is not None else b"", np.uint8)
    text.flags.writeable = False  # one compiled loop for all buffers
    return places.astype(np.int64), text


def keys_of(column: Any) -> Whole:
    """Return a key for each text of an Arrow array; 0 where there is none.

    Parameters
    ----------
    column : pyarrow.Array
        string or large_string, checked.

    Source
    ------
    FNV-1a (Fowler, Noll, Vo); MurmurHash3's finalizer (Appleby).
    """
    keys = np.zeros(len(column), np.int64)
    _keys(*_buffers(column), keys)
    if column.null_count:
        keys[column.is_null().to_numpy(zero_copy_only=False)] = 0
    return keys


def key_of(text: str) -> int:
    """Return the key of one text.

    Parameters
    ----------
    text : str

    Source
    ------
    As `keys_of`.
    """
    import pyarrow as pa

    return int(keys_of(pa.array([text], pa.string()))[0])


def digits_of(column: Any) -> Whole:
    """Return dialled numbers as whole numbers, -1 for what is none.

    Parameters
    ----------
    column : pyarrow.Array
        string or large_string, checked.

    Source
    ------
    own.
    """
    values = np.full(len(column), -1, np.int64)
    _digits(*_buffers(column), values)
    if column.null_count:
        values[column.is_null().to_numpy(zero_copy_only=False)] = -1
    return values
