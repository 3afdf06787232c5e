"""Plays calls of a second recipe to the monitor: what is found, and what is told of nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median

from benchmarks.elsewhere.events import EVENTS
from benchmarks.elsewhere.innocents import INNOCENTS
from benchmarks.elsewhere.playing import Play, Row, played, rows
from benchmarks.elsewhere.sounds import ENDINGS


def _told(row: Row) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in row.others.most_common())


def show(table: Sequence[Row]) -> None:
    """Print the tables for people."""
    for ending in dict.fromkeys(row.ending for row in table):
        mine = [row for row in table if row.ending == ending]
        print(f"\n{ending}\n{'what happens':<30} {'found':>8} {'median':>8}  told besides")
        for row in mine:
            if row.group == "event":
                late = f"{median(row.latencies_s):.1f} s" if row.latencies_s else ""
                print(f"{row.name:<30} {row.found:>3} of {row.calls:<3}{late:>8}  {_told(row)}")
        print(f"{'nothing happens':<30} {'hours':>8} {'':>8}  told")
        silent = [row for row in mine if row.group == "innocent" and not row.others]
        for row in mine:
            if row.group == "innocent" and row.others:
                print(f"{row.name:<30} {row.hours:>8.2f} {'':>8}  {_told(row)}")
        print(f"{f'{len(silent)} others':<30} {sum(row.hours for row in silent):>8.2f}")
        every: Counter[str] = Counter()
        for row in mine:
            if row.group == "innocent":
                every.update(row.others)
        hours = sum(row.hours for row in mine if row.group == "innocent")
        rates = ", ".join(f"{kind} {count / hours:.2f}" for kind, count in every.most_common())
        ended = sum(row.disconnects for row in mine)
        print(
            f"{'an hour of all':<30} {hours:>8.2f} {'':>8}  {rates}; calls ended falsely: {ended}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.elsewhere", description=__doc__)
    parser.add_argument("--calls", type=int, default=12, help="of each recipe and ending")
    parser.add_argument("--endings", nargs="+", choices=list(ENDINGS), default=list(ENDINGS))
    parser.add_argument("--only", nargs="+", choices=[*INNOCENTS, *EVENTS], metavar="RECIPE")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true", help="JSON on stdout, not tables")
    chosen = parser.parse_args(arguments)
    groups = [("event", EVENTS), ("innocent", INNOCENTS)]
    plays = [
        Play(group, name, ending, number, chosen.seed)
        for ending in chosen.endings
        for group, recipes in groups
        for name in recipes
        if not chosen.only or name in chosen.only
        for number in range(chosen.calls)
    ]

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {len(plays)} calls", end="", file=sys.stderr)

    table = rows(played(plays, chosen.jobs, tell))
    if chosen.json:
        print(json.dumps([asdict(row) for row in table], indent=1))
    else:
        show(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
