"""The suite's findings in words: for a terminal, and as a page that is kept."""

from __future__ import annotations

from collections.abc import Iterator

from securecall.ledger.torture.part import Outcome
from securecall.ledger.torture.suite import Report

__all__ = ["as_markdown", "as_text"]

ABOUT = {
    "kill": "kill -9 at random instants",
    "power": "power cut at every instant of a recorded run",
    "control": "the same, store weakened to synchronous=NORMAL: must be caught",
    "fsync": "syncs that fail with EIO, then power cuts on a disk that forgets",
    "full": "disk full, then room again",
    "clock": "clocks that jump",
    "processes": "processes that send the same requests to one file",
}


def _result(outcome: Outcome) -> str:
    if outcome.not_run:
        return "NOT RUN"
    return "held" if outcome.held else "FAULT"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _figures(outcome: Outcome) -> str:
    return "; ".join(f"{what} {_number(count)}" for what, count in outcome.figures.items())


def _verdict(report: Report) -> str:
    if report.faulty:
        names = ", ".join(outcome.part for outcome in report.faulty)
        return f"FAULT in {names}"
    if report.not_run:
        names = ", ".join(outcome.part for outcome in report.not_run)
        return f"no fault was found; not run, so not known: {names}"
    return "nothing acknowledged was lost, nothing counted twice, all sums are zero"


def as_text(report: Report) -> Iterator[str]:
    """Yield the lines that a terminal shows."""
    yield f"seed {report.seed}, SQLite {report.sqlite}, Python {report.python}, {report.system}"
    for outcome in report.outcomes:
        done = f"{_number(outcome.done)} {outcome.unit}"
        yield f"{outcome.part:<9} {_result(outcome):<7} {done:<32} {outcome.seconds:8.1f} s"
        if outcome.not_run:
            yield f"          {outcome.not_run}"
        if outcome.figures:
            yield f"          {_figures(outcome)}"
        for fault in outcome.faults:
            yield f"          - {fault}"
    yield _verdict(report)


def as_markdown(report: Report, note: str = "") -> str:
    """Return the page that `make torture` keeps, with a note such as the commit."""
    lines = [
        f"# Torture of the ledger, {report.began:%Y-%m-%d}",
        "",
        f"By `securecall ledger torture`, seed {report.seed}, begun {report.began:%H:%M} UTC; "
        f"SQLite {report.sqlite}, Python {report.python}, {report.system}"
        + (f"; {note}. " if note else ". ")
        + "What each part does is in [torture.md](../../docs/torture.md).",
        "",
        f"**Verdict: {_verdict(report)}.**",
        "",
        "| part | what is done | result | how often | with a fault | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for outcome in report.outcomes:
        lines.append(
            f"| {outcome.part} | {ABOUT[outcome.part]} | {_result(outcome)} | "
            f"{_number(outcome.done)} {outcome.unit} | {_number(outcome.faulty)} | "
            f"{outcome.seconds:.1f} |"
        )
    lines.append("")
    for outcome in report.outcomes:
        lines += [f"## {outcome.part}", ""]
        if outcome.not_run:
            lines += [f"Not run: {outcome.not_run}.", ""]
        lines += [f"- {what}: {_number(count)}" for what, count in outcome.figures.items()]
        lines += [f"- FAULT: {fault}" for fault in outcome.faults]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
