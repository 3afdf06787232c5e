"""How PINs are hashed: argon2id over what only the host knows, the person and the PIN."""

from __future__ import annotations

import hmac
from itertools import pairwise
from typing import Any, Final

from securecall.errors import InputError, InputTypeError

__all__ = ["PinHash", "checked_pin"]

PIN_DIGITS_MIN: Final = 4
PIN_DIGITS_MAX: Final = 12


def checked_pin(person: str, pin: object) -> str:
    """Return a PIN that may be set.

    Raises
    ------
    InputTypeError, InputError
        It is no text of 4 to 12 digits, or one that is guessed first. The PIN itself is not told.

    Source
    ------
    own; NIST SP 800-63B, section 5.1.1.2, on values that are commonly used.
    """
    if not isinstance(pin, str):
        raise InputTypeError(f"pin must be text, not {type(pin).__name__}")
    digits = pin.isascii() and pin.isdigit()
    if not digits or not PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX:
        raise InputError(f"pin must have {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise InputError("pin must not be one digit again and again, or digits in a row")
    if person.endswith(pin):
        raise InputError("pin must not be the end of the person's id")
    return pin


class PinHash:
    """Hashes and verifies PINs.

    A PIN of four digits is one of ten thousand: who has the file tries them all, whatever the hash.
    ``pepper`` is what he lacks: a key of the host that is in no file of the calls wing.

    Parameters
    ----------
    pepper : bytes
        16 bytes or more, or none.
    passes, memory_kib, lanes : int
        Of argon2id.

    Raises
    ------
    InputError
        argon2-cffi is not installed, or a parameter cannot be.
    """

    __slots__ = ("_errors", "_hasher", "_pepper")

    def __init__(self, pepper: bytes, passes: int, memory_kib: int, lanes: int) -> None:
        if not isinstance(pepper, bytes):
            raise InputTypeError(f"pepper must be bytes, not {type(pepper).__name__}")
        if pepper and len(pepper) < 16:
            raise InputError("pepper must have 16 bytes or more, or none at all")
        try:
            from argon2 import PasswordHasher, exceptions
        except ImportError:
            raise InputError("PINs need argon2-cffi: pip install securecall[identity]") from None
        least = (("passes", passes, 1), ("lanes", lanes, 1), ("memory_kib", memory_kib, 8))
        for name, value, low in least:
            if type(value) is not int or value < low:
                raise InputError(f"{name} must be {low} or more, not {value!r}")
        if memory_kib < 8 * lanes:
            raise InputError(f"memory_kib must be 8 or more for each of {lanes} lanes")
        self._pepper = pepper
        self._hasher: Any = PasswordHasher(passes, memory_kib, lanes)
        self._errors: Any = exceptions

    def hash(self, person: str, pin: str) -> str:
        """Return what is kept of a PIN."""
        return str(self._hasher.hash(self._secret(person, pin)))

    def fits(self, kept: str, person: str, pin: str) -> bool:
        """Return whether a PIN is the one that was kept; what is kept may be damaged."""
        try:
            return bool(self._hasher.verify(kept, self._secret(person, pin)))
        except (self._errors.VerificationError, self._errors.InvalidHashError):
            return False

    def is_old(self, kept: str) -> bool:
        """Return whether it was hashed with other parameters than one would today."""
        return bool(self._hasher.check_needs_rehash(kept))

    def _secret(self, person: str, pin: str) -> bytes:
        """Tie a PIN to its person, so that nobody's hash is of use for somebody else."""
        return hmac.digest(self._pepper, f"{person}\0{pin}".encode(), "sha256")
