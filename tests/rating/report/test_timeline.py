"""The strips of ceilings are what the rules say, day by day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from tests.rating.summing import TARIFF

from securecall.rating.report.timeline import TIERS, strips_of
from securecall.regulation import ceiling

FIRST, LAST = date(2014, 1, 1), date(2028, 1, 1)


@pytest.mark.parametrize("medium", ["audio", "video"])
def test_each_day_has_the_ceiling_of_that_day(medium: str) -> None:
    strips = strips_of(TARIFF, medium, FIRST, LAST)
    drawn = random.Random(3)
    days = [FIRST + timedelta(days=drawn.randrange((LAST - FIRST).days)) for _ in range(40)]
    edges = {strip.begins for strip in strips}
    days += [*edges, *(edge - timedelta(days=1) for edge in edges if edge > FIRST)]
    for row, (_, kind, adp) in enumerate(TIERS):
        for day in days:
            (strip,) = (s for s in strips if s.row == row and s.begins <= day < s.ends)
            found = ceiling(
                at=day, medium=medium, jurisdiction="interstate", facility_kind=kind, adp=adp,
                bill_type="prepaid", state=None,
            )  # fmt: skip
            assert strip.figure == (None if found is None else found.per_minute), (day, kind, adp)


def test_strips_of_a_row_follow_each_other_without_a_gap_and_differ() -> None:
    strips = strips_of(TARIFF, "audio", FIRST, LAST)
    for row in range(len(TIERS)):
        mine = [strip for strip in strips if strip.row == row]
        assert mine[0].begins == FIRST
        assert mine[-1].ends == LAST
        for one, next_one in pairwise(mine):
            assert one.ends == next_one.begins
            assert one.figure != next_one.figure


def test_tiers_are_those_at_which_the_ceilings_of_2025_change() -> None:
    def figure(adp: int) -> object:
        found = ceiling(
            at=date(2026, 5, 1), medium="audio", jurisdiction="interstate", facility_kind="jail",
            adp=adp, bill_type="prepaid", state=None,
        )  # fmt: skip
        assert found is not None
        return found.per_minute

    bounds = [adp for _, kind, adp in TIERS if kind == "jail" and adp]
    changes = [adp for adp in range(1, 2000) if figure(adp) != figure(adp - 1)]
    assert changes == sorted(bounds)
