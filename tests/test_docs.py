"""What the documentation says is so: examples run, links lead somewhere, nothing public is silent.

`pyproject.toml` leaves docstrings to this file, which knows what is public.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main
from tests.pages import ROOT, escaped, fences, pages, run_page, run_text

import securecall
from securecall.cli import app

# What users import by name; everything else is behind it.
FACES = ("securecall", "securecall.errors", "securecall.money", "securecall.regulation",
         "securecall.rating.records", "securecall.fraud", "securecall.calls")  # fmt: skip
OURS = "securecall."


def modules() -> list[str]:
    """Return the name of every module, compiled ones apart."""
    walked = pkgutil.walk_packages(securecall.__path__, OURS)
    return [
        "securecall",
        *(one.name for one in walked if not re.search(r"\._\w+$", one.name)),
    ]


def is_documented(thing: object) -> bool:
    """Return whether something of ours can have a docstring of its own."""
    ours = str(getattr(thing, "__module__", "")).startswith("securecall")
    return ours and (inspect.isclass(thing) or inspect.isfunction(thing))


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class of ours defines."""
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if inspect.isfunction(plain) or isinstance(plain, property):
            yield name, plain


def named(module: str) -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, thing) of what a module offers, methods included."""
    offered = importlib.import_module(module)
    for name in getattr(offered, "__all__", ()):
        thing = getattr(offered, name)
        if not is_documented(thing):
            continue
        yield f"{module}.{name}", thing
        if inspect.isclass(thing):
            for method, value in methods(thing):
                yield f"{module}.{name}.{method}", value


def public() -> list[tuple[str, Any]]:
    seen: set[int] = set()
    found = []
    for module in FACES:
        for name, thing in named(module):
            if id(thing) not in seen:
                seen.add(id(thing))
                found.append((name, thing))
    return found


def lacking(thing: Any) -> list[str]:
    """Return what the docstring of a public thing lacks."""
    text = inspect.cleandoc(thing.__doc__ or "")
    first = text.partition("\n")[0]
    lacks = []
    if not first.endswith("."):
        lacks.append("a first line that is a sentence")
    if isinstance(thing, property) or (inspect.isclass(thing) and issubclass(thing, Exception)):
        return lacks
    if "\nSource\n------\n" not in text:
        lacks.append("Source")
    if inspect.isfunction(thing):
        body = ast.parse(textwrap.dedent(inspect.getsource(thing)))
        raises = any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(body))
        if raises and "\nRaises\n------\n" not in text:
            lacks.append("Raises")
        for name in inspect.signature(thing).parameters:
            listed = re.search(rf"^(\w+, )*\*{{0,2}}{name}(, \w+)*( :|$)", text, re.MULTILINE)
            if name not in ("self", "cls") and not listed and f"``{name}``" not in text:
                lacks.append(f"parameter {name}")
    return lacks


def test_the_public_face_is_documented_in_full() -> None:
    found = public()
    assert len(found) > 90
    assert {name: lacking(thing) for name, thing in found if lacking(thing)} == {}


def test_what_a_docstring_lacks_is_seen() -> None:
    def judge(amount: int) -> int:
        """Return an amount"""
        if amount < 0:
            raise ValueError(amount)
        return amount

    assert lacking(judge) == [
        "a first line that is a sentence", "Source", "Raises", "parameter amount",
    ]  # fmt: skip


def promised() -> set[str]:
    """Return the methods that a protocol of ours documents, for all who keep it."""
    return {
        name.rpartition(".")[2]
        for module in modules()
        for thing in vars(importlib.import_module(module)).values()
        if getattr(thing, "_is_protocol", False) and is_documented(thing)
        for name, method in methods(thing)
        if method.__doc__
    }


def test_every_name_that_a_module_offers_has_a_docstring() -> None:
    known = promised()
    silent = [
        name
        for module in modules()
        for name, thing in named(module)
        if not inspect.cleandoc(thing.__doc__ or "")
        and not ("." in getattr(thing, "__qualname__", "") and name.rpartition(".")[2] in known)
    ]
    assert silent == []


@pytest.mark.parametrize("name", modules())
def test_every_module_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    assert (module.__doc__ or "").partition("\n")[0].rstrip().endswith((".", ":", "?"))


def doctested() -> list[str]:
    """Return the modules whose source has prompts."""
    found = []
    for name in modules():
        file = importlib.import_module(name).__file__
        if file and ">>> " in Path(file).read_text(encoding="utf-8"):
            found.append(name)
    return found


@pytest.mark.parametrize("name", doctested())
def test_the_examples_of_docstrings_run(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    done = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert done.attempted > 0
    assert done.failed == 0


# Spark and Ray want memory: one after the other, on one of the processes that share the tests.
IN_TURN = pytest.mark.xdist_group("engines")
RUNNING = [
    pytest.param(page, marks=IN_TURN) if page.name == "engines.md" else page for page in pages()
]


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    runnable = [
        fence
        for fence in fences(page.read_text(encoding="utf-8"))
        if fence.language in ("console", "python", "sh") and not fence.file
    ]
    assert run_page(page, tmp_path) >= len(runnable)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_block_of_a_page_escapes(page: Path) -> None:
    assert escaped(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("```toml a.toml\n```\n", "line 2: toml a.toml is read by nothing behind it"),
        ("```toml a.toml\n```\n```python\nopen('b')\n```\n", "is read by nothing behind it"),
        ("```text\nx\n```\n", "line 2: text is not right behind a script that prints it"),
        ("```python\n```\nand\n```text\n```\n", "line 5: text is not right behind"),
        ("```\n$ ls\n```\n", "line 2: a drawing has a command"),
        ("```\n.venv/bin/python x.py\n```\n", "line 2: a drawing has a command"),
        ("```console\nls\n```\n", "line 2: console does not begin with $"),
        ("```bash\nls\n```\n", "line 2: bash is of a language that is not run"),
        ("- a\n  ```python\n  1 / 0\n  ```\n", "```python: a fence that is not seen"),
        ("~~~python\n1 / 0\n~~~\n", "~~~python: a fence that is not seen"),
        ("So:\n\n    1 / 0\n", "a block that is indented and has no fence"),
    ],
)
def test_a_block_that_would_escape_is_told(page: str, why: str) -> None:
    assert why in "; ".join(escaped(page))


@pytest.mark.parametrize(
    "line",
    [
        "make no-such-target",
        'pip install ".[no_such_extra]"',
        "securecall no-such-command",
        "securecall bench --no-such-option",
        "python -m benchmarks --no-such-option",
        "python -m no_such_module",
        "exit 3",
    ],
)
def test_what_takes_long_is_tried_as_far_as_its_arguments(line: str, tmp_path: Path) -> None:
    page = ROOT / "docs" / "never-written.md"  # a name for messages
    good = "```sh\nmake lint\npip install '.[voice]'\nsecurecall bench --hours 0.1\n```\n"
    (tmp_path / "good").mkdir()
    assert run_text(good, page, tmp_path / "good") == 1
    (tmp_path / "bad").mkdir()
    with pytest.raises(AssertionError, match="sh ended with"):
        run_text(f"```sh\n{line}\n```\n", page, tmp_path / "bad")


def test_the_readme_begins_with_an_example_and_what_it_prints() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second, *_ = fences(text)
    assert (first.language, second.language, second.follows) == ("python", "text", True)
    assert 10 <= len([line for line in first.text.splitlines() if line]) <= 14
    assert second.line < 50  # on the first screen


def test_the_readme_names_every_extra_that_is_for_users() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"^Extras, .+$", text, re.MULTILINE)
    ours = {
        "bench",
        "dev",
        "evidence",
        "fuzz",
        "network",
        "site",
    }  # those who change it; see CONTRIBUTING.md
    extras = set(project["optional-dependencies"])
    assert ours <= extras
    assert set(re.findall(r"`(\w+)`", told)) == extras - ours


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = page.read_text(encoding="utf-8")
    for fence in fences(text):
        text = text.replace(fence.text, "")
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        found.add(plain.strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            dead.append(target)
    assert dead == []


def test_pages_that_sources_and_docstrings_refer_to_are_there() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.p[yx][xd]"), *pages()]
    told = {
        page
        for path in files
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", path.read_text(encoding="utf-8"))
    }
    assert "docs/rating.md" in told
    assert {page for page in told if not (ROOT / page).exists()} == set()


def test_the_map_shows_every_page() -> None:
    map_page = ROOT / "docs" / "README.md"
    shown = {
        (map_page.parent / target.partition("#")[0]).resolve()
        for target in LINK.findall(map_page.read_text(encoding="utf-8"))
    }
    wanted = {page for page in (ROOT / "docs").rglob("*.md") if page != map_page}
    assert {page.name for page in wanted if page.resolve() not in shown} == set()


def test_pyproject_and_this_file_agree_who_checks_docstrings() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"D1",      # public docstrings are checked by tests/test_docs.py' in text


def sections(page: str) -> dict[str, str]:
    """Return the text under each heading of the second level."""
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def leaves(command: Any) -> Iterator[Any]:
    """Yield a command, or those of a group."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield command
    else:
        for one in inside.values():
            yield from leaves(one)


