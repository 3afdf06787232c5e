"""Precision and recall: by hand, and of the planted month at a fixed seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from securecall.errors import InputError
from securecall.fraud.patterns import Finding, scan
from securecall.fraud.patterns.catalogue import PATTERNS
from securecall.fraud.patterns.evaluation import Label, Score, evaluate, read_labels
from securecall.fraud.patterns.planted import plant

AT = datetime(2026, 5, 1, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE = Finding("chain", "p", "f", AT, AT + HOUR, 4, 0.5, "why")


def test_a_finding_is_right_if_pattern_subject_and_time_meet() -> None:
    label = Label("chain", "p", AT + HOUR, AT + 2 * HOUR)
    assert label.fits(ONE)
    assert not label.fits(replace(ONE, last_at=AT + HOUR - timedelta(milliseconds=1)))
    assert not label.fits(replace(ONE, subject="q"))
    assert not label.fits(replace(ONE, pattern="velocity"))
    assert not replace(label, first_at=AT - 2 * HOUR, last_at=AT - HOUR).fits(ONE)


def test_scores_are_counted() -> None:
    labels = [Label("chain", name, AT, AT) for name in ("p", "q")]
    again = replace(ONE, first_at=AT - HOUR)
    [chain, hot] = evaluate([ONE, again, replace(ONE, subject="r"),
                             replace(ONE, pattern="hot_number")], labels)  # fmt: skip
    assert chain == Score("chain", 2, 1, 3, 2)
    assert (chain.precision, chain.recall) == (2 / 3, 0.5)
    assert (hot.precision, hot.recall) == (0.0, None)
    assert str(chain) == ("chain          precision  66.7% (2 of 3), recall  50.0% (1 of 2)")
    assert "recall   none" in str(hot)
    assert chain.to_dict()["recall"] == 0.5


# What the planted month gives; least precision and least recall of two seeds, with some room.
LEAST = {
    "velocity": (0.95, 0.8), "shared_number": (0.8, 0.6), "shared_pin": (0.9, 0.75),
    "invalid_pin": (0.95, 0.8), "chain": (0.95, 0.4), "sequence": (0.95, 0.7),
    "short_burst": (0.95, 0.45), "hot_number": (1, 1), "busy_number": (0.95, 0.4),
    "forwarding": (0.8, 0.5), "suspended": (1, 1), "schedule": (0.95, 0.95),
}  # fmt: skip


def test_the_planted_month_is_found_as_well_as_it_was() -> None:
    made = plant(1)
    result = scan(made.calls, made.parameters)
    assert result.bad == {}
    scores = {one.pattern: one for one in evaluate(result.findings, made.labels)}
    assert set(scores) == set(LEAST) == set(PATTERNS)
    for name, (precision, recall) in LEAST.items():
        score = scores[name]
        assert score.precision is not None
        assert score.recall is not None
        assert precision <= score.precision <= 1, score
        assert recall <= score.recall <= 1, score
    # Some were planted below the thresholds: who finds all of them fires at everything.
    assert sum(score.labels - score.found for score in scores.values()) > 10


def test_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "pattern,subject,first_at,last_at\n"
        "chain,p,2026-05-01T08:00:00-05:00,2026-05-01T14:00:00+00:00\n"
    )
    assert read_labels(path) == [Label("chain", "p", AT, AT + HOUR)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pattern,subject,first_at\n", ":1: column 'last_at' is missing"),
        ("pattern,subject,first_at,last_at\nchain,p,x,y\n", ":2: "),
        ("pattern,subject,first_at,last_at\nchan,p,2026-05-01T08:00Z,2026-05-01T08:00Z\n",
         "did you mean 'chain'"),
        ("pattern,subject,first_at,last_at\nchain,p,2026-05-01,2026-05-01\n", "an offset"),
        ("pattern,subject,first_at,last_at\nchain,p\n", ":2: "),
    ],
)  # fmt: skip
def test_labels_that_are_wrong_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_labels(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
