"""Lays packages of PyPI into a folder of their own: nothing of the environment is changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora.package import Unreachable
from benchmarks.measure import say
from benchmarks.speakers.catalogue import Package
from benchmarks.speakers.kept import Kept


def laid(packages: Sequence[Package], folder: Path) -> None:
    """Have packages in a folder, in the versions of the catalogue; pip compares their digests.

    Raises
    ------
    Unreachable
        pip cannot get or build one.
    """
    kept = Kept(folder)
    new = [package for package in packages if kept.version(package) != package.version]
    if not new:
        return
    pins = [f"{package.name}=={package.version}" for package in new]
    say(f"  pip install {' '.join(pins)}")
    # What one package needs of another is in the catalogue: NumPy is here, and torch is not wanted.
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--upgrade", "--target", str(folder), *pins,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.strip()] or ["failed"]
        wrong = [line for line in words if "error" in line.lower()] or words
        raise Unreachable(f"pip install {' '.join(pins)}: {wrong[-1]}")
    for package in new:
        kept.note(package, package.version)


def importable(folder: Path) -> None:
    """Let Python find the folder's packages, behind those that it has already."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
