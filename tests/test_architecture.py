"""Which way one may look: every import of the package, read from its source, points down.

The wings rest on each other as `docs/architecture.md` draws them, and inside rating the rooms do.
Three kinds of import are told apart: those that run when a module loads, those inside a function,
and those for annotations alone. Between wings all three obey; between rooms annotations need not,
and `ANSWERING` says whose functions need not either.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "securecall"

# From the bottom up; what shares a line never looks at each other.
WINGS = (
    ("errors", "toml_lines"),
    ("notebook",),
    ("money",),
    ("regulation", "engine", "spread"),
    ("rating", "fraud", "ledger"),
    ("calls",),
    ("integrations", "testing"),
    ("cli", "face"),
)

# The rooms of rating, from the bottom up; inside one, modules may use each other, but in no circle.
ROOMS = {
    "words": ("words", "packing", "packed_words", "later", "zones", "windows", "numbering"),
    "values": ("contract", "call", "curve", "fee_quote", "layout", "layouts"),
    "reading": ("toml_table", "deck", "ranking", "reader"),
    "compiling": ("calendar", "ceilings", "pricings", "destinations", "taxes", "compile"),
    "one call": ("rater", "receipt", "fee_stack", "fee_shape", "fee_credit", "fees"),
    "tariff": ("tariff",),
    "compiled file": ("compiled_file",),
    "records": ("columns", "csv_records", "files", "parquet_out", "switches", "records"),
    "tables": (
        *("batch", "batches", "fee_table", "compare", "summary", "summarizer"),
        *("file_parts", "part_work"),
    ),
    "judgements": ("lint", "report"),
}

# The values that answer questions: their methods load, when asked, what rests on them.
ANSWERING = {"tariff", "call"}

# What a wing may use from outside the standard library.
OUTSIDE = {
    "regulation": set(),
    "rating": {"pyarrow", "tzdata", "matplotlib"},
    "fraud": {
        "av",
        "matplotlib",
        "numba",
        "numpy",
        "river",
        "pyarrow",
        "soundfile",
        "soxr",
        "tzdata",
    },
    "ledger": {"pyarrow", "matplotlib", "psycopg"},
    "calls": {"argon2", "numpy", "pyarrow"},
    "integrations": {
        "numpy",
        "opentelemetry",
        "pandas",
        "polars",
        "prometheus_client",
        "pyarrow",
        "ray",
        "websockets",
    },
    "cli": {"pyarrow", "rich", "typer"},
    "testing": {"pyarrow", "pytest"},
}


class Import(NamedTuple):
    """One import statement's target."""

    module: str
    target: str
    line: int
    when: str  # "loading", "asked" or "annotation"

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target} ({self.when})"


