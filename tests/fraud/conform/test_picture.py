"""The picture of acceptance."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.fraud.conform.test_runner import GOOD, swept

from securecall.errors import BuildError, InputError
from securecall.fraud.conform.limits import Bounds
from securecall.fraud.conform.picture import _spans, acceptance
from securecall.fraud.conform.suite import About, Report

REPORT = Report(1, 1, (About("one", "x"), About("two", "x", "apt-get")), (), (swept(GOOD),))


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    acceptance(REPORT, tmp_path / "a.svg")
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<?xml")
    acceptance(REPORT, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_without_sweeps_there_is_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a picture shows sweeps"):
        acceptance(Report(1, 1, (), (), ()), tmp_path / "a.png")


def test_a_name_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.png, \.svg, \.pdf, not .*a\.jpg"):
        acceptance(REPORT, tmp_path / "a.jpg")


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(BuildError, match=r"pip install securecall\[report\]"):
        acceptance(REPORT, tmp_path / "a.png")


@pytest.mark.parametrize(
    ("bounds", "spans"),
    [
        (None, []),
        (Bounds(-1.5, 1.5), [(-1.5, 1.5)]),
        (Bounds(None, 3), [(-6, 3)]),
        (Bounds(-3.5, 3.5, inside=False), [(-6, -3.5), (3.5, 6)]),
    ],
)
def test_zones_end_with_the_axis(bounds: Bounds | None, spans: list[tuple[float, float]]) -> None:
    assert _spans(bounds, -6, 6) == spans
