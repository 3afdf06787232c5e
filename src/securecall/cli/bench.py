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

NAME: Final = "bench"
DETECTORS: Final = ("click", "energy", "silence", "tones")
HOURS: Final = 0.5
CALL_S: Final = 300.0
WIDTH: Final = 200


def run(
    *,
    detector: list[str] = typer.Option(
        [], "--detector", help="A baseline or module:factory; may be given more than once."
    ),
    hours: float = typer.Option(HOURS, help="Hours of calls."),
    seed: int = typer.Option(1, help="Makes the same calls again."),
    split: str = typer.Option("development", help="development or sealed."),
    corpora: Path | None = typer.Option(None, help="A folder of recordings; made sounds if none."),
    call_s: float = typer.Option(CALL_S, "--call-s", help="Seconds of a call."),
    journal: Path | None = typer.Option(None, help="Keep each call here, and go on from it."),
    json: bool = typer.Option(False, "--json", help="Everything as JSON."),
) -> None:
    """Play simulated calls with labels to fraud detectors, and count what they find."""
    from securecall.fraud.bench.codec import missing
    from securecall.fraud.bench.corpora import open_corpora
    from securecall.fraud.bench.report import tables
    from securecall.fraud.bench.run import run as bench

    names = list(dict.fromkeys(detector or DETECTORS))
    if journal is not None and not journal.parent.is_dir():
        raise InputError(f"{journal}: there is no folder {str(journal.parent)!r}")
    here = str(Path.cwd())
    if any(":" in name for name in names) and here not in sys.path:
        sys.path.insert(0, here)  # a detector of one's own lies in the folder where one stands
    with progress("calls", not json) as tell:
        scores = bench(
            *names, hours=hours, seed=seed, split=split, folder=corpora, call_s=call_s,
            journals=[_journal(journal, name, len(names)) for name in names],
            tell=tell,
        )  # fmt: skip
    heard = open_corpora(corpora, split=split)
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
    _show(tables(scores))
    say(f"seed {seed}, {heard.about}; {heard.distinct_s() / 3600:.1f} h of distinct recordings")


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
