"""Charts put things where their values are."""

from __future__ import annotations

import re

import pytest

from securecall.fraud.bench.page.plot import Axis, Plot, log_ticks, ticks


def plot() -> Plot:
    return Plot(Axis(0.01, 100.0, "rate", True), Axis(0.0, 10.0), "A & B", "what <it> shows")


def test_axes_are_linear_or_logarithmic_and_cut() -> None:
    linear, log = Axis(0, 10), Axis(0.01, 100, log=True)
    assert [linear.share(value) for value in (-5, 0, 2.5, 10, 99)] == [0, 0, 0.25, 1, 1]
    assert [log.share(value) for value in (0, 0.01, 1, 100, 1e9)] == pytest.approx(
        [0, 0, 0.5, 1, 1]
    )


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-10.2, 11, ["-10", "-5", "0", "5", "10"]),
        (0.0, 0.07, ["0.00", "0.02", "0.04", "0.06"]),
        (254, 287, ["260", "270", "280"]),
    ],
)
def test_ticks_are_round(low: float, high: float, names: list[str]) -> None:
    assert [name for _, name in ticks(low, high)] == names


def test_ticks_of_a_logarithmic_axis_are_powers_of_ten() -> None:
    assert [name for _, name in log_ticks(0.01, 1000)] == ["0.01", "0.1", "1", "10", "100", "1000"]


def test_what_is_drawn_is_in_the_picture_at_its_place() -> None:
    made = plot()
    made.line([(0.01, 0.0), (100.0, 10.0)], "red")
    made.dot((1.0, 5.0), "blue")
    made.band([(1.0, 0.0)], [(1.0, 10.0)], "green")
    made.bar((0.01, 0.0), (100.0, 10.0), "grey")
    made.say((1.0, 5.0), "<words>")
    svg = made.svg()
    left, right = made.left, made.width - made.right
    floor, ceiling = made.height - made.bottom, made.top
    assert f'points="{left:.1f},{floor:.1f} {right:.1f},{ceiling:.1f}"' in svg
    assert f'cx="{(left + right) / 2:.1f}" cy="{(floor + ceiling) / 2:.1f}"' in svg
    assert f'width="{right - left:.1f}" height="{floor - ceiling:.1f}" fill="grey"' in svg
    assert "&lt;words&gt;" in svg
    assert "<title>A &amp; B</title><desc>what &lt;it&gt; shows</desc>" in svg
    assert not re.search(r"nan|inf", svg.replace("infinite", ""))
