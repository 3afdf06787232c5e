"""``securecall listen``: digits and tones of recordings, as a table, JSON Lines or a picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typer

from securecall.cli.console import (
    EXIT_FAILURE,
    EXIT_REJECTED,
    complain,
    duration_of,
    progress,
    say,
)
from securecall.errors import InputError

if TYPE_CHECKING:
    from securecall.fraud.event import Event
    from securecall.fraud.listening import Heard
    from securecall.fraud.recording import Recording
    from securecall.fraud.spectrogram import Spectrogram
    from securecall.fraud.talk import Talk
    from securecall.fraud.tones import TonePlan

NAME: Final = "listen"
WIDTH: Final = 120
NONE: Final = "none"


class Asked(NamedTuple):
    """What shall be shown of each file, and how."""

    from_ms: float
    to_ms: float
    ends: bool
    speech: bool
    picture: Path | None
    json: bool
    quiet: bool

    def wants(self, from_ms: float, to_ms: float) -> bool:
        """Return whether any of a time lies in what shall be shown."""
        return from_ms < self.to_ms and to_ms >= self.from_ms


def run(
    *,
    files: list[str] = typer.Argument(
        ...,
        metavar="FILE...",
        help="wav, flac, ogg, au, mp3, ..., pcap of RTP; - is stdin, with --encoding.",
    ),
    encoding: str | None = typer.Option(
        None, help="The files have no header: mulaw, alaw or s16le."
    ),
    rate: int | None = typer.Option(None, help="With --encoding: samples a second; 8000 if not."),
    legs: str | None = typer.Option(
        None,
        help="Names of the channels, such as caller,called; with --encoding their number too. "
        "Of a pcap: called=PORT,calling=ADDRESS:PORT, or names of the senders as they begin.",
    ),
    dtmf: str = typer.Option(
        "bellcore", help="bellcore, ntt, etsi, denmark, brazil, australia, codec or none."
    ),
    mf: str = typer.Option(NONE, help="r1, r2_forward, r2_backward or none."),
    plan: str = typer.Option(
        "north_america", help="Tones: a plan's name, a plan file (TOML), or none."
    ),
    speech: bool = typer.Option(False, "--speech", help="Say where somebody speaks, too."),
    begin: str | None = typer.Option(
        None, "--from", help="Show what lies after that time of the recording, such as 1m30s."
    ),
    until: str | None = typer.Option(None, "--to", help="Show what lies before that time."),
    ends: bool = typer.Option(
        False, "--ends", help="Events as a live call has them: at once, and again at their ends."
    ),
    picture: Path | None = typer.Option(
        None, help="Draw the call (PNG, SVG, PDF): spectrum, digits, tones, levels. One FILE."
    ),
    json: bool = typer.Option(False, "--json", help="JSON Lines: an event a line."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress."),
) -> None:
    """Hear digits and tones in recordings; the legs of a call each by itself.

    Exit code 3 says that some files could not be read to their ends, 1 that none could.
    """
    if picture is not None and len(files) > 1:
        raise typer.BadParameter("--picture goes with one FILE")
    from_ms, to_ms = _span(begin, until)
    asked = Asked(from_ms, to_ms, ends, speech, picture, json, quiet)
    ears: dict[str, Any] = {
        "dtmf": None if dtmf == NONE else dtmf,
        "mf": None if mf == NONE else mf,
        "plan": _plan(plan),
    }
    how = {"encoding": encoding, "rate_hz": rate, "legs": None if legs is None else _names(legs)}
    _check(ears, picture)
    failed = 0
    for file in files:
        try:
            _one(file, how, ears, asked)
        except InputError as error:
            complain(str(error))
            failed += 1
    if failed:
        raise typer.Exit(EXIT_FAILURE if failed == len(files) else EXIT_REJECTED)


def _span(begin: str | None, until: str | None) -> tuple[float, float]:
    from_ms = 0 if begin is None else duration_of(begin, "--from")
    to_ms = float("inf") if until is None else duration_of(until, "--to")
    if to_ms <= from_ms:
        raise typer.BadParameter("--to must lie after --from")
    return from_ms, to_ms


def _names(legs: str) -> list[str]:
    return [name.strip() for name in legs.split(",")]


def _plan(named: str) -> TonePlan | str | None:
    from securecall.fraud.tone_files import read_plan

    if named == NONE:
        return None
    return read_plan(named) if named.endswith(".toml") else named


def _check(ears: dict[str, Any], picture: Path | None) -> None:
    """Let what is wrong with the options end the run before the first file is opened."""
    from securecall.fraud.detector import ToneDetector
    from securecall.fraud.timeline import FORMS, need_matplotlib

    ToneDetector(**ears)
    if picture is not None:
        need_matplotlib()
        if picture.suffix.lower() not in FORMS:
            raise InputError(f"{picture}: a picture's name must end in {', '.join(FORMS)}")


def _one(file: str, how: dict[str, Any], ears: dict[str, Any], asked: Asked) -> None:
    """Hear one file and show what is in it, even if it ends in damage."""
    from securecall.fraud.listening import whole
    from securecall.fraud.talk import Talk

    heard: list[Heard] = []
    trouble: InputError | None = None
    with _opened(file, **how) as (call, listen):
        seen = None if asked.picture is None else _canvas(call, asked)
        talk = Talk(call) if asked.speech else None
        watch = [each.take for each in (seen, talk) if each is not None]
        try:
            shown = not asked.quiet and not asked.json
            for each in _hear(call, listen, ears, watch, shown=shown):
                heard.append(each)
                if asked.json and asked.ends and _wanted(each, asked):
                    say(_line(file, each))
        except InputError as error:  # what was heard before the damage is shown all the same
            trouble = error
        joined = whole(heard)
        found = [each for each in (heard if asked.ends else joined) if _wanted(each, asked)]
        if not asked.json:
            _show(call, found)
        elif not asked.ends:
            for each in found:
                say(_line(file, each))
        if talk is not None:
            _tell_talk(file, talk, asked)
        if call.clipped:
            complain(f"{file}: {call.clipped:,} samples are beyond full scale and were cut")
        if seen is not None and asked.picture is not None:
            _draw(call, seen, joined, talk, picture=asked.picture, ears=ears)
    if trouble is not None:
        raise trouble


@contextmanager
def _opened(
    file: str, *, encoding: str | None, rate_hz: int | None, legs: list[str] | None
) -> Iterator[tuple[Recording, Any]]:
    """Open a recording or a capture; yield it, and what hears it."""
    from securecall.fraud.listening import listen
    from securecall.fraud.recording import open_recording
    from securecall.integrations.pcap import is_pcap

    if file == "-" or encoding is not None or not is_pcap(file):
        with open_recording(file, encoding=encoding, rate_hz=rate_hz, legs=legs) as call:
            yield call, listen
        return
    from securecall.integrations.capture_recording import capture_recording, hear_capture

    named = _senders(file, legs)
    capture = capture_recording(file, named)

    def hear(call: Recording, *, watch: Sequence[Any], **ears: Any) -> Iterator[Heard]:
        yield from hear_capture(file, named, **ears)
        for block in call.blocks() if len(watch) > 1 else ():  # one only tells how far we are
            for tell in watch:
                tell(block)

    yield capture, hear


def _senders(file: str, legs: list[str] | None) -> dict[str, str] | None:
    """Return the leg of each sender of a capture, as --legs says."""
    from securecall.integrations.capture import flows

    if legs is None:
        return None
    if all("=" in each for each in legs):
        return {sender: leg for leg, _, sender in (each.partition("=") for each in legs)}
    return dict(zip(flows(file), legs, strict=False))


def _hear(
    call: Recording, listen: Any, ears: dict[str, Any], watch: list[Any], shown: bool
) -> Iterator[Heard]:
    """Listen, and show how far we are."""
    from rich.markup import escape

    total = None if call.duration_ms is None else int(call.duration_ms / 1000)
    at = 0
    with progress(escape(call.name), shown, total) as tell:

        def told(block: Any) -> None:
            nonlocal at
            at += len(block)
            tell(at // call.heard_hz, total)

        yield from listen(call, **ears, watch=[told, *watch])


def _wanted(each: Heard, asked: Asked) -> bool:
    event = each.event
    return asked.wants(event.start_ms, event.detected_ms if event.end_ms is None else event.end_ms)


def _tell_talk(file: str, talk: Talk, asked: Asked) -> None:
    """Say where somebody speaks, a stretch a line of JSON, or how much on each leg."""
    for leg, stretches in talk.stretches.items():
        inside = [each for each in stretches if asked.wants(*each)]
        if not asked.json:
            say(
                f"speech {leg}: {talk.spoken_ms[leg] / 1000:.1f} s in all, "
                f"{len(inside)} {'stretch' if len(inside) == 1 else 'stretches'} shown"
            )
            continue
        for from_ms, to_ms in inside:
            told = {"file": file, "leg": leg, "kind": "speech", "start_ms": from_ms}
            say(json.dumps(told | {"end_ms": to_ms}, ensure_ascii=False))


def _line(file: str, each: Heard) -> str:
    """Return an event as a line of JSON."""
    event = each.event
    return json.dumps(
        {
            "file": file, "leg": each.leg, "id": event.id, "kind": event.kind,
            "detail": event.detail, "grade": event.grade, "ended": event.ended,
            "start_ms": _round(event.start_ms), "end_ms": _round(event.end_ms),
            "detected_ms": _round(event.detected_ms), "level_dbm0": _round(event.level_dbm0),
            "probability": _round(event.probability, 6),
            "cues": {name: _round(value) for name, value in event.cues.items()},
        },
        ensure_ascii=False,
    )  # fmt: skip


def _round(value: float | None, places: int = 3) -> float | None:
    return None if value is None else round(value, places)


def _show(call: Recording, heard: Sequence[Heard]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from securecall.fraud.listening import dialled
    from securecall.fraud.timeline import clock

    width = None if sys.stdout.isatty() else WIDTH
    # Names of files and legs are not ours: nothing in them is mark-up.
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    lasts = "" if call.duration_ms is None else f"{clock(call.duration_ms)}, "
    console.print(f"{call.name}: {lasts}{_about(call)}", soft_wrap=True)
    if not heard:
        console.print("nothing heard")
        return
    several = len(call.legs) > 1
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for name in ("time", *(["leg"] if several else []), "what", ""):
        table.add_column(name, overflow="fold")
    for name in ("lasted\nms", "level\ndBm0", "latency\nms", "lines\nHz", "twist\ndB", "SNR\ndB"):
        table.add_column(name, justify="right", overflow="fold")
    for each in heard:
        event = each.event
        lasted = "" if event.end_ms is None else f"{event.end_ms - event.start_ms:.0f}"
        table.add_row(
            clock(event.start_ms, 3), *([each.leg] if several else []), event.kind, event.detail,
            lasted, *(["over"] if event.ended else _figures(event)),
        )  # fmt: skip
    console.print(table)
    for leg, numbers in dialled(each for each in heard if not each.event.ended).items():
        console.print(f"digits {leg}: {' '.join(numbers)}", soft_wrap=True)


def _about(call: Recording) -> str:
    legs = f", legs {', '.join(call.legs)}" if len(call.legs) > 1 else ""
    heard = "" if call.heard_hz == call.rate_hz else f" (heard at {call.heard_hz:,} Hz)"
    return f"{call.about}, {call.rate_hz:,} Hz{heard}{legs}"


def _figures(event: Event) -> list[str]:
    """Return level, latency, frequencies, twist and SNR; the last two in dB."""
    lines = [value for name, value in event.cues.items() if name.endswith("_hz")]
    decibels = [event.cues.get(name) for name in ("twist_db", "snr_db")]
    return [
        f"{event.level_dbm0:.1f}",
        f"{event.detected_ms - event.start_ms:.0f}",
        " + ".join(f"{hz:.1f}" for hz in lines),
        *("" if value is None else str(round(value, 1) + 0.0) for value in decibels),  # no -0.0
    ]


def _canvas(call: Recording, asked: Asked) -> Spectrogram:
    from securecall.fraud.spectrogram import Spectrogram

    to_ms = asked.to_ms
    if call.duration_ms is not None:
        to_ms = min(to_ms, call.duration_ms)
    elif to_ms == float("inf"):
        raise InputError(f"{call.name}: its length is not known: a picture of it needs --to")
    if to_ms <= asked.from_ms:
        raise InputError(f"{call.name}: nothing to draw: it lasts {to_ms / 1000:g} s")
    return Spectrogram(call.heard_hz, len(call.legs), asked.from_ms, to_ms)


def _draw(
    call: Recording, seen: Spectrogram, heard: Sequence[Heard], talk: Talk | None, *,
    picture: Path, ears: dict[str, Any],
) -> None:  # fmt: skip
    from securecall.fraud.timeline import draw

    plan = getattr(ears["plan"], "name", ears["plan"])
    told = [f"DTMF {ears['dtmf']}", f"MF {ears['mf']}", f"tones {plan}"]
    about = f"{_about(call)}; " + ", ".join(each for each in told if not each.endswith(" None"))
    stretches = None if talk is None else talk.stretches
    draw(picture, seen, heard, call.legs, talk=stretches, title=call.name, about=about)
