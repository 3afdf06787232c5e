"""Identity: how often a PIN may be wrong, and the end of a lock."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.gates import fast_identity

from securecall.calls.identity import DAY_MS, Identity, PinAnswer
from securecall.errors import InputError, InputTypeError, Unknown

LOCK_MS = 900_000


def keyed(identity: Identity, *pins: str, at_ms: int = 0, terminal: str = "A-01") -> list[str]:
    return [identity.verify("p-1", pin, terminal, at_ms=at_ms).code for pin in pins]


def test_the_right_pin_is_right_and_a_wrong_one_counts() -> None:
    identity = fast_identity()
    assert identity.verify("p-1", "4711", "A-01", at_ms=0) == PinAnswer("ok", 3)
    assert identity.verify("p-1", "4712", "A-01", at_ms=0) == PinAnswer("pin_invalid", 2)
    assert identity.verify("p-1", "4712", "A-01", at_ms=0) == PinAnswer("pin_invalid", 1)
    assert keyed(identity, "4711") == ["ok"]
    assert identity.verify("p-1", "4712", "A-01", at_ms=0).left == 2  # forgotten


def test_after_three_wrong_ones_not_even_the_right_one_is_taken() -> None:
    identity = fast_identity()
    assert keyed(identity, "1", "2") == ["pin_invalid"] * 2
    assert identity.verify("p-1", "3", "A-01", at_ms=0) == PinAnswer("pin_invalid", 0, LOCK_MS)
    assert identity.verify("p-1", "4711", "A-02", at_ms=LOCK_MS - 1) == PinAnswer(
        "pin_locked", 0, LOCK_MS
    )
    assert keyed(identity, "4711", at_ms=LOCK_MS, terminal="A-02") == ["ok"]


def test_the_last_try_may_be_the_right_one() -> None:
    identity = fast_identity()
    assert keyed(identity, "1", "2", "4711", "1") == ["pin_invalid"] * 2 + ["ok", "pin_invalid"]


def test_each_lock_lasts_twice_as_long_up_to_a_day_until_the_right_pin() -> None:
    identity = fast_identity(terminal_wrong_max=1_000)
    at_ms, lasted = 0, []
    for _ in range(9):
        keyed(identity, "1", "2", "3", at_ms=at_ms)
        until_ms = identity.verify("p-1", "4711", "A-01", at_ms=at_ms).until_ms
        assert until_ms is not None
        lasted.append(until_ms - at_ms)
        at_ms = until_ms
    assert lasted == [LOCK_MS << turn for turn in range(7)] + [DAY_MS, DAY_MS]
    assert keyed(identity, "4711", at_ms=at_ms) == ["ok"]
    keyed(identity, "1", "2", "3", at_ms=at_ms)
    assert identity.verify("p-1", "4711", "A-01", at_ms=at_ms).until_ms == at_ms + LOCK_MS


def test_a_terminal_at_which_many_go_wrong_is_locked_for_everybody() -> None:
    identity = fast_identity(terminal_wrong_max=4)
    identity.set_pin("p-2", "8053", at=0, by="sgt-12")
    for person in ("p-3", "p-4", "p-5"):
        assert identity.verify(person, "1", "A-01", at_ms=0).code == "pin_not_set"
    assert keyed(identity, "1") == ["pin_invalid"]
    locked = identity.verify("p-2", "8053", "A-01", at_ms=5)
    assert locked == PinAnswer("terminal_locked", 0, LOCK_MS)
    assert identity.verify("p-2", "8053", "A-02", at_ms=5).code == "ok"
    identity.unlock_terminal("A-01", at=6, by="sgt-12", why="children")
    assert identity.verify("p-2", "8053", "A-01", at_ms=6).code == "ok"


def test_what_went_wrong_at_a_terminal_long_ago_is_forgotten() -> None:
    identity = fast_identity(terminal_wrong_max=2)
    assert identity.verify("p-9", "1", "A-01", at_ms=0).code == "pin_not_set"
    assert identity.verify("p-9", "1", "A-01", at_ms=LOCK_MS).code == "pin_not_set"
    assert identity.verify("p-9", "1", "A-01", at_ms=LOCK_MS + 1).code == "pin_not_set"
    assert identity.verify("p-9", "1", "A-01", at_ms=LOCK_MS + 2).code == "terminal_locked"


def test_staff_end_a_lock_and_it_is_logged() -> None:
    identity = fast_identity()
    keyed(identity, "1", "2", "3")
    identity.unlock("p-1", at=5, by="lt-3", why="new glasses")
    assert keyed(identity, "4711", at_ms=5) == ["ok"]
    lines = [(line.by, line.what) for line in identity.log()]
    assert lines == [("sgt-12", "set_pin"), ("gate", "lock"), ("lt-3", "unlock_person")]


def test_no_pin_is_missing_and_counts_nothing() -> None:
    identity = fast_identity()
    for pin in (None, ""):
        assert identity.verify("p-1", pin, "A-01", at_ms=0) == PinAnswer("pin_missing")
    assert identity.verify("p-1", "1", "A-01", at_ms=0).left == 2


def test_a_new_pin_ends_the_lock_of_the_old_one() -> None:
    identity = fast_identity()
    keyed(identity, "1", "2", "3")
    identity.set_pin("p-1", "9021", at=5, by="sgt-12")
    assert keyed(identity, "4711", "9021", at_ms=5) == ["pin_invalid", "ok"]
    identity.forget_pin("p-1", at=6, by="sgt-12")
    assert keyed(identity, "9021", at_ms=6) == ["pin_not_set"]
    with pytest.raises(Unknown, match="PIN of a person"):
        identity.forget_pin("p-1", at=7, by="sgt-12")


def test_locks_survive_a_restart_and_no_pin_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "pins.db"
    identity = fast_identity(path=path)
    keyed(identity, "5550", "5551", "5552")
    identity.close()
    again = Identity(path, passes=1, memory_kib=8, lanes=1)
    assert keyed(again, "4711", at_ms=5) == ["pin_locked"]
    assert keyed(again, "4711", at_ms=LOCK_MS) == ["ok"]
    again.close()
    with sqlite3.connect(path) as raw:
        dump = "\n".join(raw.iterdump())
    raw.close()
    assert "$argon2id$" in dump
    for pin in ("4711", "5550", "5551", "5552"):
        assert f"'{pin}'" not in dump
        assert f'"{pin}"' not in dump


def test_a_crash_while_the_hash_is_looked_at_gives_no_further_guess(tmp_path: Path) -> None:
    path = tmp_path / "pins.db"
    identity = fast_identity(path=path)

    def crash(*_: object) -> bool:
        raise KeyboardInterrupt

    identity._hashes = type("Crashing", (), {"fits": crash})()
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            identity.verify("p-1", "1", "A-01", at_ms=0)
    identity.close()
    again = Identity(path, passes=1, memory_kib=8, lanes=1)
    assert keyed(again, "4711") == ["pin_locked"]
    again.close()


def test_a_pin_is_hashed_anew_when_the_parameters_are_other_ones(tmp_path: Path) -> None:
    path = tmp_path / "pins.db"
    fast_identity(path=path).close()
    stronger = Identity(path, passes=2, memory_kib=16, lanes=1)
    before = stronger.records.rows("SELECT hash FROM pins")
    assert keyed(stronger, "4711") == ["ok"]
    after = stronger.records.rows("SELECT hash FROM pins")
    assert "m=8,t=1" in before[0][0]
    assert "m=16,t=2" in after[0][0]
    assert keyed(stronger, "4711") == ["ok"]
    stronger.close()


GUESSES = st.lists(st.tuples(st.integers(0, 2_000_000), st.booleans()), max_size=25)


@settings(max_examples=60)
@given(GUESSES)
def test_whoever_guesses_gets_three_guesses_a_lock(guesses: list[tuple[int, bool]]) -> None:
    identity = fast_identity(terminal_wrong_max=10_000)
    at_ms = wrong = locks = until_ms = 0
    for after_ms, right in guesses:
        at_ms += after_ms
        answer = identity.verify("p-1", "4711" if right else "4712", "A-01", at_ms=at_ms)
        if at_ms < until_ms:
            assert answer == PinAnswer("pin_locked", 0, until_ms)
        elif right:
            assert answer.code == "ok"
            wrong = locks = 0
        else:
            wrong += 1
            assert answer.code == "pin_invalid"
            assert answer.left == 3 - wrong
            if wrong == 3:
                until_ms = at_ms + min(LOCK_MS << locks, DAY_MS)
                assert answer.until_ms == until_ms
                wrong, locks = 0, locks + 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"wrong_max": 0}, InputError, "wrong_max must be 1"),
        ({"lock_ms": 0}, InputError, "lock_ms must be 1"),
        ({"terminal_wrong_max": True}, InputError, "terminal_wrong_max must be 1"),
        ({"voice": object()}, InputTypeError, "voice must have a method verify"),
    ],
)
def test_options_that_cannot_be_are_refused(
    options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Identity(**options)  # type: ignore[arg-type]


def test_unlocking_needs_a_reason() -> None:
    with pytest.raises(InputError, match="why must have"):
        fast_identity().unlock("p-1", at=0, by="sgt-12", why="")
