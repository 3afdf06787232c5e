"""The burn-down picture."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import BuildError
from securecall.ledger.ledger import Ledger


def test_the_picture_shows_what_is_left_and_the_cutoff(ledger: Ledger, tmp_path: Path) -> None:
    from securecall.ledger.picture import curve_of as points

    ledger.open_account("a", at=T0, opening="1")
    ledger.start_call("c", ["a"], Flat(), at=T0)
    times, values, ends = ledger._store.read(lambda view: points(view, "a"))
    assert values == [1_000_000, 790_000, 580_000, 370_000, 160_000, 160_000]
    assert times[-1] == ends["c"] == T0 + 240_000
    for name in ("a.png", "a.svg"):
        ledger.draw("a", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1_000


def test_without_matplotlib_the_picture_says_what_to_install(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.open_account("a", at=T0)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(BuildError, match=r"securecall\[report\]"):
        ledger.draw("a", tmp_path / "a.png")
