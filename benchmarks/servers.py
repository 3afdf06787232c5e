"""Several servers on one PostgreSQL, as often as a release must show.

Each part is a run of its own and leaves its figures in a dated file beside the others::

    python -m benchmarks.servers lead     # 2 000 calls, everything sent two delays ahead
    python -m benchmarks.servers late     # the same calls, nothing sent ahead
    python -m benchmarks.servers cuts     # 1 000 connections cut, statements and commits refused
    python -m benchmarks.servers kills    # the database's server and processes killed in mid-run
    python -m benchmarks.servers faulty   # calls as in lead, through cuts, refusals and kills
    python -m benchmarks.servers apart    # servers that hear nothing for a minute now and then

PostgreSQL must be installed. Delays are simulated between the servers' processes and the database:
a message takes up to so long in the time of the run, and what arrives together is done together.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from tests.ledger.postgres_server import server
from tests.ledger.servers import lanes, several

__all__ = ["main"]

RESULTS = Path(__file__).parent / "results"


def _lead(args: argparse.Namespace) -> dict[str, Any]:
    return several.sizes(several.run(server(), args.calls, args.seed, lead_delays=2))


def _late(args: argparse.Namespace) -> dict[str, Any]:
    return several.sizes(several.run(server(), args.calls, args.seed, lead_delays=0))


def _cuts(args: argparse.Namespace) -> dict[str, Any]:
    return _seen(lanes.cut(server(), args.cuts, args.seed))


def _kills(args: argparse.Namespace) -> dict[str, Any]:
    return _seen(lanes.kill(server(), args.kills, args.seed))


def _faulty(args: argparse.Namespace) -> dict[str, Any]:
    kills = range(200, args.calls * 3, max(args.calls * 3 // 5, 1))
    outcome = several.run(
        server(), args.calls, args.seed, lead_delays=2, faults=args.calls // 2, kills=kills
    )
    return several.sizes(outcome) | {"servers killed": len(kills)}


def _apart(args: argparse.Namespace) -> dict[str, Any]:
    def lost(name: str, at_ms: int) -> bool:
        return Random(f"{args.seed} {name} {at_ms // 60_000}").random() < 0.05

    outcome = several.run(server(), args.calls, args.seed, lead_delays=2, lost=lost)
    return several.sizes(outcome)


def _seen(seen: lanes.Seen) -> dict[str, Any]:
    return {"faults": seen.faults, "counts": dict(sorted(seen.counts.items()))}


PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "lead": _lead, "late": _late, "cuts": _cuts, "kills": _kills, "faulty": _faulty,
    "apart": _apart,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run parts and keep what they saw; 1 if money went where it must not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.servers")
    parser.add_argument("parts", nargs="+", choices=tuple(PARTS))
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--cuts", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dry", action="store_true", help="print, and keep nothing")
    args = parser.parse_args(arguments)
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-servers.json"
    wrong = 0
    for part in args.parts:
        began = time.monotonic()
        found = PARTS[part](args)
        found |= {"seed": args.seed, "seconds": round(time.monotonic() - began), **_where()}
        print(part, json.dumps(found, indent=1), flush=True)
        wrong += bool(found.get("faults") or found.get("overspent") or found.get("missing"))
        if not args.dry:
            kept = json.loads(path.read_text()) if path.exists() else {}
            path.write_text(json.dumps({**kept, part: found}, indent=1, sort_keys=True) + "\n")
    return int(wrong > 0)


def _where() -> dict[str, Any]:
    git = ["git", "describe", "--always", "--dirty"]
    described = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "commit": described,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
