"""Builds the sdist, installs it on every Python that is to be had, and tries it: ``make sdists``.

Interpreters are those on the path and those of pyenv, from 3.11 on, free-threaded ones too. As
root, ``--debian SUITE`` brings those that Debian has in a newer suite: they run in a folder of
their own (mmdebstrap, chroot), with wheels that this machine's pip fetched for them. Each builds
the engines from the sdist in an environment of its own; `try_install.py` then asks for a price, a
table, a digit and a cutoff, with warnings as errors. ``--report`` keeps a dated page; a failure
ends it with 1.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]
OLDEST: Final = 11
NEWEST: Final = 15  # what is newer is found by its name once a person has looked at it
NAMES: Final = tuple(
    f"python3.{minor}{free}" for minor in range(OLDEST, NEWEST + 1) for free in ("", "t")
)
IDENTITY: Final = (
    "import platform, sys, sysconfig; print(platform.python_version(),"
    " bool(sysconfig.get_config_var('Py_GIL_DISABLED')), sys.implementation.cache_tag)"
)


class Python(NamedTuple):
    """An interpreter: its command, where it is from, and the folder that is its root, if any."""

    command: str
    home: str
    root: Path | None
    version: str
    free: bool
    tag: str


class Trial(NamedTuple):
    """What came of one interpreter."""

    python: Python
    seconds: float
    said: str
    good: bool


def within(root: Path | None) -> list[str]:
    """Return what goes before a command that runs in a root of its own."""
    return ["chroot", str(root)] if root else []


def asked(command: str, home: str, root: Path | None = None) -> Python | None:
    """Return an interpreter that runs, or None."""
    try:
        told = subprocess.run(
            [*within(root), command, "-c", IDENTITY], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    if told.returncode:
        return None
    version, free, tag = told.stdout.split()
    return Python(command, home, root, version, free == "True", tag)


def interpreters() -> Iterator[Python]:
    """Yield the interpreters of pyenv and of the path, each version once."""
    seen = set()
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [(str(path), "pyenv") for path in sorted(pyenv.glob("*/bin/python"))]
    places += [(found, "path") for name in NAMES if (found := shutil.which(name))]
    for command, home in places:
        python = asked(command, home)
        if python is None or (python.version, python.free) in seen:
            continue
        if (3, OLDEST) <= tuple(int(part) for part in re.findall(r"\d+", python.version)[:2]):
            seen.add((python.version, python.free))
            yield python


def debian(suite: str) -> Iterator[Python]:
    """Yield the interpreters of a suite of Debian, in a folder that is made if it is not there."""
    root = ROOT / "out" / f"debian-{suite}"
    names = [name for name in NAMES if "t" not in name.removeprefix("python")]
    if not (root / "usr" / "bin").is_dir():
        listed = [f"?exact-name({name}-{part})" for name in names for part in ("venv", "dev")]
        wanted = ["--include", ",".join(["gcc", "libc6-dev", "?or(" + ",".join(listed) + ")"])]
        stale = ["--aptopt", 'Acquire::Check-Valid-Until "false"']  # mirrors may be behind
        root.parent.mkdir(exist_ok=True)
        subprocess.run(
            ["mmdebstrap", "--variant=apt", *stale, *wanted, suite, str(root)], check=True
        )
    for name in names:
        python = asked(name, f"Debian {suite}", root)
        if python is not None:
            yield python


def sdist(folder: Path) -> Path:
    """Build the sdist of what is committed, or of what is here where nothing is committed."""
    tree = folder / "tree"
    tree.mkdir()
    archive = ["git", "-C", str(ROOT), "archive", "HEAD"]
    if (ROOT / ".git").exists():
        packed = subprocess.run(archive, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    else:
        shutil.copytree(ROOT, tree, dirs_exist_ok=True, ignore=shutil.ignore_patterns("out", ".*"))
    command = [sys.executable, "-m", "build", "-q", "--sdist", "--outdir", str(folder), str(tree)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (made,) = folder.glob("*.tar.gz")
    return made


def wheelhouse(python: Python, folder: Path) -> None:
    """Fetch what the sdist needs for an interpreter that has no pip of this machine's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needs = project["build-system"]["requires"] + project["project"]["dependencies"]
    version = ".".join(python.version.split(".")[:2])
    abi = python.tag.replace("cpython-", "cp") + ("t" if python.free else "")
    machine = platform.machine()
    kinds = [f"manylinux_2_{libc}_{machine}" for libc in (28, 27, 26, 24, 17)]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--dest", str(folder)]
        + ["--only-binary=:all:", "--python-version", version, "--implementation", "cp"]
        + ["--abi", abi, "--abi", "abi3", "--abi", "none"]
        + [part for kind in kinds for part in ("--platform", kind)]
        + needs,
        check=True,
    )


