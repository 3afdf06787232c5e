"""Ids of accounts, calls and requests, and the digest of what a request asks for."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from securecall.errors import InputError, InputTypeError

__all__ = ["MADE_LENGTH_MAX", "digest_of", "identifier", "word"]

LENGTH_MAX: Final = 200
# What the ledger makes of an id, such as that of a reload, ``auto:<account>:<number>``.
MADE_LENGTH_MAX: Final = 240
_OWN: Final = "#*"


def word(value: object, name: str, length_max: int = LENGTH_MAX) -> str:
    """Return text that can stand in a book: 1 to 200 characters, UTF-8, no control characters.

    Raises
    ------
    InputTypeError, InputError
        It is no text; it is empty, too long, not UTF-8, or has a control character.

    Source
    ------
    own.
    """
    if type(value) is not str:
        raise InputTypeError(f"{name} must be text, not {type(value).__name__}")
    if not 1 <= len(value) <= length_max:
        raise InputError(f"{name} must have 1 to {length_max} characters, not {len(value)}")
    if not value.isprintable():
        # Spaces of other kinds, controls and lone surrogates are all not printable.
        raise InputError(f"{name} must be printable UTF-8 text, not {value!r}")
    return value


def identifier(value: object, name: str, length_max: int = LENGTH_MAX) -> str:
    """Return an id: a `word` that begins with neither ``#`` nor ``*``, which are the ledger's own.

    Raises
    ------
    InputTypeError, InputError
        As `word`; or it begins with one of these.

    Source
    ------
    own.
    """
    if (
        type(value) is str
        and 0 < len(value) <= length_max
        and value.isprintable()
        and value[0] not in _OWN
    ):
        return value  # as nearly always: every operation looks at two ids or more
    text = word(value, name, length_max)
    if text[0] in _OWN:
        raise InputError(f"{name} must not begin with {text[0]!r}, as {text!r} does")
    return text


def digest_of(method: str, content: tuple[Any, ...]) -> bytes:
    """Return the digest of a request's content: its method and arguments.

    Source
    ------
    own; docs/ledger.md, "Requests".
    """
    # The literal of a tuple is one text for one content, whatever the version of Python; as ASCII
    # it does not depend on which characters a version holds for printable either.
    return sha256(f"({method!a}, {content!a})".encode()).digest()
