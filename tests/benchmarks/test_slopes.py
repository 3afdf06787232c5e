"""Slopes: each runs at a small size, and what one more costs comes out of two sizes."""

from __future__ import annotations

import pytest
from benchmarks import slopes


@pytest.mark.parametrize("name", ["file_record", "posted_record", "live_call"])
def test_a_slope_is_measured_at_any_size(name: str) -> None:
    work = slopes.SLOPES[name][0]
    assert work(300) > 0


def test_on_postgres_the_hosts_and_the_servers_work_are_told_apart() -> None:
    told = slopes.postgres_crowd(40)
    assert set(told) == {"clock", "ours", "theirs"}
    assert told["clock"] > 0
    assert told["ours"] > 0


def test_what_begins_a_process_falls_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def apart(name: str, size: int) -> object:
        seconds = 3.0 + size * 2e-6
        return seconds if name == "file_record" else {"clock": 5e-6, "ours": seconds / 2}

    monkeypatch.setattr(slopes, "_apart", apart)
    assert slopes.measure("file_record") == pytest.approx(2.0)
    two = slopes.measure("postgres_alone", 2, (10, 1_000_010))
    assert two == pytest.approx({"clock": 5.0, "ours": 1.0})  # one request, and not a slope
