"""What was heard beside what was sent."""

from __future__ import annotations

from securecall.fraud.conform.digits import Placed
from securecall.fraud.conform.matching import Match, match_digits, match_tone
from securecall.fraud.conform.receivers import Heard

SENT = [Placed(key, 100.0 * place, 100.0 * place + 50) for place, key in enumerate("1234")]


def heard(text: str, late_ms: float = 30.0) -> list[Heard]:
    """Return keys heard a little after each begins; a dot is nothing."""
    return [Heard(key, 100.0 * place + late_ms) for place, key in enumerate(text) if key != "."]


def timeless(text: str) -> list[Heard]:
    return [Heard(key, None) for key in text]


def test_all_found_with_their_latencies() -> None:
    assert match_digits(SENT, heard("1234")) == Match(4, (), (), (30.0,) * 4)


def test_a_missed_and_a_wrong_one() -> None:
    assert match_digits(SENT, heard("1.34")) == Match(3, (), ("2",), (30.0,) * 3)
    found = match_digits(SENT, heard("1934"))
    assert (found.found, found.extra, found.missed) == (3, ("9",), ("2",))


def test_a_digit_heard_twice_is_one_too_many() -> None:
    twice = [*heard("1234"), Heard("4", 345.0)]
    assert match_digits(SENT, twice).extra == ("4",)


def test_a_digit_heard_before_it_began_or_long_after_is_not_it() -> None:
    early = match_digits(SENT, [Heard("2", 99.0)])
    assert (early.found, early.extra, early.missed) == (0, ("2",), tuple("1234"))
    assert match_digits(SENT, [Heard("1", 201.0)]).found == 0
    assert match_digits(SENT, [Heard("1", 200.0)]).found == 1


def test_without_times_order_decides() -> None:
    assert match_digits(SENT, timeless("1234")) == Match(4, (), (), ())
    found = match_digits(SENT, timeless("13x24"))
    assert (found.found, len(found.extra), len(found.missed)) == (3, 2, 1)


def test_nothing_sent_or_nothing_heard() -> None:
    assert match_digits([], timeless("12")).extra == ("1", "2")
    assert match_digits(SENT, []).missed == tuple("1234")


def test_a_tone_is_found_once_repeats_are_fine_and_others_are_not() -> None:
    tone = Placed("busy", 1000.0, 5000.0)
    said = [Heard("busy", 2000.0), Heard("busy", 3000.0), Heard("cas", 2500.0)]
    assert match_tone(tone, said) == Match(1, ("cas",), (), (1000.0,))
    assert match_tone(tone, said, also=("cas",)).extra == ()
    assert match_tone(tone, [Heard("busy", 900.0)]) == Match(0, (), ("busy",), ())
    assert match_tone(tone, [Heard("busy", 6001.0)]).found == 0
