"""``securecall bench``: fraud detectors on simulated calls, side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from securecall.cli.console import as_json, people, progress, say
from securecall.errors import InputError

if TYPE_CHECKING:
    from securecall.fraud.bench.report import Table
    from securecall.fraud.bench.run import Setting

NAME: Final = "bench"
HOURS: Final = 0.5
CALL_S: Final = 300.0
WIDTH: Final = 200


def run(
    *,
    detector: list[str] = typer.Option(
        [], "--detector",
        help="monitor, a baseline or module:factory; may be given more than once.",
    ),
    baselines: bool | None = typer.Option(
        None, "--baselines/--no-baselines",
        help="Baselines beside the detectors; by default only where none is named.",
    ),
    hours: float = typer.Option(HOURS, help="Hours of calls."),
    seed: int = typer.Option(1, help="Makes the same calls again."),
    split: str = typer.Option("development", help="development or sealed."),
    corpora: Path | None = typer.Option(None, help="A folder of recordings; made sounds if none."),
    call_s: float = typer.Option(CALL_S, "--call-s", help="Seconds of a call."),
    jobs: int = typer.Option(0, help="Processes that share the calls; 0 is one a core."),
    journal: Path | None = typer.Option(None, help="Keep each call here, and go on from it."),
    report: Path | None = typer.Option(None, help="Also write a page (HTML) with pictures."),
    call: int | None = typer.Option(
        None, "--call", min=0, help="Only make the call of this number, and tell of it."
    ),
    wav: Path | None = typer.Option(
        None, help="With --call: write its legs (WAV) and its labels (JSON) into this folder."
    ),
    json: bool = typer.Option(False, "--json", help="Everything as JSON."),
) -> None:  # fmt: skip
    """Play simulated calls with labels to fraud detectors, and count what they find."""
    from securecall.fraud.bench.codec import missing
    from securecall.fraud.bench.run import Setting, play
    from securecall.fraud.bench.score import score

    if wav is not None and call is None:
        raise InputError("--wav needs --call: which call is to be written")
    here = str(Path.cwd())
    if any(":" in name for name in detector) and here not in sys.path:
        sys.path.insert(0, here)  # a detector of one's own lies in the folder where one stands
    setting = Setting(seed, split, corpora, call_s)
    if call is not None:
        _one_call(setting, call, detector, wav, json)
        return
    names = _detectors(detector, baselines)
    for path in (journal, report):
        if path is not None and not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {str(path.parent)!r}")
    heard = setting.simulator().corpora
    with progress("calls", not json) as tell:
        records = play(
            setting, names, hours=hours, jobs=jobs, tell=tell,
            journals=[_journal(journal, name, len(names)) for name in names],
        )  # fmt: skip
    scores = {name: score(found, heard.recordings) for name, found in records.items()}
    if report is not None:
        from securecall.fraud.bench.page import bench_page, write_page

        write_page(report, bench_page(setting, records, scores))
    absent = missing()
    if absent:
        people().print(f"codecs that are not on this machine, and in no call: {', '.join(absent)}")
    if json:
        as_json({
            "seed": seed, "split": split, "call_s": call_s, "corpora": heard.about,
            "distinct_recordings_s": heard.distinct_s(), "codecs_missing": list(absent),
            "detectors": {name: one.as_dict() for name, one in scores.items()},
        })  # fmt: skip
        return
    from securecall.fraud.bench.report import tables

    _show(tables(scores))
    say(f"seed {seed}, {heard.about}; {heard.distinct_s() / 3600:.1f} h of distinct recordings")


def _detectors(named: list[str], baselines: bool | None) -> list[str]:
    """Return what is measured: what was named, and what it is compared with."""
    from securecall.fraud.bench.listener import MONITOR, usual_detectors

    usual = usual_detectors()
    if named and not baselines:
        return list(dict.fromkeys(named))
    if baselines is False:
        if MONITOR not in usual:
            raise InputError("--no-baselines leaves nothing to measure: name a --detector")
        return [MONITOR]
    beside = [name for name in usual if not named or name != MONITOR]
    return list(dict.fromkeys([*named, *beside]))


def _one_call(
    setting: Setting, index: int, detectors: list[str], folder: Path | None, json: bool
) -> None:
    """Make one call again; tell of it, and write it down if there is a folder to write to."""
    from securecall.fraud.bench.showing import heard_by, told_of, write_call

    simulator = setting.simulator()
    call = simulator.call(index)
    told = told_of(call, heard_by(call, detectors), simulator.corpora.recordings)
    if folder is not None:
        written = write_call(call, folder, told)
        people().print("written: " + ", ".join(map(str, written)))
    if json:
        as_json(told)
        return
    for label in call.labels:
        what = label.stratum if label.kind == "innocent" else f"{label.kind}: {label.stratum}"
        detail = f" ({label.detail})" if label.detail else ""
        say(f"{label.start_s:8.2f} {label.end_s:8.2f} s  {label.leg:8} {what}{detail}")
    for name, reports in told["reports"].items():
        say(name)
        for one in reports:
            where = f" while: {one['while']}" if one["is"] == "false" else ""
            say(
                f"{one['start_s']:8.2f} {one['detected_s']:8.2f} s  {one['kind']} {one['grade']} "
                f"{one['probability']:.2f} {one['detail']} ({one['is']}{where})"
            )


def _journal(path: Path | None, name: str, detectors: int) -> Path | None:
    """Return the journal of a detector: each has its own."""
    if path is None or detectors == 1:
        return path
    plain = "".join(letter if letter.isalnum() else "_" for letter in name)
    return path.with_name(f"{path.stem}-{plain}{path.suffix}")


def _show(shown: tuple[Table, ...]) -> None:
    from rich.console import Console
    from rich.table import Table as Drawn

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    for one in shown:
        drawn: Any = Drawn(title=one.title, title_justify="left")
        for at, head in enumerate(one.heads):
            drawn.add_column(head, justify="left" if at == 0 else "right", overflow="fold")
        for row in one.rows:
            drawn.add_row(*row)
        console.print(drawn)
