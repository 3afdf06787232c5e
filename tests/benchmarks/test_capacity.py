"""The model of scale: products are products, the queue is one, and the page is what it says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from benchmarks import capacity
from benchmarks.capacity import Load, a_day, groups, page, slopes


def drawn() -> np.random.Generator:
    return np.random.default_rng(1)


def test_the_page_has_the_figures_of_the_newest_slopes() -> None:
    text = capacity.PAGE.read_text(encoding="utf-8")
    first = text.index("\n", text.index(capacity.BEGIN)) + 1
    again = "python -m benchmarks.capacity --page docs/scale.md"
    assert text[first : text.index(capacity.END)] == page(Load(), slopes()), again


def test_a_simulated_day_has_the_peak_that_was_asked_for() -> None:
    day = a_day(100_000, drawn())
    assert 97_000 < day.live.max() < 103_000
    assert day.live[: 5 * 60].max() == 0  # cells are closed
    # Little's law: what is live is what begins, times how long it lasts.
    minutes = slice(18 * 60, 20 * 60)
    begun_s = day.begun[minutes].mean() / 60
    assert day.live[minutes].mean() == pytest.approx(begun_s * day.mean_s, rel=0.1)


def test_a_ledger_at_rest_answers_in_the_time_of_a_group() -> None:
    calm = groups([2.0] * 60, 0.002, 0.0001, drawn())
    assert calm.p50_ms == pytest.approx(2.1, rel=0.05)
    assert calm.size == pytest.approx(1.0, abs=0.05)


def test_a_busier_ledger_makes_larger_groups_and_one_beyond_its_most_falls_behind() -> None:
    busy = groups([2_000.0] * 20, 0.002, 0.0001, drawn())
    assert busy.size > 4
    assert busy.p99_ms < 20
    # 512 requests take 53.2 ms: 9 600 a second are the most.
    behind = groups([12_000.0] * 10, 0.002, 0.0001, drawn())
    assert behind.size == pytest.approx(512, rel=0.05)
    assert behind.most_ms > 1_500  # a fifth of ten seconds, and more


def test_a_slope_that_doubles_doubles_its_cores() -> None:
    known = slopes()
    twice = {**known.us, "heard_second": known.us["heard_second"] * 2}

    def ears(told: str) -> float:
        (line,) = [each for each in told.splitlines() if each.startswith("| ears")]
        return float(line.split("|")[2].replace(",", ""))

    once = ears(page(Load(), known))
    doubled = ears(page(Load(), dataclasses.replace(known, us=twice)))
    assert doubled == pytest.approx(2 * once, rel=0.01)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    capacity.draw(Load(calls=1_000), slopes(), tmp_path / "scale.png")
    assert (tmp_path / "scale.png").stat().st_size > 10_000
