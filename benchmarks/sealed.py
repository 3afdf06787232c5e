"""The results of docs/bench.md, from journals of `securecall bench` on the sealed part.

    python -m benchmarks.sealed run.jsonl run-click.jsonl ... --corpora FOLDER --commit 1a2b3c4

scores what the journals hold so far, keeps it as `benchmarks/results/DATE-sealed.json`, and writes
its tables between the page's two marks. The first journal is the monitor's; detectors beside it may
have heard fewer calls of the same run. Without journals the page is made of the newest results.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import ROOT, say
from benchmarks.report import BEGIN, END
from securecall.errors import InputError
from securecall.fraud.bench.corpora import open_corpora
from securecall.fraud.bench.journal import read_journal
from securecall.fraud.bench.label import INNOCENT
from securecall.fraud.bench.poisson import share_interval
from securecall.fraud.bench.score import Found, Record, Scores, judged, score

__all__ = ["PAGE", "newest", "summed_up", "tables", "with_tables"]

PAGE: Final = ROOT / "docs" / "bench.md"
WAITING: Final = ("call_waiting_answered", "call_waiting_ignored", "in call_waiting")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the first table: strata of a kind (None: all of it), and what is wanted of them."""

    kind: str
    name: str
    strata: tuple[str, ...] | None = None
    share: float | None = None
    told: str = ""


ROWS: Final = (
    Row("three_way", "analogue", ("analogue",), 0.95),
    Row("three_way", "masked", ("masked",)),
    Row("three_way", "cellular", ("cellular",), 0.80),
    Row("three_way", "voip", ("voip",), 0.80),
    Row("three_way", "same codec (only one more voice)", ("same_codec",), None, "none"),
    Row("call_forwarding", "all", None, 0.90),
    Row("call_forwarding", "ringback, announcement, SIT", ("ringback", "announcement", "sit")),
    Row("call_forwarding", "silent transfer", ("silent_transfer",)),
    Row("line_switch", "all", None, 0.85),
    Row("line_switch", "codec", ("codec",)),
    Row("line_switch", "floor", ("floor",)),
    Row("line_switch", "bandwidth", ("bandwidth",)),
    Row("noise_anomaly", "all", None, 0.90),
    Row("noise_anomaly", "hum", ("hum",)),
    Row("noise_anomaly", "jamming", ("jamming",)),
    Row("noise_anomaly", "floor", ("floor",)),
    Row("keypad", "all", None, 0.98),
    Row("keypad", "behind coders of speech", ("dtmf_coded",)),
    Row("call_waiting", "all", None, 0.98),
)
#: False alarms an hour that are wanted at most.
ALARMS: Final = {"three_way": 0.05}
NONE: Final = {"found": 0, "labels": 0}
#: Call waitings that are taken for a three-way call, at most.
WAITING_SHARE: Final = 0.001
#: Expected calibration error, at most.
CALIBRATION: Final = 0.05


def newest() -> Path:
    """Return the newest results that are kept."""
    return max((ROOT / "benchmarks" / "results").glob("*-sealed.json"))


def _pooled(scores: Scores, row: Row) -> Found:
    pooled = Found()
    for (kind, stratum), found in scores.strata.items():
        if kind == row.kind and (row.strata is None or stratum in row.strata):
            pooled.labels += found.labels
            pooled.best += found.best
            pooled.latency_s += found.latency_s
    return pooled


def _beside(records: Iterable[Record]) -> dict[str, Any]:
    """Count what no score has: calls with nothing but innocent things, and right disconnects."""
    told = dict.fromkeys(
        ("hours_innocent", "three_way_false", "three_way_false_innocent", "waiting_as_three_way",
         "disconnects_right", "disconnects_false"), 0.0,
    )  # fmt: skip
    for record in records:
        reports = judged(record)
        innocent = all(label.kind == INNOCENT for label in record.labels)
        told["hours_innocent"] += innocent * record.seconds / 3600
        for one in reports:
            false = one.verdict == "false"
            if one.heard.grade == "disconnect":
                told["disconnects_false"] += false
                told["disconnects_right"] += one.verdict == "found"
            if false and one.heard.kind == "three_way":
                told["three_way_false"] += 1
                told["three_way_false_innocent"] += innocent
                told["waiting_as_three_way"] += one.where in WAITING
    return {name: n if name == "hours_innocent" else int(n) for name, n in told.items()}


