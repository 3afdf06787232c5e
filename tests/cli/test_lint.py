"""``securecall lint``: findings with their witnesses, as text and as JSON, and an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import folder, run
from tests.harris import by_minute, text

from securecall.rating.tariff import Tariff

CLEAN = text(by_minute("0.05"), regulated=True)
BROKEN = text(by_minute("0.30"), regulated=True)


def lint(path: Path, content: str, *options: str) -> tuple[int, str, str]:
    (path / "t.toml").write_text(content, encoding="utf-8")
    done = run("lint", path / "t.toml", *options)
    return done.code, done.out, done.errors


def test_an_error_is_told_with_its_line_code_and_witness_and_exit_code_3(tmp_path: Path) -> None:
    code, out, errors = lint(tmp_path, BROKEN)
    findings = Tariff.load(tmp_path / "t.toml").lint()
    assert code == 3
    assert "[ceiling_broken]" in out
    assert f"{tmp_path}/t.toml:" in out
    assert ": error: " in out
    assert "    shown by " in out
    assert out.count(": error: ") == sum(finding.severity == "error" for finding in findings)
    assert "errors" in errors


def test_what_is_in_order_is_exit_code_0(tmp_path: Path) -> None:
    code, out, errors = lint(tmp_path, CLEAN)
    assert code == 0
    assert ": error: " not in out
    assert "0 errors" in errors


def test_findings_as_json(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(BROKEN, encoding="utf-8")
    done = run("lint", tmp_path / "t.toml", "--json")
    assert done.code == 3
    codes = [finding["code"] for finding in done.json]
    assert codes == [finding.code for finding in Tariff.load(tmp_path / "t.toml").lint()]
    assert done.errors == ""


def test_the_days_to_look_at(tmp_path: Path) -> None:
    early = lint(tmp_path, BROKEN, "--since", "2012-01-01", "--until", "2012-06-01")
    assert early[0] == 0  # there was no ceiling to break
    assert lint(tmp_path, BROKEN, "--since", "2026-05-01", "--until", "2026-06-01")[0] == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--since", "soon"), "--since must be a day such as 2026-04-06, not 'soon'"),
        (("--until", "2026-13-01"), "--until must be a day"),
        (("--since", "2026-05-01", "--until", "2026-05-01"), "until"),
        (("--known-at", "x"), "--known-at must be a day"),
    ],
)
def test_a_bad_day_is_told(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    code, out, errors = lint(tmp_path, CLEAN, *options)
    assert (code, out) == (1, "")
    assert words in errors


def test_the_tariff_of_the_other_tests_loads(tmp_path: Path) -> None:
    assert run("lint", folder(tmp_path) / "tariff.toml").code in (0, 3)
