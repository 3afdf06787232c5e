"""Money flows: both sides of the picture add up to the same micro-dollar."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.calls.day.days import day, quiet, usual

from securecall.calls.day.page.flows import flows, sides


def test_what_came_in_is_what_went_out_or_is_left() -> None:
    for result in (usual(), day(quiet(seed=5, callers=90))):
        came, went = sides(result)
        assert sum(amount for _, amount in came) == sum(amount for _, amount in went) > 0
        assert all(amount > 0 for _, amount in [*came, *went])


def test_every_flow_is_named_in_the_picture() -> None:
    svg = flows(usual())
    ElementTree.fromstring(svg)
    came, went = sides(usual())
    for name, _ in [*came, *went]:
        assert svg.count(name) == 2