def tried(python: Python, package: Path) -> Trial:
    """Install the sdist for an interpreter, and try it."""
    home = python.root or Path("/")
    with tempfile.TemporaryDirectory(dir=home / "tmp") as made:
        place = Path(made)
        inside = Path("/", place.relative_to(home)) if python.root else place
        shutil.copy(package, place)
        shutil.copy(ROOT / "tools" / "try_install.py", place)
        offline: list[str] = []
        if python.root:
            try:
                wheelhouse(python, place)
            except subprocess.CalledProcessError:
                return Trial(python, 0, "what it needs is not built for this Python", False)
            offline = ["--no-index", "--find-links", str(inside)]
        run = within(python.root)
        venv, named = str(inside / "v"), str(inside / package.name)
        began = time.monotonic()
        for command in (
            [python.command, "-m", "venv", venv],
            [f"{venv}/bin/python", "-m", "pip", "install", "-q", *offline, named],
            [f"{venv}/bin/python", "-I", "-W", "error", str(inside / "try_install.py")],
        ):
            done = subprocess.run([*run, *command], capture_output=True, text=True, check=False)
            if "install" in command:
                took = time.monotonic() - began
            if done.returncode:
                said = (done.stderr.strip() or done.stdout.strip()).splitlines()
                return Trial(python, time.monotonic() - began, said[-1] if said else "?", False)
        return Trial(python, took, done.stdout.strip(), True)


def report(trials: list[Trial], package: Path) -> str:
    """Return the page."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    today = datetime.datetime.now(datetime.UTC).date()
    lines = [
        "# The sdist, on every Python that was to be had",
        "",
        f"`make sdists`, {today}, commit {commit or 'unknown'}, {platform.machine()},"
        f" {package.name} of {package.stat().st_size / 1e6:.2f} MB."
        " Seconds: a new environment, what the build needs, the engines, what the package needs.",
        "",
        "| Python | from | seconds | what it said |",
        "|---|---|---:|---|",
    ]
    for python, seconds, said, good in trials:
        name = python.version + (" free-threaded" if python.free else "")
        lines.append(
            f"| {name} | {python.home} | {seconds:.0f} | {'' if good else '**failed**: '}{said} |"
        )
    if not any(trial.python.free for trial in trials):
        lines += ["", "No free-threaded Python was to be had; the wheels' workflow runs one."]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Try them all."""
    parser = argparse.ArgumentParser(prog="sdists", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--debian", metavar="SUITE", help="also what Debian has there (root)")
    parser.add_argument("--report", type=Path, help="keep the page in this file")
    given = parser.parse_args(arguments)
    found = [*interpreters(), *(debian(given.debian) if given.debian else ())]
    with tempfile.TemporaryDirectory() as made:
        package = sdist(Path(made))
        trials = []
        for python in found:
            trials.append(tried(python, package))
            print(f"{python.version} of {python.home}: {trials[-1].said}", file=sys.stderr)
        page = report(trials, package)
    if given.report:
        given.report.write_text(page, encoding="utf-8")
    print(page)
    return 0 if trials and all(trial.good for trial in trials) else 1


if __name__ == "__main__":
    sys.exit(main())
