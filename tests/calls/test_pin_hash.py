"""How PINs are hashed, and which may not be set."""

from __future__ import annotations

import sys

import pytest

from securecall.calls.pin_hash import PinHash, checked_pin
from securecall.errors import InputError, InputTypeError

KEY = b"sixteen bytes or more"


def fast(pepper: bytes = b"") -> PinHash:
    return PinHash(pepper, 1, 8, 1)


def test_a_hash_fits_its_person_and_pin_and_nothing_else() -> None:
    hashes = fast(KEY)
    kept = hashes.hash("p-1", "4711")
    assert kept.startswith("$argon2id$")
    assert hashes.fits(kept, "p-1", "4711")
    assert not hashes.fits(kept, "p-1", "4712")
    assert not hashes.fits(kept, "p-2", "4711")
    assert not hashes.fits("not a hash", "p-1", "4711")


def test_who_lacks_the_pepper_cannot_try_pins() -> None:
    kept = fast(KEY).hash("p-1", "4711")
    assert not fast().fits(kept, "p-1", "4711")
    assert not fast(KEY + b"!").fits(kept, "p-1", "4711")


def test_the_same_pin_is_kept_differently_each_time() -> None:
    assert fast().hash("p-1", "4711") != fast().hash("p-1", "4711")


def test_other_parameters_are_seen() -> None:
    kept = fast().hash("p-1", "4711")
    assert not fast().is_old(kept)
    assert PinHash(b"", 2, 8, 1).is_old(kept)


@pytest.mark.parametrize("pin", ["4711", "90210", "135790246813"])
def test_a_pin_that_may_be_set_is_returned(pin: str) -> None:
    assert checked_pin("p-1", pin) == pin


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        ("471", "4 to 12 digits"), ("4711471147114", "4 to 12 digits"), ("47a1", "digits"),
        ("٤٧١١", "digits"), ("", "digits"), ("0000", "again and again"), ("1234", "in a row"),
        ("987654", "in a row"), ("8901", "in a row"), ("2077", "end of the person's id"),
    ],
)  # fmt: skip
def test_a_pin_that_is_guessed_first_is_refused_without_telling_it(pin: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        checked_pin("p-2077", pin)
    assert not pin or pin not in str(refused.value)


def test_a_pin_is_text() -> None:
    with pytest.raises(InputTypeError, match="pin must be text, not int"):
        checked_pin("p-1", 4711)


@pytest.mark.parametrize(
    ("pepper", "parameters", "words"),
    [
        (b"short", (1, 8, 1), "16 bytes"), (b"", (0, 8, 1), "passes must be 1"),
        (b"", (1, 8, 0), "lanes must be 1"), (b"", (1, 7, 1), "memory_kib must be 8"),
        (b"", (1, 8, 4), "for each of 4 lanes"), (b"", (1, True, 1), "memory_kib must be 8"),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_are_refused(
    pepper: bytes, parameters: tuple[int, int, int], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        PinHash(pepper, *parameters)


def test_a_pepper_is_bytes() -> None:
    with pytest.raises(InputTypeError, match="pepper must be bytes"):
        PinHash("text", 1, 8, 1)  # type: ignore[arg-type]


def test_what_is_missing_is_said_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argon2", None)
    with pytest.raises(InputError, match=r"pip install securecall\[identity\]"):
        fast()
