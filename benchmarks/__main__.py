"""Measures everything, shows a table, and keeps the figures in ``benchmarks/results``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import ROOT, machine, say
from benchmarks.report import as_json, as_table, with_figures, write
from benchmarks.row import Row
from benchmarks.suite import BENCHES, TINY


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 1 if a target was missed and ``--strict`` asks for that."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=list(BENCHES),
        metavar="NAME",
        help=f"run this one; may be repeated: {', '.join(BENCHES)}",
    )
    parser.add_argument("--json", action="store_true", help="JSON on stdout, not a table")
    parser.add_argument("--name", default="all", help="of the file of results")
    parser.add_argument(
        "--tiny",
        action="store_true",
        help="sizes at which figures mean nothing, to see that all runs",
    )
    parser.add_argument("--readme", type=Path, help="put the headlines into this README")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a target is missed")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder of the results; by default benchmarks/results, and none with --only or --tiny",
    )
    chosen = parser.parse_args(arguments)  # fmt: skip
    benches = TINY if chosen.tiny else BENCHES
    names = chosen.only or list(benches)
    about = machine()
    rows: list[Row] = []
    for name in names:
        say(f"{name} ...")
        rows += benches[name]()
    out = chosen.out
    if out is None and not (chosen.only or chosen.tiny):
        out = ROOT / "benchmarks" / "results"
    if out is not None:
        say(f"written to {write(rows, about, chosen.name, out)}")
    if chosen.readme is not None:
        chosen.readme.write_text(with_figures(chosen.readme.read_text(), rows, about))
    if chosen.json:
        print(as_json(rows, about), end="")
    else:
        from rich.console import Console

        Console(width=None if sys.stdout.isatty() else 160).print(as_table(rows))
    missed = [row for row in rows if row.met is False]
    return 1 if missed and chosen.strict else 0


if __name__ == "__main__":
    sys.exit(main())