def summed_up(journals: Sequence[Path], folder: Path | None, commit: str) -> dict[str, Any]:
    """Score journals of one run, and return what is kept.

    Raises
    ------
    InputError
        A journal is none, is of another run than the first, has no call or a gap, or the folder
        has other recordings.
    """
    told: dict[str, Any] = {}
    for path in journals:
        head, records, _ = read_journal(path)
        records.sort(key=lambda record: record.index)
        if not records or [record.index for record in records] != list(range(len(records))):
            raise InputError(f"{path}: has no calls, or not all from the first one on")
        run = {name: value for name, value in head.items() if name != "detector"}
        if not told:
            corpora = open_corpora(folder, split=head["split"])
            if corpora.digest() != head["recordings"]:
                raise InputError(f"{path} is of other recordings than {folder}")
            date = datetime.now(UTC).strftime("%Y-%m-%d")
            told = {"date": date, "commit": commit, "run": run, "detectors": {}}
        elif run != told["run"]:
            raise InputError(f"{path} is of another run than {journals[0]}")
        scores = score(records, corpora.recordings)
        made: dict[str, Any] = {**scores.as_dict(), **_beside(records)}
        if not told["detectors"]:
            made["rows"] = [_pooled(scores, row).as_dict() for row in ROWS]
        # What a page and a successor need; the curves of hundreds of points are the report's.
        for kind in made["kinds"].values():
            del kind["curve"]
        told["detectors"][head["detector"]] = made
        say(f"{path}: {head['detector']}, {scores.hours:.1f} h")
    return told


def _many(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _share(found: int, labels: int) -> str:
    """Return a share in percent: with a digit more where it would be rounded up to all."""
    percent = 100 * found / labels
    return f"{percent:.0f}" if found == labels or percent < 99.5 else f"{percent:.1f}"


def _table(first: dict[str, Any]) -> list[str]:
    lines = [
        "| kind | stratum | labels, found, 95 % | false alarms an hour | late; of another kind "
        "| median latency | wanted |",
        "|---|---|---|---|---|---|---|",
    ]
    before = ""
    for row, found in zip(ROWS, first["rows"], strict=True):
        if not found["labels"]:
            continue
        alarms = late = ""
        if row.kind != before:
            kind = first["kinds"][row.kind]
            false = kind["false"]
            alarms = f"{false['per_hour']:.2f} ({false['low_95']:.2f}–{false['high_95']:.2f})"
            others = sum(n for pair, n in first["confused"].items() if pair.endswith(row.kind))
            late = f"{kind['late']}; {others}"
        latency = found["latency_median_s"]
        wanted = row.told if row.share is None else f"{100 * row.share:.0f} %"
        if row.kind != before and row.kind in ALARMS:
            wanted += f" at {ALARMS[row.kind]}"
        lines.append(
            f"| {f'`{row.kind}`' if row.kind != before else ''} | {row.name} "
            f"| {_many(found['labels'])}, {_share(found['found'], found['labels'])} % "
            f"({100 * found['low_95']:.0f}–{100 * found['high_95']:.0f}) | {alarms} | {late} "
            f"| {'' if latency is None else f'{latency:.2g} s'.replace('-', '−')} | {wanted} |"
        )
        before = row.kind
    return lines


def _missed(first: dict[str, Any]) -> str:
    """Say which marks are reached and which are not, by the shares that were found."""
    reached: list[str] = []
    missed: list[str] = []
    for row, found in zip(ROWS, first["rows"], strict=True):
        if row.share is None or not found["labels"]:
            continue
        name = f"`{row.kind}`" + ("" if row.strata is None else f" {row.name}")
        text = f"{name} {100 * found['share']:.1f} % ({100 * row.share:.0f})"
        (reached if found["share"] >= row.share else missed).append(text)
    for kind, most in ALARMS.items():
        if kind not in first["kinds"]:
            continue
        rate = first["kinds"][kind]["false"]["per_hour"]
        text = f"false `{kind}` {rate:.3f} an hour ({most})"
        (reached if rate <= most else missed).append(text)
    if "call_waiting" in first["kinds"]:
        waiting, count = first["kinds"]["call_waiting"]["labels"], first["waiting_as_three_way"]
        low, high = (100 * limit for limit in share_interval(count, waiting))
        text = (
            f"call waiting taken for a three-way call {count} of {_many(waiting)} "
            f"({low:.2g} to {high:.2g} %, where {100 * WAITING_SHARE:g} is wanted)"
        )
        (reached if count <= WAITING_SHARE * waiting else missed).append(text)
    error = first["expected_calibration_error"]
    if error is not None:
        (reached if error <= CALIBRATION else missed).append(
            f"calibration error {error:.3f} ({CALIBRATION})"
        )
    return (
        f"**Not reached**, with what is wanted in brackets: {'; '.join(missed) or 'nothing'}. "
        f"Reached: {'; '.join(reached) or 'nothing'}."
    )


def _cut(first: dict[str, Any]) -> str:
    """Say what is known of false disconnects: by hours, by recordings, by packs, by class."""
    distinct = first["distinct_clips"]
    speech, every = distinct.get("speech"), distinct.get("all")
    disconnects = first["disconnects_false"]
    most = first["false_alarms"]["disconnects_high_95_per_hour"]
    said = (
        f"**False disconnects: {disconnects or 'none'} in {_hours(first)}**, which is below "
        f"{most:.4f} an hour at 95 %."
    )
    if every is not None and speech is not None:
        said += (
            f" By distinct recordings {every['clips_with_disconnects'] or 'none'} of "
            f"{_many(every['clips'])} (below {_most(every, 'clips')} %), of "
            f"{_many(speech['clips'])} of speech below {_most(speech, 'clips')} %; by packs, which "
            f"is the bound to believe, {every['packs_with_disconnects'] or 'none'} of "
            f"{every['packs']} (below {_most(every, 'packs')} %), of {speech['packs']} speakers "
            f"below {_most(speech, 'packs')} %."
        )
    return (
        f"{said} In the {first['hours_innocent']:.1f} h of calls in which nothing but innocent "
        f"things happened there are {first['three_way_false_innocent']} false three-way alarms."
    )


def _most(of: dict[str, Any], what: str) -> str:
    return f"{100 * of[f'{what}_with_disconnects_share_high_95']:.2g}"


def _hours(of: dict[str, Any]) -> str:
    return f"{of['hours']:,.1f} h".replace(",", " ")


def _classes(first: dict[str, Any]) -> list[str]:
    lines = [
        "| while | times | hours | false alarms | an hour, 95 % | false disconnects, below |",
        "|---|---:|---:|---:|---|---|",
    ]
    for name, one in sorted(
        first["classes"].items(), key=lambda each: -(each[1]["per_hour"] or 0.0)
    ):
        if not one["hours"]:
            continue
        lines.append(
            f"| {name.replace('_', ' ')} | {_many(one['instances'])} | {one['hours']:.1f} "
            f"| {one['alarms']} | {one['per_hour']:.2f} ({one['low_95']:.2f}–{one['high_95']:.2f}) "
            f"| {one['disconnects']}, {one['disconnects_high_95_per_hour']:.2f} an hour |"
        )
    return lines


def _compared(told: dict[str, Any]) -> list[str]:
    every = told["detectors"]
    names = [f"our monitor, {_hours(one)}" if name == "monitor" else f"{name}, {_hours(one)}"
             for name, one in every.items()]  # fmt: skip
    rows: list[tuple[str, list[str]]] = []
    cells = [
        " of ".join(_many(one["kinds"].get("three_way", NONE)[of]) for of in ("found", "labels"))
        for one in every.values()
    ]
    rows.append(("three-way calls found", cells))
    rows += [
        (
            "reports of grade `disconnect` that were right, false",
            [
                f"{_many(one['disconnects_right'])}, {_many(one['disconnects_false'])}"
                for one in every.values()
            ],
        ),
        ("calls cut falsely, of 1 000 of 15 min, 95 %", [_cut_of(one) for one in every.values()]),
        (
            "false three-way alarms an hour",
            [_digits(one["three_way_false"] / one["hours"]) for one in every.values()],
        ),
        (
            "expected calibration error",
            [f"{one['expected_calibration_error'] or 0:.2g}" for one in every.values()],
        ),
    ]
    return [
        f"| of all calls | {' | '.join(names)} |",
        f"|---|{'---:|' * len(names)}",
        *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows),
    ]


