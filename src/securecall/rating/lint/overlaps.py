"""Rates of one destination and one priority, of which only a weaker rule says which applies."""

from __future__ import annotations

from collections.abc import Iterator

from securecall.rating.lint.clock import wall_text
from securecall.rating.lint.entries import decided_by
from securecall.rating.lint.finding import Finding
from securecall.rating.lint.sites import Survey

__all__ = ["overlap_findings"]


def overlap_findings(survey: Survey) -> Iterator[Finding]:
    """Yield a warning for every pair that overlaps somewhere; the first call that shows it."""
    told: set[tuple[int, int]] = set()
    for met in survey.outcomes():
        for pair, instant_ms in met.outcome.overlaps.items():
            if pair in told:
                continue
            told.add(pair)
            winner, other = (survey.entries[number] for number in pair)
            at = wall_text(met.site.clock.wall_ms(instant_ms))
            yield Finding(
                "overlap",
                "warning",
                f"{winner.name} and {other.name} ({other.where}) have one destination and priority "
                f"{winner.rate.priority} and are both in force, such as on {at}; {winner.name} "
                f"applies only because {decided_by(winner, other)}; say so with a higher priority",
                winner.where,
                met.call(instant_ms),
            )
