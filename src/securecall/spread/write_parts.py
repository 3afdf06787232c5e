"""A job in parts: made by workers, resumed after any kill, noted in a manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

from securecall.errors import InputError, SpreadError
from securecall.spread.crew import TRIES, processors, run_tasks
from securecall.spread.folder import JobFolder, digest_of, draft_of
from securecall.spread.manifest import JOURNAL, MANIFEST, Manifest
from securecall.spread.part import Made, Part
from securecall.spread.threads import run_threads
from securecall.spread.work import PartWork, Tell

__all__ = ["write_parts"]

WORKERS_MAX: Final = 1024


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes a part beside its name; the one that leads puts it in place."""

    work: PartWork
    folder: Path

    def start(self) -> None:
        self.work.start()

    def do(self, part: Part, tell: Tell) -> tuple[Path, Made]:
        draft = draft_of(self.folder, part.name)
        try:
            written = self.work.write(part, draft, tell)
            if part.rows is not None and written.rows != part.rows:
                raise SpreadError(
                    f"{part.name}: {written.rows} rows were written of {part.rows} that there are"
                )
            return draft, Made(part, written, draft.stat().st_size, digest_of(draft))
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def write_parts(
    work: PartWork,
    parts: Sequence[Part],
    folder: str | PathLike[str],
    *,
    workers: int = 0,
    threads: bool = False,
    tries: int = TRIES,
    progress: Callable[[int, int | None], object] | None = None,
) -> Manifest:
    """Write the parts of a job into a folder, each once, and their manifest.

    Run it again after any kill and it goes on: parts that are noted, of the same input, and there
    byte for byte are kept; all others are made. A worker that is killed costs its part another try.

    Parameters
    ----------
    work : PartWork
    parts : sequence of Part
        In the order of the job.
    folder : path
        Made if it is not there. One run at a time may write to it.
    workers : int
        0 takes as many as there are processors.
    threads : bool
        Threads of this process instead of processes; for work that gives up the GIL.
    tries : int
        How often a part may be begun whose worker is killed, or that fails for want of room.
    progress : callable, optional
        Called with (rows done, all rows or None); what is kept counts as done.

    Returns
    -------
    Manifest

    Raises
    ------
    InputError
        Two parts have one name or one source, or the folder cannot be used, holds another job, or
        is in use.
    SpreadError
        Some parts could not be made, in ``parts`` by name; all others were, and are kept.

    Source
    ------
    own.
    """
    folder = Path(folder)
    _check(parts, workers, tries)
    with JobFolder.open(folder, work.what, work.digest) as job:
        made = job.kept(parts)
        job.begin(made.values(), (part.name for part in parts))
        left = [part for part in parts if part.name not in made]
        told = _Progress(progress, parts, made)
        failed: dict[str, str] = {}
        # A thread of its own waits for the disk: meanwhile workers go on with the next parts.
        with ThreadPoolExecutor(1) as placing:
            placed: list[tuple[Made, Future[None]]] = []
            count = min(workers or processors(), max(1, len(left)))
            run = run_threads if threads else run_tasks
            writing = _Writing(work, folder.resolve())
            for outcome in run(writing, left, workers=count, tries=tries, tell=told):
                if outcome.result is None:
                    failed[left[outcome.index].name] = str(outcome.error)
                    continue
                draft, one = outcome.result
                placed.append((one, placing.submit(job.place, draft, one)))
                told.finished(outcome.index, one.written.rows)
            for one, future in placed:
                try:
                    future.result()
                    made[one.part.name] = one
                except OSError as error:
                    failed[one.part.name] = f"cannot be put in place: {error.strerror or error}"
        if failed:
            raise SpreadError(
                f"{folder}: {len(failed)} of {len(parts)} parts could not be made; "
                "run it again to go on",
                failed,
            )
        manifest = Manifest(work.what, work.digest, tuple(made[part.name] for part in parts))
        job.finish(manifest)
        return manifest


def _check(parts: Sequence[Part], workers: int, tries: int) -> None:
    if not 0 <= workers <= WORKERS_MAX:
        raise InputError(f"workers must be 0 to {WORKERS_MAX}, not {workers}")
    if tries < 1:
        raise InputError(f"tries must be 1 or more, not {tries}")
    names: set[str] = set()
    sources: dict[str, str] = {}
    for part in parts:
        if part.name in names or part.name in (MANIFEST, JOURNAL):
            raise InputError(f"two parts would have the name {part.name!r}")
        if "/" in part.name or part.name.startswith("."):
            raise InputError(f"a part cannot have the name {part.name!r}")
        other = sources.setdefault(repr(sorted(part.source.items())), part.name)
        if other != part.name:
            raise InputError(f"{other!r} and {part.name!r} would be made from the same")
        names.add(part.name)


class _Progress:
    """Adds up what workers tell, and what they do not."""

    def __init__(
        self,
        progress: Callable[[int, int | None], object] | None,
        parts: Sequence[Part],
        made: dict[str, Made],
    ) -> None:
        self._progress = progress
        rows = [part.rows for part in parts]
        known = [count for count in rows if count is not None]
        self._total = sum(known) if len(known) == len(rows) else None
        self._done = sum(one.written.rows for one in made.values())
        self._told: dict[int, int] = {}
        self._say()

    def _say(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self._total)

    def __call__(self, index: int, rows: int) -> None:
        self._told[index] = self._told.get(index, 0) + rows
        self._done += rows
        self._say()

    def finished(self, index: int, rows: int) -> None:
        """Count a part as its rows, whatever was told of it."""
        self(index, rows - self._told.get(index, 0))