def modules() -> dict[str, Path]:
    """Return every Python module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def compiled() -> dict[str, Path]:
    """Return every Cython module, its declarations included."""
    return {f"securecall.{path.name}": path for path in sorted(PACKAGE.rglob("*.p[yx][xd]"))}


def _targets(node: ast.Import | ast.ImportFrom, known: set[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    assert node.level == 0, "imports are written in full"
    base = node.module or ""
    return [
        f"{base}.{name.name}"
        if f"{base}.{name.name}" in known or (base == "securecall" and name.name[:1] == "_")
        else base
        for name in node.names
    ]


def _for_annotations(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(module: str, path: Path, known: set[str]) -> Iterator[Import]:
    """Yield the imports of a module."""

    def walk(node: ast.AST, when: str) -> Iterator[Import]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for target in _targets(node, known):
                yield Import(module, target, node.lineno, when)
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            when = "asked" if when == "loading" else when
        if _for_annotations(node):
            when = "annotation"
        for child in ast.iter_child_nodes(node):
            yield from walk(child, when)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), "loading")


def everything() -> list[Import]:
    found = modules()
    return [one for name, path in found.items() for one in imports(name, path, set(found))]


def wing(module: str) -> str:
    """Return the wing a module belongs to."""
    parts = module.split(".")
    if len(parts) == 1 or parts[1] == "__main__":
        return "face"
    if parts[1].startswith("_") and not parts[1].startswith("__"):
        return "engine"
    return "errors" if parts[1] == "__version__" else parts[1]  # a constant of the package's


def height(name: str) -> int:
    for level, wings in enumerate(WINGS):
        if name in wings:
            return level
    raise AssertionError(f"{name} stands nowhere in WINGS: say which way it may look")


def points_up(one: Import) -> bool:
    """Return whether an import between wings goes up or sideways."""
    source, target = wing(one.module), wing(one.target)
    return source != target and height(target) >= height(source)


def test_imports_between_wings_point_down() -> None:
    ours = [one for one in everything() if one.target.split(".")[0] == "securecall"]
    assert len(ours) > 200
    # `python -m securecall` is the command: the one arrow between two at the top.
    wrong = [str(one) for one in ours if points_up(one) and one.module != "securecall.__main__"]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("securecall.money", "securecall.rating.tariff"),
        ("securecall.rating.batch", "securecall.ledger.book"),
        ("securecall.regulation.table", "securecall._rating"),
        ("securecall.rating.batch", "securecall.cli.console"),
        ("securecall.errors", "securecall.money"),
    ],
)
def test_an_arrow_that_points_up_is_seen(module: str, target: str) -> None:
    assert points_up(Import(module, target, 1, "asked"))


def room(module: str) -> int:
    """Return how high a room of rating lies."""
    name = module.split(".")[2]
    for level, names in enumerate(ROOMS.values()):
        if name in names:
            return level
    raise AssertionError(f"{name} stands in no room of rating: say in ROOMS which way it may look")


def test_imports_inside_rating_point_down() -> None:
    inside = [
        one
        for one in everything()
        if one.when != "annotation"
        and all(len(name.split(".")) > 2 for name in (one.module, one.target))
        and wing(one.module) == wing(one.target) == "rating"
    ]
    assert len(inside) > 100
    wrong = [
        str(one)
        for one in inside
        if room(one.target) > room(one.module)
        and not (one.when == "asked" and one.module.split(".")[2] in ANSWERING)
    ]
    assert wrong == []


def test_every_module_of_rating_stands_in_one_room() -> None:
    there = {name.split(".")[2] for name in modules() if name.startswith("securecall.rating.")}
    listed = [name for names in ROOMS.values() for name in names]
    assert len(listed) == len(set(listed))
    assert there - set(listed) == set()


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, or nothing."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph.get(name, ())):
            found = visit(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    for name in sorted(graph):
        found = visit(name, [])
        if found:
            return found
    return []


def test_no_module_needs_itself_to_load() -> None:
    graph: dict[str, set[str]] = {}
    for one in everything():
        if one.when == "loading" and one.target.startswith("securecall."):
            graph.setdefault(one.module, set()).add(one.target)
    assert cycle(graph) == []


def test_a_circle_is_seen() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_wings_use_only_what_they_may_from_outside() -> None:
    for one in everything():
        top = one.target.split(".")[0]
        if top == "securecall" or top in sys.stdlib_module_names or one.when == "annotation":
            continue
        assert top in OUTSIDE.get(wing(one.module), set()), str(one)


CIMPORT = re.compile(r"^\s*(?:from\s+(\S+)\s+)?c?import\s+(\w+)", re.MULTILINE)


def engine_imports(path: Path) -> list[tuple[str, bool]]:
    """Return (module, whether it is compiled in) of each import of a Cython file."""
    found = []
    for match in CIMPORT.finditer(path.read_text(encoding="utf-8")):
        found.append((match[1] or match[2], "cimport" in match[0]))
    return found


def test_engines_know_c_and_each_other_and_nothing_else() -> None:
    graph: dict[str, set[str]] = {}
    seen = 0
    for name, path in compiled().items():
        for target, at_c in engine_imports(path):
            seen += 1
            assert at_c, f"{name} imports {target} at run time"
            if target.split(".")[0] in ("libc", "cython", "cpython"):
                continue
            assert re.fullmatch(r"securecall\._\w+", target), f"{name} cimports {target}"
            graph.setdefault(name.rsplit(".", 1)[0], set()).add(target)
    assert seen > 30
    assert cycle(graph) == []


def test_headers_include_only_what_every_compiler_brings() -> None:
    for path in PACKAGE.rglob("*.h"):
        for included in re.findall(r"#\s*include\s+(\S+)", path.read_text(encoding="utf-8")):
            if included[0] == '"':  # one of ours
                assert (path.parent / included.strip('"')).exists(), path.name
                continue
            assert re.fullmatch(r"<(std\w+|string|limits|math|sys/mman|[ei]mmintrin)\.h>", included)


def test_the_map_has_every_part() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in PACKAGE.iterdir():
        if path.is_dir() and (path / "__init__.py").exists():
            assert f"`{path.name}/`" in page, path.name
        elif path.suffix in (".pyx", ".pxd", ".h", ".py") and not path.name.startswith("__"):
            assert f"`{path.name}`" in page, path.name
    for name in (name for names in ROOMS.values() for name in names):
        assert f"`{name}`" in page, name
    rooms = re.findall(
        r"^\| ([a-z ]+) \| `", page.split("### The rooms of rating")[1], re.MULTILINE
    )
    assert rooms == list(ROOMS)


def test_imports_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "from securecall import money\n"
        "if TYPE_CHECKING:\n    import securecall.cli\n"
        "def ask():\n    from securecall.rating.batch import RATED\n",
        encoding="utf-8",
    )
    found = list(imports("securecall.x", path, {"securecall.money", "securecall.rating.batch"}))
    assert [(one.target, one.when) for one in found] == [
        ("typing", "loading"),
        ("securecall.money", "loading"),
        ("securecall.cli", "annotation"),
        ("securecall.rating.batch", "asked"),
    ]
