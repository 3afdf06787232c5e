"""The package's types, as a user's type checkers see them: mypy --strict, and pyright."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pages import ROOT
from tests.typing import host

HERE = Path(__file__).parent / "typing"
PACKAGE = ROOT / "src" / "securecall"


pytestmark = pytest.mark.xdist_group("typing")  # one run of each checker serves all

Found = list[tuple[str, int, str]]  # file, line, what is said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that has both programs and nothing of this project."""
    made = tmp_path_factory.mktemp("user")
    for name in ("host.py", "wrong.py"):
        (made / name).write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
    return made


def run(folder: Path, *command: str) -> str:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    ).stdout


@pytest.fixture(scope="module")
def mypy(folder: Path) -> Found:
    """Return what mypy says of them."""
    told = run(
        folder, sys.executable, "-m", "mypy", "--strict", "--cache-dir", "cache", "host.py",
        "wrong.py",
    )  # fmt: skip
    assert "Found 7 errors in 1 file (checked 2 source files)" in told, told
    return [
        (file, int(line), text)
        for file, line, text in re.findall(r"^(\w+\.py):(\d+): error: (.*)$", told, re.MULTILINE)
    ]


@pytest.fixture(scope="module")
def pyright(folder: Path) -> Found:
    """Return what pyright says of them."""
    asked = {
        "typeCheckingMode": "strict",
        "include": ["host.py", "wrong.py"],
        # pyarrow says nothing of its types, so that what is made of it is unknown.
        "reportUnknownVariableType": False,
        "reportUnusedExpression": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(asked), encoding="utf-8")
    checker = str(Path(sys.executable).with_name("basedpyright"))
    told = run(folder, checker, "--outputjson", "-p", ".", "--pythonpath", sys.executable)
    return [
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
        for each in json.loads(told)["generalDiagnostics"]
    ]


def wrong() -> list[int]:
    """Return the lines with a mistake."""
    text = (HERE / "wrong.py").read_text(encoding="utf-8")
    return [number for number, line in enumerate(text.splitlines(), 1) if "# wrong:" in line]


def test_a_users_program_is_understood_by_both(mypy: Found, pyright: Found) -> None:
    assert [each for each in (*mypy, *pyright) if each[0] == "host.py"] == []


def test_mistakes_are_found_by_both(mypy: Found, pyright: Found) -> None:
    assert len(wrong()) == 7
    for found in (mypy, pyright):
        assert sorted({line for file, line, _ in found if file == "wrong.py"}) == wrong()


def test_that_program_runs() -> None:
    assert host.rate() > 0
    assert host.keep_books() == 25
    assert host.hear() == []
    assert host.place_a_call().reason == "balance_exhausted"


def test_the_package_says_that_it_is_typed_and_engines_have_stubs() -> None:
    assert (PACKAGE / "py.typed").exists()
    engines = sorted(path.stem for path in PACKAGE.glob("*.pyx"))
    assert [name for name in engines if not (PACKAGE / f"{name}.pyi").exists()] == []
