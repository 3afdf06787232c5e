"""Profiles: numbers are somebody's who has read a token back."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from securecall.calls.profile import LIVES_MS, NUMBERS_MAX, TRIES, Profiles
from securecall.errors import InputError, StoreError, Unknown

NUMBER, OTHER = "+17135550123", "+17135550124"


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    # The true cost is tested in test_token_hash.py; here hundreds are made.
    cost = {"n": 2, "r": 1, "p": 1, "dklen": 32}
    monkeypatch.setattr("securecall.calls.token_hash._COST", cost)


def profiles(path: Path | str = ":memory:") -> Profiles:
    numbers = count(10_000_000)
    return Profiles(path, token=lambda: f"{next(numbers)}")


def test_a_number_is_verified_by_the_token_that_was_sent_to_it() -> None:
    made = profiles()
    sent = made.open("ana", facility="f", number=NUMBER, at=0)
    assert made.get("ana").waiting == (NUMBER,)
    assert made.of_number(NUMBER, facility="f") is None
    assert made.verify("ana", NUMBER, sent.token, at=1_000) == "ok"
    assert made.verify("ana", NUMBER, sent.token, at=1_001) == "verified"
    found = made.of_number(NUMBER, facility="f")
    assert found == made.get("ana")
    assert (found.account, found.numbers, found.waiting) == ("ana", (NUMBER,), ())  # type: ignore[union-attr]
    assert made.of_number(NUMBER, facility="other") is None


def test_a_token_expires() -> None:
    made = profiles()
    sent = made.open("ana", facility="f", number=NUMBER, at=0)
    assert made.verify("ana", NUMBER, sent.token, at=LIVES_MS) == "expired"
    assert sent.expires_at.timestamp() * 1_000 == LIVES_MS
    again = made.challenge("ana", number=NUMBER, at=LIVES_MS)
    assert made.verify("ana", NUMBER, again.token, at=LIVES_MS + 1) == "ok"


def test_guessing_locks_and_the_right_one_comes_too_late() -> None:
    made = profiles()
    sent = made.open("ana", facility="f", number=NUMBER, at=0)
    answers = [made.verify("ana", NUMBER, f"{n:08}", at=n) for n in range(TRIES)]
    assert answers == ["wrong_token"] * (TRIES - 1) + ["locked"]
    assert made.verify("ana", NUMBER, sent.token, at=1_000) == "locked"


def test_a_newer_token_takes_the_place_of_an_older_one() -> None:
    made = profiles()
    first = made.open("ana", facility="f", number=NUMBER, at=0)
    second = made.challenge("ana", number=NUMBER, at=1_000)
    assert made.verify("ana", NUMBER, first.token, at=2_000) == "wrong_token"
    assert made.verify("ana", NUMBER, second.token, at=2_000) == "ok"


def test_nobody_lets_a_strangers_telephone_ring_all_day() -> None:
    made = profiles()
    made.open("ana", facility="f", number=NUMBER, at=0)
    made.challenge("ana", number=NUMBER, at=1)
    made.open("bob", facility="f", number=NUMBER, at=2)
    with pytest.raises(InputError, match="has had 3 tokens within an hour"):
        made.challenge("bob", number=NUMBER, at=3)
    assert made.challenge("bob", number=NUMBER, at=3_600_001)


def test_several_numbers_and_one_that_goes_to_another_family() -> None:
    made = profiles()
    first = made.open("ana", facility="f", number=NUMBER, at=0, account="fam-1")
    made.verify("ana", NUMBER, first.token, at=1)
    second = made.challenge("ana", number=OTHER, at=2)
    made.verify("ana", OTHER, second.token, at=3)
    assert made.get("ana").numbers == (NUMBER, OTHER)
    theirs = made.open("bob", facility="f", number=OTHER, at=4)
    assert made.get("ana").numbers == (NUMBER, OTHER)
    assert made.verify("bob", OTHER, theirs.token, at=5) == "ok"
    assert made.get("ana").numbers == (NUMBER,)
    assert made.of_number(OTHER, facility="f") == made.get("bob")
    with pytest.raises(Unknown):
        made.verified_at("ana", OTHER)
    back = made.challenge("ana", number=OTHER, at=6)
    assert made.verify("ana", OTHER, back.token, at=7) == "ok"
    assert made.get("bob").numbers == ()


def test_a_profile_of_another_facility_keeps_the_number() -> None:
    made = profiles()
    for name, facility in (("ana", "f"), ("ana-2", "g")):
        sent = made.open(name, facility=facility, number=NUMBER, at=0)
        assert made.verify(name, NUMBER, sent.token, at=1) == "ok"
    assert made.get("ana").numbers == made.get("ana-2").numbers == (NUMBER,)


def test_what_is_kept_has_no_token_and_what_was_done_is_told(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    made = profiles(path)
    sent = made.open("ana", facility="f", number=NUMBER, at=0)
    made.verify("ana", NUMBER, "00000000", at=1)
    made.verify("ana", NUMBER, sent.token, at=2)
    assert [line.what for line in made.log()] == ["open", "token", "wrong_token", "verified"]
    made.close()
    content = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert sent.token.encode() not in content
    assert sent.token not in repr(sent)
    again = profiles(path)
    assert again.get("ana").numbers == (NUMBER,)
    again.close()


def test_what_cannot_be() -> None:
    made = profiles()
    sent = made.open("ana", facility="f", number=NUMBER, at=0)
    with pytest.raises(InputError, match="there is a profile 'ana'"):
        made.open("ana", facility="f", number=OTHER, at=1)
    with pytest.raises(InputError, match="or one of account 'ana'"):
        made.open("bob", facility="f", number=OTHER, at=1, account="ana")
    for number in ("7135550123", "+1", "+1713555012x", "+" + "1" * 16):
        with pytest.raises(InputError, match=r"E\.164"):
            made.challenge("ana", number=number, at=1)
    with pytest.raises(Unknown, match="no profile has the id 'eve'"):
        made.challenge("eve", number=OTHER, at=1)
    assert made.verify("ana", OTHER, "12345678", at=1) == "no_token"
    made.verify("ana", NUMBER, sent.token, at=1)
    with pytest.raises(InputError, match="no token is needed"):
        made.challenge("ana", number=NUMBER, at=2)
    for number in range(NUMBERS_MAX - 1):
        made.challenge("ana", number=f"+1713556{number:04}", at=3)
    with pytest.raises(InputError, match="at most 20 numbers"):
        made.challenge("ana", number="+17135570000", at=4)


def test_another_file_is_refused(tmp_path: Path) -> None:
    from securecall.ledger.ledger import Ledger

    Ledger.open(f"sqlite:///{tmp_path}/ledger.db").close()
    with pytest.raises(StoreError, match="something else"):
        Profiles(tmp_path / "ledger.db")
