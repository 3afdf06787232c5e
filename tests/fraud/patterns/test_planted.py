"""The made-up month: the same for a seed, in the order of time, with every pattern in it."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc

from securecall.fraud.patterns.catalogue import PATTERNS
from securecall.fraud.patterns.planted import plant


def test_a_seed_says_all() -> None:
    first, again, other = (plant(seed, people=60, days=2, each=2) for seed in (1, 1, 2))
    assert first.calls.equals(again.calls)
    assert first.labels == again.labels
    assert not first.calls.equals(other.calls)


def test_every_pattern_is_planted_as_often_as_said() -> None:
    made = plant(3, people=60, days=2, each=3)
    assert Counter(label.pattern for label in made.labels) == dict.fromkeys(PATTERNS, 3)
    starts = made.calls["start"].to_pylist()
    assert starts == sorted(starts)
    assert pc.min(made.calls["duration_ms"]).as_py() == 0
    assert all(label.first_at <= label.last_at for label in made.labels)
    outcomes = set(made.calls["outcome"].to_pylist())
    assert outcomes == {"answered", "unanswered", "busy", "invalid_pin", "suspended", "released"}