def test_every_command_and_option_is_on_its_page() -> None:
    page = sections((ROOT / "docs" / "cli.md").read_text(encoding="utf-8"))
    command: Any = typer.main.get_command(app)
    assert len(command.commands) >= 6
    told = {heading for heading in page if heading.startswith("securecall ")}
    assert told == {f"securecall {name}" for name in command.commands}
    for name, sub in command.commands.items():
        text = page[f"securecall {name}"]
        options = {
            option
            for leaf in leaves(sub)
            for parameter in leaf.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("-") and not getattr(parameter, "hidden", False)
        }
        assert options - {"--help"} == set(re.findall(r"`(--?[a-z][\w-]*)", text)), name
        if hasattr(sub, "commands"):
            for leaf in sub.commands:
                assert f"`{leaf}`" in text or f"`{leaf} " in text, f"{name} {leaf}"


def test_every_make_target_is_told() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    defined = re.findall(r"^([a-z -]+):", makefile, re.MULTILINE)
    assert set(phony) == {target for line in defined for target in line.split()}
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`make ([\w-]+)`", page))
    assert set(phony) - told == {"clean"}
    assert told <= set(phony)


def test_ci_runs_what_a_developer_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    lines = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    # The closing line of CI is pytest's own.
    assert lines[-1] == "make test"
    commands = [line.partition("#")[0].split()[-2:] for line in lines[2:]]
    assert commands == [["make", each] for each in ("lint", "audit", "test-peers", "test")]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100
