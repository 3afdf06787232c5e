"""Plays the recordings to receivers and prints their false alarms per hour."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpora import CLASSES
from benchmarks.false_alarms.hearing import HEARERS, LEVELS_DBM0
from benchmarks.false_alarms.playing import SPEEDS
from benchmarks.false_alarms.running import Found, run, units
from benchmarks.measure import ROOT, machine
from securecall.fraud.bench.poisson import interval

#: Genuine tones are heard rightly there: listed, and never counted as false.
GENUINE = "phone_ui"


def table(found: Sequence[Found]) -> list[dict[str, object]]:
    """Sum up by receiver and class."""
    groups: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for one in found:
        groups[one.unit.hearer, one.unit.kind].append(one)
    rows = []
    for (name, kind), members in sorted(
        groups.items(), key=lambda g: (g[0][0], CLASSES.index(g[0][1]))
    ):
        details = Counter(str(alarm["detail"]) for one in members for alarm in one.alarms)
        events = sum(details.values())
        hours = sum(one.seconds for one in members) / 3600
        distinct = {one.unit.package: one.distinct_seconds for one in members}
        low, high = interval(events)
        rows.append(
            {
                "receiver": name,
                "class": kind,
                "genuine": kind == GENUINE,
                "hours": round(hours, 3),
                "distinct_hours": round(sum(distinct.values()) / 3600, 3),
                "clips_with_events": len({a["clip"] for one in members for a in one.alarms}),
                "events": events,
                "per_hour": round(events / hours, 4),
                "low_95": round(low / hours, 4),
                "high_95": round(high / hours, 4),
                "details": dict(details.most_common()),
            }
        )
    return rows


def show(rows: Sequence[dict[str, object]]) -> None:
    """Print the table for people."""
    print(
        f"{'receiver':<15} {'class':<11} {'hours':>7} {'events':>6} {'per hour':>9}  95 % interval"
        "      clips  by detail"
    )
    for row in rows:
        details = ", ".join(f"{name} {count}" for name, count in dict(row["details"]).items())
        note = " (genuine tones)" if row["genuine"] else ""
        print(
            f"{row['receiver']:<15} {row['class']:<11} {row['hours']:7.2f} {row['events']:6}"
            f" {row['per_hour']:9.4f}  {row['low_95']:.4f} - {row['high_95']:<8.4f}"
            f" {row['clips_with_events']:5}  {details}{note}"
        )
    print(
        "Hours are hours played; the copies of a recording at several speeds are not independent."
        " No event in T hours bounds the rate by 3/T (95 %)."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_alarms", description=__doc__)
    parser.add_argument(
        "--receivers", nargs="+", choices=list(HEARERS), default=["digits", "tones"]
    )
    parser.add_argument("--classes", nargs="+", choices=CLASSES, default=list(CLASSES))
    parser.add_argument("--speeds", nargs="+", type=float, default=list(SPEEDS), metavar="FACTOR")
    parser.add_argument("--packages", nargs="+", metavar="PACKAGE")
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--held", action="store_true", help="only what is kept for judging")
    side.add_argument("--development", action="store_true", help="only what is tuned on")
    for listens, level in LEVELS_DBM0.items():
        parser.add_argument(f"--{listens}-level", type=float, default=level, metavar="DBM0")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--list", type=int, default=30, metavar="N", help="alarms to list")
    parser.add_argument("--json", action="store_true", help="JSON on stdout, not a table")
    parser.add_argument("--out", type=Path, help="folder for a dated file of results")
    chosen = parser.parse_args(arguments)
    about = machine()  # now: the tree may change while it plays
    held = True if chosen.held else False if chosen.development else None
    listed = units(
        chosen.receivers,
        chosen.classes,
        chosen.speeds,
        held=held,
        packages=chosen.packages,
        levels_dbm0={"digits": chosen.digits_level, "tones": chosen.tones_level},
    )
    found = sorted(run(listed, jobs=chosen.jobs), key=lambda one: one.unit.key)
    rows = table(found)
    alarms = [
        {"receiver": one.unit.hearer, "class": one.unit.kind, "speed": one.unit.speed, **alarm}
        for one in found
        for alarm in one.alarms
    ]
    result = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": about,
        "receivers": sorted({one.unit.about for one in found}),
        "speeds": chosen.speeds,
        "levels_dbm0": {"digits": chosen.digits_level, "tones": chosen.tones_level},
        "rows": rows,
        "alarms": alarms,
    }
    if chosen.out is not None:
        chosen.out.mkdir(parents=True, exist_ok=True)
        path = chosen.out / f"{datetime.now(UTC):%Y-%m-%d}-false-alarms.json"
        path.write_text(json.dumps(result, indent=1) + "\n")
        print(
            f"written to {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}",
            file=sys.stderr,
        )
    if chosen.json:
        print(json.dumps(result, indent=1))
        return 0
    show(rows)
    for alarm in [a for a in alarms if a["class"] != GENUINE][: chosen.list]:
        cues = alarm.get("cues", "")
        print(
            f"  {alarm['receiver']} {alarm['detail']} at {alarm['at_s']} s of {alarm['clip']}"
            f" (speed {alarm['speed']}, {alarm['length_ms']} ms) {cues}"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
