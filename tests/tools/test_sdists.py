"""The sdist on every Python: which are found, what is said of them, and that a failure is one."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sdists", ROOT / "tools" / "sdists.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SDISTS = loaded()


def here() -> tuple[object, ...]:
    found = SDISTS.asked(sys.executable, "here")
    assert found is not None
    return tuple(found)


def test_an_interpreter_tells_what_it_is() -> None:
    found = SDISTS.asked(sys.executable, "here")
    assert found.version == platform.python_version()
    assert found.tag == sys.implementation.cache_tag
    assert SDISTS.asked("/no/such/python", "nowhere") is None
    assert SDISTS.asked(shutil.which("false"), "nowhere") is None


def test_each_version_is_tried_once_and_none_that_is_too_old(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, version in (("a", "3.10.4"), ("b", "3.14.2"), ("c", "3.14.2"), ("d", "3.11.7")):
        program = tmp_path / "versions" / name / "bin" / "python"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {version} False cpython-3\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [found.version for found in SDISTS.interpreters()] == ["3.14.2", "3.11.7"]


def test_what_cannot_be_installed_has_failed_with_its_last_words(tmp_path: Path) -> None:
    package = tmp_path / "securecall-0.tar.gz"
    package.write_bytes(b"no archive")
    trial = SDISTS.tried(SDISTS.Python(*here()), package)
    assert not trial.good
    assert trial.said


def test_the_page_tells_failures_and_what_was_not_to_be_had(tmp_path: Path) -> None:
    package = tmp_path / "securecall-0.tar.gz"
    package.write_bytes(b"x" * 10_000)
    good = SDISTS.Trial(SDISTS.Python(*here()), 41.2, "all right", True)
    python = SDISTS.Python("python3.14", "Debian x", None, "3.14.8", False, "cpython-314")
    page = SDISTS.report([good, SDISTS.Trial(python, 3.0, "no compiler", False)], package)
    assert f"| {platform.python_version()} | here | 41 | all right |" in page
    assert "| 3.14.8 | Debian x | 3 | **failed**: no compiler |" in page
    assert "No free-threaded Python was to be had" in page
    free = python._replace(free=True)
    page = SDISTS.report([SDISTS.Trial(free, 3.0, "all right", True)], package)
    assert "| 3.14.8 free-threaded |" in page
    assert "was to be had;" not in page
