"""Runs a page of the documentation as a reader would, in an empty folder, from top to bottom.

What runs is told by the language of a fence:

- ``python`` with prompts is a doctest, without them a script; all of a page share their names.
- ``text`` right behind a script is what it prints.
- ``toml tariff.toml``, any language and a file's name, is a file that the reader saves.
- ``console`` is a shell: lines after ``$`` are commands, the others what they print.
- ``sh`` is a shell of which a test has not the time: make, pip, python and securecall are run as
  far as their arguments are read (`tests/arguments.py`).
- Without a language it is a drawing, and no commands.

``...`` in what is printed stands for anything. What is none of these is told by `escaped`.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import markdown

__all__ = ["ROOT", "Fence", "escaped", "fences", "pages", "run_page", "run_text"]

ROOT = Path(__file__).parents[1]
FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF
PYTHON = Path(sys.executable).parent

_FENCE = re.compile(r"^```(?P<told>[^\n`]*)\n(?P<text>.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(
    r"^\s*(?:\$ |(?:\S*/)?(?:make|pip|python|securecall|apt-get|cd)\s)", re.MULTILINE
)
_HIDDEN = re.compile(r"^.*(?:```|~~~).*$", re.MULTILINE)


class Fence(NamedTuple):
    """A fenced block: its language, a file's name if one follows it, its text, its first line."""

    language: str
    file: str
    text: str
    line: int
    follows: bool  # nothing but blank lines stands between it and the block before


def pages() -> list[Path]:
    """Return every page: the papers of the root and all of docs."""
    papers = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
    return [*(ROOT / paper for paper in papers), *sorted((ROOT / "docs").rglob("*.md"))]


def fences(page: str) -> Iterator[Fence]:
    """Yield the fenced blocks of a page."""
    end = 0
    for match in _FENCE.finditer(page):
        language, _, file = match["told"].strip().partition(" ")
        line = page.count("\n", 0, match.start("text")) + 1
        follows = end > 0 and not page[end : match.start()].strip()
        yield Fence(language, file.strip(), match["text"], line, follows)
        end = match.end()


def escaped(page: str) -> list[str]:
    """Return the blocks of a page that nothing would run, save, compare or look through."""
    found = []
    blocks = list(fences(page))
    before = ""
    for index, fence in enumerate(blocks):
        place = f"line {fence.line}: {fence.language or 'a drawing'} {fence.file}".rstrip()
        if fence.file:
            # A file that nothing behind it reads has been tried by nobody.
            later = blocks[index + 1 :]
            read = "pytest" if fence.file == "conftest.py" else Path(fence.file).stem
            if not any(read in one.text for one in later):
                found.append(f"{place} is read by nothing behind it")
        elif fence.language == "text":
            if before != "python" or not fence.follows:
                found.append(f"{place} is not right behind a script that prints it")
        elif fence.language == "":
            if _COMMAND.search(fence.text):
                found.append(f"{place} has a command: say console or sh")
        elif fence.language == "console":
            if not fence.text.startswith("$ "):
                found.append(f"{place} does not begin with $")
        elif fence.language not in ("python", "sh"):
            found.append(f"{place} is of a language that is not run")
        before = "" if fence.file else fence.language
    rest = _FENCE.sub("", page)
    found += [f"{line.strip()}: a fence that is not seen" for line in _HIDDEN.findall(rest)]
    if "<pre" in markdown.markdown(rest, extensions=["tables", "sane_lists"]):
        found.append("a block that is indented and has no fence")
    return found


def check(wanted: str, got: str, place: str) -> None:
    """Compare what was printed; ``...`` in what is wanted stands for anything."""
    wanted, got = (
        "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"
        for text in (wanted, got)
    )
    if not doctest.OutputChecker().check_output(wanted, got, FLAGS):
        raise AssertionError(f"{place}: the page says\n{wanted}\nbut this came out\n{got}")


def _doctest(fence: Fence, names: dict[str, Any], place: str) -> None:
    # Indices of lines count from 0 in doctest.
    test = doctest.DocTestParser().get_doctest(fence.text, names, place, place, fence.line - 1)
    test.globs = names
    told = io.StringIO()
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.write, clear_globs=False)
    assert not told.getvalue(), told.getvalue()


def _script(fence: Fence, names: dict[str, Any], place: str) -> str:
    code = compile("\n" * (fence.line - 1) + fence.text, place, "exec", dont_inherit=True)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    return printed.getvalue()


def _console(fence: Fence, place: str) -> int:
    """Run the commands of a console, each in a shell that knows how the one before ended."""
    environment = {
        **os.environ,
        "PATH": f"{PYTHON}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "TERMINAL_WIDTH": "100",
    }
    commands = re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]
    last = 0
    for command in commands:
        given, _, wanted = command.partition("\n")
        while given.endswith("\\"):
            more, _, wanted = wanted.partition("\n")
            given = f"{given}\n{more}"
        done = subprocess.run(
            ["bash", "-c", f"(exit {last})\n{given}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            check=False,
            timeout=120,
        )
        last = done.returncode
        check(wanted, done.stdout, f"{place} $ {given}")
    return len(commands)


def _as_far_as_arguments(fence: Fence, place: str) -> None:
    """Run a shell whose programs only read their arguments."""
    links = Path(".programs").absolute()
    venv = Path(".venv/bin")  # as a clone has it
    for folder in (links, venv):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "activate").touch()
        for name in ("make", "pip", "python", "python3", "securecall"):
            if not (folder / name).exists():
                called = name.removesuffix("3")
                told = f'exec {sys.executable} {ROOT}/tests/arguments.py {called} "$@"'
                (folder / name).write_text(f"#!/bin/sh\n{told}\n", encoding="utf-8")
                (folder / name).chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-u", "-o", "pipefail", "-c", fence.text],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As a user's shell: a pytest of the page is none of our workers.
        env={
            **{name: value for name, value in os.environ.items() if "PYTEST" not in name},
            "PATH": f"{links}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
        },
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise AssertionError(f"{place}: sh ended with {done.returncode}:\n{done.stdout}")


def run_page(path: Path, folder: Path) -> int:
    """Run a page in an empty folder; return how many blocks ran.

    ``tests``, ``examples`` and ``benchmarks`` of the repository are there under their names.
    """
    return run_text(path.read_text(encoding="utf-8"), path, folder)


def run_text(page: str, path: Path, folder: Path) -> int:
    """Run the text of a page that lies, or might lie, at a path."""
    for name in ("examples", "tests", "benchmarks"):
        if (ROOT / name).is_dir():
            (folder / name).symlink_to(ROOT / name)
    names: dict[str, Any] = {"__name__": "__main__"}
    ran = 0
    printed: str | None = None
    with contextlib.chdir(folder):
        for fence in fences(page):
            place = f"{path.relative_to(ROOT)}:{fence.line}"
            if printed is not None and fence.language == "text" and fence.follows:
                check(fence.text, printed, place)
            printed = None
            if fence.file:
                Path(fence.file).parent.mkdir(parents=True, exist_ok=True)
                Path(fence.file).write_text(fence.text, encoding="utf-8")
            elif fence.language == "python" and ">>> " in fence.text:
                _doctest(fence, names, place)
                ran += 1
            elif fence.language == "python":
                printed = _script(fence, names, place)
                ran += 1
            elif fence.language == "console":
                ran += _console(fence, place)
            elif fence.language == "sh":
                _as_far_as_arguments(fence, place)
                ran += 1
    return ran
