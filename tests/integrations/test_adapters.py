"""Adapters for engines are short, and load their engine only when they are asked."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import securecall.integrations

FOLDER = Path(securecall.integrations.__file__).parent
ADAPTERS = ("spark", "ray_data", "dask_frames", "polars_frames", "duckdb_function")
LINES_MAX = 25
SILENT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(source: str) -> int:
    """Count lines of code: all but blank ones, comments, docstrings, imports and `__all__`."""
    aside: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        head = getattr(node, "body", None)
        first = head[0] if isinstance(head, list) and head else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            aside |= set(range(first.lineno, (first.end_lineno or 0) + 1))
        imported = isinstance(node, ast.Import | ast.ImportFrom)
        if (
            imported
            or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        ):
            aside |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {
        line
        for token in tokens
        if token.type not in SILENT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - aside)


def test_lines_are_counted_as_one_would() -> None:
    source = (
        '"""A\nb."""\nimport os\n\n__all__ = ["f"]\n\n\ndef f(\n    x,\n):\n    """D."""\n    # c\n'
    )
    assert code_lines(source + "    return os.path.join(\n        x,\n    )\n") == 6


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_is_short(name: str) -> None:
    assert 5 < code_lines((FOLDER / f"{name}.py").read_text(encoding="utf-8")) <= LINES_MAX


def test_no_engine_is_loaded_before_it_is_used() -> None:
    code = "; ".join(f"import securecall.integrations.{name}" for name in ADAPTERS)
    heavy = ("pyspark", "ray", "dask", "polars", "duckdb", "pandas", "pyarrow", "numpy")
    code += f"; import sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
