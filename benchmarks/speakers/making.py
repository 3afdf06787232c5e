"""Makes the speakers that are not there yet, and tells of those that cannot be made here."""

from __future__ import annotations

import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.corpora.package import Unreachable
from benchmarks.measure import say
from benchmarks.speakers import folder as folders
from benchmarks.speakers.catalogue import ARCHIVES, Source, Voice
from benchmarks.speakers.engines import ENGINES, Engine, Silent
from benchmarks.speakers.joining import joined

#: Why a package is not there: it cannot be had, is damaged, or the disk is full.
UNHAD: Final = (Unreachable, OSError, tarfile.TarError, zipfile.BadZipFile)


def spoken(engine: Engine, voice: Voice, folder: Path, seconds: float) -> float:
    """Let a voice speak and write it down; return how many seconds it has said, or 0.

    Raises
    ------
    Silent
        Its engine fails, or it cannot be written: the text says why.
    """
    draw = np.random.default_rng(zlib.crc32(voice.name.encode()))
    try:
        files = joined(engine.say(voice, draw), draw, seconds)
        return folders.write(folder, voice.name, files) if files else 0.0
    except Unreachable as error:
        raise Silent(str(error)) from None
    except (ArithmeticError, ImportError, LookupError, OSError, RuntimeError, ValueError) as error:
        # Whatever a stranger's engine fails with: the other voices are still to be made.
        raise Silent(f"{type(error).__name__}: {error}") from None


class Making:
    """One run: what is wanted, and what could not be made with the reason."""

    def __init__(self, folder: Path, work: Path, seconds: float | None, jobs: int) -> None:
        self.folder = folder
        self.work = work
        self.seconds = seconds
        self.jobs = jobs
        self.failed: dict[str, str] = {}

    def asked_s(self, source: Source) -> float:
        return source.seconds if self.seconds is None else self.seconds

    def missing(self, wanted: Iterable[tuple[Source, Sequence[Voice]]]) -> list[
        tuple[Source, list[Voice]]
    ]:  # fmt: skip
        """Return of the wanted voices those that are not there, by source."""
        table = folders.rows(self.folder)
        left = [
            (
                source,
                [
                    voice for voice in voices
                    if not folders.is_there(self.folder, voice.name, self.asked_s(source), table)
                ],
            )
            for source, voices in wanted
        ]  # fmt: skip
        return [(source, voices) for source, voices in left if voices]

    def make(self, wanted: Iterable[tuple[Source, Sequence[Voice]]]) -> None:
        """Make what is not there."""
        left = self.missing(wanted)
        count = sum(len(voices) for _, voices in left)
        done = 0
        for source, voices in left:
            say(f"{source.name}: {len(voices)} to make")
            for voice, told in self._made(source, voices):
                done += 1
                say(f"[{done}/{count}] {voice.name}: {told}")

    def _fail(self, voice: Voice, reason: str) -> tuple[Voice, str]:
        self.failed[voice.name] = reason
        return voice, f"not made: {reason}"

    def _made(self, source: Source, voices: Sequence[Voice]) -> Iterator[tuple[Voice, str]]:
        engine = ENGINES[source.engine](source, self.work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            versions = engine.fetch()
        except UNHAD as error:
            for voice in voices:
                yield self._fail(voice, str(error))
            return
        ready = []
        for voice in voices:
            try:
                versions |= engine.fetch_voice(voice)
            except UNHAD as error:
                yield self._fail(voice, str(error))
            else:
                ready.append(voice)
        asked_s = self.asked_s(source)
        began = time.monotonic()
        for voice, said in self._spoken(engine, ready, asked_s):
            if isinstance(said, str):
                yield self._fail(voice, said)
                continue
            if not said:
                yield self._fail(voice, "its engine says nothing")
                continue
            folders.note(self.folder, _row(voice, versions, said, asked_s))
            yield voice, f"{said:.1f} s of speech ({time.monotonic() - began:.0f} s gone)"

    def _spoken(
        self, engine: Engine, voices: Sequence[Voice], asked_s: float
    ) -> Iterator[tuple[Voice, float | str]]:
        """Walk through the voices as they are done: how much they said, or why nothing."""
        if self.jobs == 1:
            for voice in voices:
                try:
                    yield voice, spoken(engine, voice, self.folder, asked_s)
                except Silent as error:
                    yield voice, str(error)
            return
        with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
            waiting = {
                pool.submit(spoken, engine, voice, self.folder, asked_s): voice for voice in voices
            }
            for future in as_completed(waiting):
                yield waiting[future], _said(future)


def _said(future: Future[float]) -> float | str:
    try:
        return future.result()
    except Silent as error:
        return str(error)
    except BrokenProcessPool:
        return "an engine ended its process; with --jobs 1 it is seen whose"


def _row(voice: Voice, versions: dict[str, str], seconds: float, asked_s: float) -> folders.Row:
    held = voice.held
    return folders.Row(
        name=voice.name, language=voice.language, sex=voice.sex, source=voice.source,
        package=", ".join(f"{ARCHIVES[one.archive]} {one.name}" for one in held),
        version=", ".join(versions[one.name] for one in held),
        licence=voice.licence, kind=voice.kind, same_as=voice.same_as,
        seconds=seconds, asked_s=asked_s,
    )  # fmt: skip
