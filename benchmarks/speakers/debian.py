"""Lays Debian packages into a folder and runs programs from there, without root.

Where the machine has the libraries of a program already they are used; those that apt would
install with it are laid beside it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.corpora.package import ADVICE, Unreachable, download, source, unpack
from benchmarks.measure import say
from benchmarks.speakers.catalogue import Package
from benchmarks.speakers.kept import Kept

#: A sentence takes a second; a program that takes so long hangs.
HANGS_S: Final = 300.0


def laid(packages: Sequence[Package], root: Path) -> dict[str, str]:
    """Have packages in a folder; return the version of each that Debian's release has.

    Raises
    ------
    Unreachable
        There is no apt here, or it cannot get a package.
    """
    kept = Kept(root)
    new = [package for package in packages if kept.version(package) is None]
    for name in _libraries([package.name for package in new]) if new else ():
        _lay(name, root)
    for package in new:
        kept.note(package, _lay(package.name, root))
    return {package.name: kept.version(package) or "" for package in packages}


def had(name: str, folder: Path) -> tuple[Path, str]:
    """Have a package file in a folder; return where it lies and its version.

    Raises
    ------
    Unreachable
        There is no apt here, or it cannot get the package.
    """
    wanted = source(name)
    say(f"  {name} {wanted.version}, {wanted.size_bytes / 1e6:.1f} MB")
    return download(wanted, folder), wanted.version


def _lay(name: str, root: Path) -> str:
    path, version = had(name, root.parent / "packages")
    unpack(path, root)
    path.unlink()
    return version


def _libraries(names: Sequence[str]) -> Iterator[str]:
    """Walk through the libraries that this machine lacks for some packages."""
    command = ["apt-get", "--simulate", "--no-install-recommends", "install", *names]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Unreachable("apt-get is needed: the engine is a Debian package") from None
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["failed"]
        raise Unreachable(f"{' '.join(command)}: {words[-1]}; {ADVICE}")
    # An upgrade has its old version in brackets behind the name: what is there does.
    for name in re.findall(r"^Inst (lib\S+) \(", done.stdout, flags=re.MULTILINE):
        if name not in names:
            yield name


def run(root: Path, command: Sequence[str], *, said: str | None = None) -> str:
    """Run a program of ``usr/bin`` in the folder; return what it prints.

    Raises
    ------
    Unreachable
        It is not there, fails or hangs.
    """
    libraries = [
        str(folder)
        for pattern in ("usr/lib/*-linux-*", "lib/*-linux-*", "usr/lib/*-linux-*/pulseaudio")
        for folder in sorted(root.glob(pattern))
    ]
    before = os.environ.get("LD_LIBRARY_PATH")
    path = ":".join([*libraries, *([before] if before else [])])
    try:
        done = subprocess.run(
            [str(root / "usr" / "bin" / command[0]), *command[1:]],
            input=said, capture_output=True, text=True, check=False, timeout=HANGS_S,
            env={**os.environ, "LD_LIBRARY_PATH": path},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreachable(f"{command[0]}: {error}") from None
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Unreachable(f"{command[0]}: {words[-1]}")
    return done.stdout
