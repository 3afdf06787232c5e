"""JSON without blanks, in ASCII, by an encoder that is made once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

__all__ = ["encoder"]


def encoder(default: Callable[[Any], Any] | None = None) -> Callable[[Any], str]:
    """Return what writes JSON, keys in order; the json module makes an encoder for every value.

    Source
    ------
    own.
    """
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        return json.JSONEncoder(separators=(",", ":"), sort_keys=True, default=default).encode
    write = make(
        None, default or _refuse, json.encoder.encode_basestring_ascii, None, ":", ",",
        True, False, False,
    )  # fmt: skip
    return lambda value: "".join(write(value, 0))


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")
