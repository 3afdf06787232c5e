"""The audit: what is asked about, and that nobody's answer stops nobody's work but a release's."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "tools" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


AUDIT = loaded()


def test_what_users_install_is_asked_about_and_what_they_need_in_turn() -> None:
    found = AUDIT.installed(AUDIT.wanted())
    assert {"pyarrow", "typer", "rich", "tzdata", "argon2-cffi", "websockets"} <= set(found)
    assert {"cython", "setuptools"} <= set(found)
    assert "argon2-cffi-bindings" in found
    assert {"pytest", "hypothesis", "ruff", "pandas"} & set(found) == set()


def test_a_package_that_is_not_here_is_left_out() -> None:
    assert AUDIT.installed(["no-such-package-of-anybodys>=1", "???"]) == {}


def test_a_vulnerability_fails_and_says_what_fixes_it(capsys: pytest.CaptureFixture[str]) -> None:
    hole = {"id": "PYSEC-2099-1", "fix_versions": ["2.0", "1.9.1"]}
    answer = {"dependencies": [{"name": "a", "version": "1.0", "vulns": [hole]}]}
    assert AUDIT.told(answer, {"a": "1.0"}, False) == 1
    assert "a 1.0: PYSEC-2099-1; fixed in 2.0, 1.9.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("ConnectionError: no route", "nobody could be asked about 1 packages: ConnectionError"),
        (
            {"dependencies": [{"name": "a", "skip_reason": "not found"}]},
            "0 packages known, 0 vulnerabilities, 1 nobody answered about",
        ),
    ],
)
def test_silence_is_said_and_fails_only_a_release(
    answer: dict[str, Any] | str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert AUDIT.told(answer, {"a": "1.0"}, False) == 0
    assert AUDIT.told(answer, {"a": "1.0"}, True) == 1
    assert said in capsys.readouterr().out


def test_all_well_is_well_for_a_release_too() -> None:
    good = {"dependencies": [{"name": "a", "version": "1.0", "vulns": []}]}
    assert AUDIT.told(good, {"a": "1.0"}, True) == 0


def test_a_network_that_does_not_answer_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", 120)

    monkeypatch.setattr(subprocess, "run", never)
    assert AUDIT.asked({"a": "1.0"}) == "no answer in 120 s"


def test_without_pip_audit_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # An interpreter that has no module of any name.
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert AUDIT.asked({"a": "1.0"}) == "it printed nothing"
