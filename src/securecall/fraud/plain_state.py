"""States as bytes: the plain attributes of an object, and parts that are checked when they return.

Nothing is pickled: what comes back is numbers, texts and arrays, and never code.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from securecall.errors import InputError, InputTypeError

__all__ = ["packed", "state_of", "take_state", "unpacked"]

_MAGIC: Final = b"scp1"
_SUM: Final = 8
_NUMBERS: Final = "biuf"


def packed(parts: Sequence[bytes]) -> bytes:
    """Return parts as one, with a sum over all of them.

    Parameters
    ----------
    parts : sequence of bytes

    Source
    ------
    own.
    """
    body = b"".join(len(part).to_bytes(4, "little") + part for part in parts)
    return _MAGIC + sha256(body).digest()[:_SUM] + body


def unpacked(saved: bytes, count: int) -> list[bytes]:
    """Return so many parts.

    Parameters
    ----------
    saved : bytes
    count : int

    Raises
    ------
    InputTypeError
        Not bytes.
    InputError
        Other parts than these, or damaged since.

    Source
    ------
    own.
    """
    if type(saved) is not bytes:
        raise InputTypeError(f"a saved state is bytes, not {type(saved).__name__}")
    head, body = len(_MAGIC) + _SUM, saved[len(_MAGIC) + _SUM :]
    if saved[:head] != _MAGIC + sha256(body).digest()[:_SUM]:
        raise InputError("saved: this is no state, or it was damaged after it was saved")
    parts = []
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "little")
        parts.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    if len(parts) != count:
        raise InputError(f"saved: it has {len(parts)} parts, not {count}: another detector's")
    return parts


def state_of(thing: Any) -> bytes:
    """Return an object's state: what its ``save`` returns, or its attributes if they are plain.

    Parameters
    ----------
    thing : object

    Raises
    ------
    InputError
        An attribute is not plain, and it has no ``save``.

    Source
    ------
    own.
    """
    name = type(thing).__name__
    if hasattr(thing, "save"):
        state = thing.save()
        if type(state) is not bytes:
            raise InputTypeError(f"{name}.save() must return bytes, not {type(state).__name__}")
        return _head(name) + state
    if any(vars(kind).get("__slots__") for kind in type(thing).__mro__):
        raise InputError(f"{name} has __slots__: write save() and restore(saved)")
    told = {key: _told(value, f"{name}.{key}") for key, value in vars(thing).items()}
    return _head(name) + json.dumps(told, separators=(",", ":")).encode()


def take_state(thing: Any, state: bytes) -> None:
    """Give an object the state that `state_of` returned of another of its class.

    Parameters
    ----------
    thing : object
    state : bytes

    Raises
    ------
    InputError
        It is the state of another class.

    Source
    ------
    own.
    """
    name = type(thing).__name__
    head = _head(name)
    if state[: len(head)] != head:
        raise InputError(f"saved: this is not the state of a {name}")
    body = state[len(head) :]
    if hasattr(thing, "restore"):
        thing.restore(body)
        return
    kept = {key: _read(value) for key, value in json.loads(body).items()}
    vars(thing).clear()
    vars(thing).update(kept)


def _head(name: str) -> bytes:
    return name.encode() + b"\n"


def _told(value: Any, where: str) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [_told(each, where) for each in value]
    if type(value) is tuple:
        return {"tuple": [_told(each, where) for each in value]}
    if type(value) is dict:
        return {"dict": [[_told(k, where), _told(each, where)] for k, each in value.items()]}
    if type(value) is deque:
        return {"deque": [value.maxlen, [_told(each, where) for each in value]]}
    if getattr(getattr(value, "dtype", None), "kind", "") in tuple(_NUMBERS):
        import numpy as np

        told = [value.dtype.str, list(value.shape), b64encode(value.tobytes()).decode()]
        return {"array" if isinstance(value, np.ndarray) else "number": told}
    raise InputError(
        f"{where} is a {type(value).__name__}, which is not saved by itself: "
        f"write save() and restore(saved)"
    )


def _read(told: Any) -> Any:
    if isinstance(told, list):
        return [_read(each) for each in told]
    if not isinstance(told, dict):
        return told
    ((kind, inner),) = told.items()
    if kind == "tuple":
        return tuple(_read(each) for each in inner)
    if kind == "dict":
        return {_read(key): _read(value) for key, value in inner}
    if kind == "deque":
        return deque((_read(each) for each in inner[1]), inner[0])
    import numpy as np

    dtype, shape, text = inner
    made = np.frombuffer(b64decode(text), np.dtype(dtype)).reshape(shape).copy()
    return made if kind == "array" else made[()]
