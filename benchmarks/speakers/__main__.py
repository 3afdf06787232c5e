"""Makes speakers with what Debian, PyPI and npm hold, or lists them; see `benchmarks.speakers`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, say
from benchmarks.speakers.catalogue import Source, Voice, sources
from benchmarks.speakers.folder import rows
from benchmarks.speakers.making import Making
from securecall.errors import did_you_mean

FOLDER: Final = ROOT / "out" / "speakers"
COLUMNS: Final = ("name", "language", "source", "version", "licence", "kind")


def chosen_of(only: Sequence[str] | None) -> list[tuple[Source, list[Voice]]]:
    """Return the voices of some sources, or some voices; all if none is named.

    Raises
    ------
    KeyError
        There is no such source or voice; the text says which may be meant.
    """
    listed = sources()
    if not only:
        return [(source, list(source.voices)) for source in listed]
    known = {source.name for source in listed}
    known |= {voice.name for source in listed for voice in source.voices}
    for name in only:
        if name not in known:
            raise KeyError(f"no source or voice {name!r}" + did_you_mean(name, known))
    return [
        (source, [voice for voice in source.voices if {source.name, voice.name} & set(only)])
        for source in listed
    ]


def show(listed: Sequence[Source]) -> None:
    """Print whose voices there are."""
    table = [
        (
            voice.name, voice.language, voice.source,
            ", ".join(dict.fromkeys(each.version for each in voice.held)), voice.licence,
            voice.kind + (f"; {voice.same_as} is the same person" if voice.same_as else ""),
        )
        for source in listed
        for voice in source.voices
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(COLUMNS, *table, strict=True)]
    for row in (COLUMNS, *table):
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speakers", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    maker = verbs.add_parser("make", help="make the speakers that are not there yet")
    maker.add_argument("folder", nargs="?", type=Path, default=FOLDER, metavar="FOLDER",
                       help="where they are written: speech/NAME/NN.wav, about.csv"
                            " (default: out/speakers)")  # fmt: skip
    maker.add_argument("--only", nargs="+", metavar="SOURCE",
                       help="these alone, sources or single voices")  # fmt: skip
    maker.add_argument("--seconds", type=float, metavar="N",
                       help="of each voice (default: 120, of Kokoro 60)")  # fmt: skip
    maker.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="processes")
    maker.add_argument("--work", type=Path, metavar="FOLDER",
                       help="where engines are laid (default: FOLDER-engines);"
                            " 1 GB stays there, 3 GB more are wanted for a while")  # fmt: skip
    verbs.add_parser("list", help="print the voices, their versions and licences")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says; return the exit status: 1 if a voice could not be made."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.verb == "list":
        show(sources())
        return 0
    if chosen.jobs < 1 or not (chosen.seconds is None or chosen.seconds > 0):
        parser.error("--jobs and --seconds must be positive")
    try:
        wanted = chosen_of(chosen.only)
    except KeyError as error:
        parser.error(str(error.args[0]))
    folder = chosen.folder.resolve()
    work = chosen.work or folder.with_name(f"{folder.name}-engines")
    making = Making(folder, work.resolve(), chosen.seconds, chosen.jobs)
    try:
        making.make(wanted)
    except OSError as error:
        say(str(error))
        return 2
    say(f"{folder}: {len(rows(folder))} speakers are there")
    reasons: dict[str, list[str]] = {}
    for name, reason in making.failed.items():
        reasons.setdefault(reason, []).append(name)
    for reason, names in reasons.items():
        say(f"not made: {', '.join(names)}: {reason}")
    return int(bool(making.failed))


if __name__ == "__main__":
    raise SystemExit(main())
