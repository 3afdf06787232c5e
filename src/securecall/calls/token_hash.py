"""How a verification token is kept: salted and hashed slowly, never as it is."""

from __future__ import annotations

import hmac
from hashlib import scrypt
from typing import Final

from securecall.errors import InputError, InputTypeError

__all__ = ["TOKEN_DIGITS", "matches", "new_token", "token_hash"]

TOKEN_DIGITS: Final = 8
_SALT_BYTES: Final = 16
#: Some 30 ms and 16 MiB: a token lives for minutes and has five tries, so that this is for a file
#: that was stolen meanwhile.
_COST: Final = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 64 << 20, "dklen": 32}
_FORMAT: Final = "scrypt-14-8-1"


def new_token() -> str:
    """Return digits that nobody can guess, and that can be read out over a telephone.

    Source
    ------
    own, over ``secrets``.
    """
    from secrets import randbelow

    return f"{randbelow(10**TOKEN_DIGITS):0{TOKEN_DIGITS}}"


def token_hash(token: str) -> str:
    """Return what is kept of a token.

    Raises
    ------
    InputTypeError, InputError
        It is no text of digits. The token itself is not told.

    Source
    ------
    RFC 7914 (2016), scrypt.

    Examples
    --------
    >>> kept = token_hash("40028922")
    >>> "40028922" in kept, matches("40028922", kept), matches("40028923", kept)
    (False, True, False)
    """
    from secrets import token_bytes

    salt = token_bytes(_SALT_BYTES)
    return f"{_FORMAT}${salt.hex()}${_digest(_checked(token), salt).hex()}"


def matches(token: object, kept: str) -> bool:
    """Say whether a token is the one that was hashed, in a time that tells nothing.

    Raises
    ------
    InputError
        What is kept was not made by `token_hash`.

    Source
    ------
    own.
    """
    name, _, rest = kept.partition("$")
    salt, _, digest = rest.partition("$")
    if name != _FORMAT or not salt or not digest:
        raise InputError("what is kept of a token is of no known format")
    if not isinstance(token, str) or not token.isascii() or not token.isdigit():
        return False
    found = _digest(token[: 4 * TOKEN_DIGITS], bytes.fromhex(salt))
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _checked(token: object) -> str:
    if not isinstance(token, str):
        raise InputTypeError(f"a token is text, not {type(token).__name__}")
    if len(token) != TOKEN_DIGITS or not token.isascii() or not token.isdigit():
        raise InputError(f"a token must have {TOKEN_DIGITS} digits")
    return token


def _digest(token: str, salt: bytes) -> bytes:
    return scrypt(token.encode(), salt=salt, **_COST)
