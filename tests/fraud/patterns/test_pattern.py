"""What all patterns share: parameters, words, evidence."""

from __future__ import annotations

import pytest

from securecall.errors import InputError
from securecall.fraud.patterns import Velocity
from securecall.fraud.patterns.catalogue import PARAMETERS, PATTERNS
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.pattern import MOST, at_least, many, span


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 s"), (59_999, "59.999 s"), (60_000, "1 min"), (7_199_999, "120 min"),
     (7_200_000, "2 h"), (172_800_000, "2 days")],
)  # fmt: skip
def test_stretches_of_time_are_told_for_people(ms: int, words: str) -> None:
    assert span(ms) == words


def test_counts_have_their_words() -> None:
    assert (many(1, "call"), many(1000, "call")) == ("1 call", "1,000 calls")


def test_parameters_are_whole_numbers_within_limits() -> None:
    at_least(Velocity(), calls=12, window_ms=1)
    for wrong in (13, MOST + 1):
        with pytest.raises(InputError, match="Velocity: calls must be a whole number of"):
            at_least(Velocity(), calls=wrong)
    with pytest.raises(InputError, match=f"not {MOST + 1}"):
        Velocity(window_ms=MOST + 1)


@pytest.mark.parametrize("name", list(PATTERNS))
def test_every_pattern_says_why_and_with_which_parameters(name: str) -> None:
    parameters = PARAMETERS[name]()
    if name == "schedule":
        from securecall.fraud.patterns import Hours, Schedule

        parameters = Schedule(hours={"p": Hours("UTC")})
    pattern = PATTERNS[name](parameters)
    episode = Episode("p", "f", "c-1", 0, 1, 77, 0.5, 3)
    assert "77" in pattern.reason(episode)
    evidence = pattern.evidence(episode)
    assert evidence["call_id"] == "c-1"
    assert evidence["measure"] == 3
    for item, value in evidence.items():
        if item not in ("call_id", "measure"):
            assert getattr(parameters, item) == value
    assert pattern.quiet_ms > 0
    assert pattern.bytes_held >= 0
