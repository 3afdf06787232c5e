"""How well patterns find what is known to be there: precision and recall."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from securecall.errors import InputError
from securecall.fraud.patterns.catalogue import PATTERNS, check_name
from securecall.fraud.patterns.finding import Finding

__all__ = ["Label", "Score", "evaluate", "read_labels"]

COLUMNS = ("pattern", "subject", "first_at", "last_at")


@dataclass(frozen=True, slots=True)
class Label:
    """One fraud that is known.

    Attributes
    ----------
    pattern, subject : str
    first_at, last_at : datetime
        Aware; of the first and the last call.

    Source
    ------
    own.
    """

    pattern: str
    subject: str
    first_at: datetime
    last_at: datetime

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            There is no such pattern, or an instant has no offset.
        """
        check_name(self.pattern)
        for name in ("first_at", "last_at"):
            if getattr(self, name).tzinfo is None:
                raise InputError(f"{name} must have an offset, and has none: {getattr(self, name)}")

    def fits(self, finding: Finding) -> bool:
        """Return whether a finding is of this fraud: pattern, subject, and times that overlap.

        Parameters
        ----------
        finding : Finding

        Source
        ------
        own.
        """
        return (
            finding.pattern == self.pattern
            and finding.subject == self.subject
            and finding.first_at <= self.last_at
            and finding.last_at >= self.first_at
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How well one pattern did.

    Attributes
    ----------
    pattern : str
    labels, found : int
        Frauds that are known, and those of them that a finding fits.
    findings, right : int
        Findings, and those of them that fit a fraud.

    Source
    ------
    own.
    """

    pattern: str
    labels: int
    found: int
    findings: int
    right: int

    @property
    def precision(self) -> float | None:
        """Of the findings, how many are right; None without findings."""
        return self.right / self.findings if self.findings else None

    @property
    def recall(self) -> float | None:
        """Of the frauds, how many are found; None without frauds."""
        return self.found / self.labels if self.labels else None

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "precision": self.precision, "recall": self.recall}

    def __str__(self) -> str:
        """Return a line for people."""
        precision, recall = (
            "none" if value is None else f"{value:.1%}" for value in (self.precision, self.recall)
        )
        return (
            f"{self.pattern:<14} precision {precision:>6} ({self.right} of {self.findings}), "
            f"recall {recall:>6} ({self.found} of {self.labels})"
        )


def evaluate(findings: Iterable[Finding], labels: Iterable[Label]) -> tuple[Score, ...]:
    """Return a score for each pattern that has findings or labels.

    Parameters
    ----------
    findings : iterable of Finding
    labels : iterable of Label

    Source
    ------
    own.
    """
    found, known = list(findings), list(labels)
    scores = []
    for name in PATTERNS:
        mine = [one for one in found if one.pattern == name]
        there = [one for one in known if one.pattern == name]
        if not mine and not there:
            continue
        by_subject: dict[str, list[Finding]] = {}
        for finding in mine:
            by_subject.setdefault(finding.subject, []).append(finding)
        right: set[int] = set()
        hit = 0
        for label in there:
            fitting = [one for one in by_subject.get(label.subject, ()) if label.fits(one)]
            right.update(map(id, fitting))
            hit += bool(fitting)
        scores.append(Score(name, len(there), hit, len(mine), len(right)))
    return tuple(scores)


def read_labels(path: str | Path) -> list[Label]:
    """Read labels from CSV: pattern, subject, first_at and last_at, ISO 8601 with offsets.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    InputError
        The file cannot be read, or a line of it is no label.

    Source
    ------
    own.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(f"{path}:1: column {missing[0]!r} is missing")
            labels = []
            for row in reader:
                try:
                    instants = (datetime.fromisoformat(row[name]) for name in COLUMNS[2:])
                    labels.append(Label(row["pattern"], row["subject"], *instants))
                except (TypeError, ValueError) as error:
                    raise InputError(f"{path}:{reader.line_num}: {error}") from None
            return labels
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
