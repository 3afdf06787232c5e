"""The example that watches a three-way call of the bench and draws it."""

from __future__ import annotations

from pathlib import Path

from tests.examples.test_examples import run


def test_it_is_found_within_the_hold_and_drawn(tmp_path: Path) -> None:
    told = run("three_way", tmp_path).splitlines()
    found = [line for line in told if " three_way " in line]
    assert found
    for line in found:
        # The flash is over at 52.9 s, the three talk from 60.4 s on, and 10 s more are in time.
        assert 52.8 < float(line.split()[0]) < 70.4
        assert line.split()[2] == "called"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["three_way.png"]
    assert (tmp_path / "out" / "three_way.png").read_bytes().startswith(b"\x89PNG")
