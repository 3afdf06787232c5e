"""How long ``import securecall`` takes in a fresh process, and whether it loads anything heavy."""

from __future__ import annotations

from typing import Any

from benchmarks.single import imports


def test_import(benchmark: Any) -> None:
    [row] = benchmark.pedantic(imports, (1,), rounds=3)
    benchmark.extra_info["seconds"] = row.value
    assert row.note.startswith("no ")