def _cut_of(one: dict[str, Any]) -> str:
    cut = one["disconnected_per_1000_calls_of_15_min"]
    return f"{cut['rate']:.0f} ({_digits(cut['low_95'])}–{_digits(cut['high_95'])})"


def _digits(value: float) -> str:
    return f"{value:.2g}" if value < 10 else _many(round(value))


def tables(told: dict[str, Any]) -> str:
    """Return what stands between the marks: tables, and what they come to in words."""
    run, first = told["run"], next(iter(told["detectors"].values()))
    lines = [
        f"The sealed part, our monitor with both legs and its own limits: {_hours(first)} "
        f"({_many(first['calls'])} calls) in one run (seed {run['seed']}, edition "
        f"{run['edition']}, commit {told['commit']}). Shares have exact 95 % limits; alarms of all "
        "grades count.",
        "",
        *_table(first),
        "",
        _missed(first),
        "",
        *_compared(told),
        "",
        _cut(first),
        "",
        "False alarms of all kinds by what went on:",
        "",
        *_classes(first),
        "",
        f"Scored on {told['date']} by `python -m benchmarks.sealed`; "
        f"`benchmarks/results/{told['date']}-sealed.json` has more.",
        "",
    ]
    return "\n".join(lines)


def with_tables(page: str, told: dict[str, Any]) -> str:
    """Return the page with the tables of some results."""
    first = page.index("\n", page.index(BEGIN)) + 1
    return f"{page[:first]}\n{tables(told)}\n{page[page.index(END) :]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sealed", description=__doc__)
    parser.add_argument("journals", nargs="*", type=Path, metavar="JOURNAL")
    parser.add_argument("--corpora", type=Path, help="the folder of recordings of the run")
    parser.add_argument("--commit", help="what the run played")
    chosen = parser.parse_args(arguments)
    path = newest() if not chosen.journals else None
    if path is None:
        if chosen.commit is None:
            parser.error("journals need --commit: which code played them")
        try:
            told = summed_up(chosen.journals, chosen.corpora, chosen.commit)
        except InputError as error:
            say(str(error))
            return 1
        path = ROOT / "benchmarks" / "results" / f"{told['date']}-sealed.json"
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    told = json.loads(path.read_text(encoding="utf-8"))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), told), encoding="utf-8")
    say(f"{path.name} -> {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
