"""How a verification token is kept."""

from __future__ import annotations

import pytest

from securecall.calls.token_hash import TOKEN_DIGITS, matches, new_token, token_hash
from securecall.errors import InputError, InputTypeError


def test_tokens_are_digits_and_differ() -> None:
    made = {new_token() for _ in range(200)}
    assert len(made) > 190
    assert all(len(each) == TOKEN_DIGITS and each.isdigit() for each in made)


def test_two_hashes_of_a_token_differ_and_both_match() -> None:
    one, two = token_hash("12345678"), token_hash("12345678")
    assert one != two
    assert matches("12345678", one)
    assert matches("12345678", two)
    for wrong in ("12345679", "1234567", "123456789", "", "x" * 8, None, 12345678, "١٢٣٤٥٦٧٨"):
        assert not matches(wrong, one)


@pytest.mark.parametrize(
    ("token", "error"), [("1234567", InputError), ("a" * 8, InputError), (12345678, InputTypeError)]
)
def test_what_is_no_token_is_refused_and_not_told(token: object, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        token_hash(token)  # type: ignore[arg-type]
    assert str(token) not in str(caught.value)


@pytest.mark.parametrize("kept", ["", "plain", "scrypt-14-8-1$$", "md5$00$00"])
def test_what_was_kept_otherwise_is_refused(kept: str) -> None:
    with pytest.raises(InputError, match="no known format"):
        matches("12345678", kept)
