"""``securecall compile``: one file that every ``--tariff`` takes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.cli.running import folder, run

from securecall import Tariff, load_compiled


def test_a_compiled_tariff_rates_like_its_source(tmp_path: Path) -> None:
    house = folder(tmp_path)
    done = run("compile", house / "tariff.toml", "-o", tmp_path / "t.tariff", "--json")
    assert (done.code, done.errors) == (0, "")
    again = load_compiled(tmp_path / "t.tariff")
    assert done.json == {
        "file": str(tmp_path / "t.tariff"),
        "bytes": (tmp_path / "t.tariff").stat().st_size,
        "digest": again.digest,
    }
    assert again == Tariff.load(house / "tariff.toml")
    for tariff, out in ((house / "tariff.toml", "a.csv"), (tmp_path / "t.tariff", "b.csv")):
        code = run("rate", house / "calls.csv", "-t", tariff, "-o", tmp_path / out, "-q").code
        assert code in (0, 3)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_rules_of_a_day_are_compiled_in_and_may_be_asked_of_it_later(tmp_path: Path) -> None:
    source = folder(tmp_path) / "tariff.toml"
    early = ("--known-at", "2025-07-01")
    assert run("compile", source, *early, "-o", tmp_path / "early", "-q").out == ""
    assert load_compiled(tmp_path / "early").rules.known_at == date(2025, 7, 1)
    assert run("compile", source, "-o", tmp_path / "now").code == 0
    done = run("compile", tmp_path / "now", *early, "-o", tmp_path / "again")
    assert "digest" in done.errors
    assert (tmp_path / "again").read_bytes() == (tmp_path / "early").read_bytes()


def test_rules_of_one_s_own_come_before_compiling(tmp_path: Path) -> None:
    source = folder(tmp_path) / "tariff.toml"
    run("compile", source, "-o", tmp_path / "t.tariff")
    done = run("compile", tmp_path / "t.tariff", "--override", source, "-o", tmp_path / "x")
    assert done.code == 1
    assert "--override goes with a tariff of TOML" in done.errors
