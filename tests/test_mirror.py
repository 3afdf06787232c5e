"""Tests have the names and folders of what they test, so that both are found by guessing."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "securecall"
TESTS = ROOT / "tests"


def has_code(path: Path) -> bool:
    """Return whether a file defines anything: an empty door of a folder needs no test."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)


def places(path: Path) -> list[Path]:
    """Return where the tests of a module may stand."""
    inside = path.relative_to(PACKAGE)
    folder = TESTS / inside.parent
    if path.stem == "__init__":
        return [folder / "test_init.py", folder.parent / f"test_{folder.name}.py"]
    return [folder / f"test_{path.stem}.py"]


def test_every_module_has_a_test_file_of_its_name() -> None:
    modules = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyx")]
    assert len(modules) > 80
    missing = [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(modules)
        if (path.suffix == ".pyx" or has_code(path))
        and not any(place.exists() for place in places(path))
    ]
    assert missing == []


def test_every_test_file_has_tests() -> None:
    for path in TESTS.rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tests = [
            node
            for node in ast.walk(tree)
            if (isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("Test"))
        ]
        assert tests, path


def test_nothing_is_skipped_and_no_failure_is_expected() -> None:
    for path in TESTS.rglob("*.py"):
        if path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8")
        for word in ("pytest.skip", "mark.skip(", "mark.xfail", "pytest.xfail", "importorskip"):
            assert word not in text, f"{path.relative_to(ROOT)}: {word}"
