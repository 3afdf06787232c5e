"""Stands for a program and runs it as far as its arguments are read, and no further.

`tests/pages.py` puts scripts called make, pip, python and securecall, which ask this file, first on
the path of what takes minutes or changes the machine. Make prints what it would do; pip's extras, a
module's options, a subcommand's and the tests that pytest would run must be there.
"""

from __future__ import annotations

import argparse
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def make(arguments: list[str]) -> int:
    """Ask make what it would do."""
    told = ["/usr/bin/env", "PATH=/usr/local/bin:/usr/bin:/bin", "make", "-n", "-C", str(ROOT)]
    return subprocess.run([*told, *arguments], check=False, stdout=subprocess.DEVNULL).returncode


def pip(arguments: list[str]) -> int:
    """Look up the extras of what would be installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = set(project["optional-dependencies"])
    ours = [each for each in arguments if re.match(r"(\.|securecall)(\[|$)", each)]
    wanted = {name for each in ours for name in re.findall(r"[\w-]+", each.partition("[")[2])}
    if arguments[:1] != ["install"] or not wanted <= known:
        print("pip", *arguments, "- no such extra:", *sorted(wanted - known))
        return 2
    return 0


def python(arguments: list[str]) -> int:
    """Begin a module or a script; stop when its options are read."""
    if arguments[:2] == ["-m", "pytest"]:
        return subprocess.run(
            [sys.executable, *arguments, "--collect-only", "-q"], cwd=ROOT, check=False
        ).returncode
    if arguments[:2] == ["-m", "pip"]:
        return pip(arguments[2:])
    read = argparse.ArgumentParser.parse_args

    def stop(self: argparse.ArgumentParser, *given: Any, **named: Any) -> None:
        read(self, *given, **named)
        raise SystemExit(0)

    argparse.ArgumentParser.parse_args = stop  # type: ignore[assignment]
    sys.path.insert(0, str(ROOT))
    if arguments[:1] == ["-m"]:
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")
    print("python", *arguments, "- reads no arguments by argparse")
    return 2


def securecall(arguments: list[str]) -> int:
    """Read a subcommand's arguments."""
    import typer.main

    from securecall.cli import app

    command: Any = typer.main.get_command(app)
    name = "securecall"
    while True:
        context = command.make_context(name, list(arguments))
        if not hasattr(command, "resolve_command"):
            return 0
        _, command, arguments = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        name = command.name


PROGRAMS = {"make": make, "pip": pip, "python": python, "securecall": securecall}

if __name__ == "__main__":
    program, *given = sys.argv[1:]
    try:
        sys.exit(PROGRAMS[program](given))
    except Exception as wrong:  # typer's own, of whichever click it carries
        sys.exit(f"{program} {' '.join(given)}: {wrong}")
