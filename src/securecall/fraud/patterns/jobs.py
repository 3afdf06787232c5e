"""A scan in jobs that any engine can run: each some of the patterns over all of the records.

A pattern needs every record, in order; but no pattern needs another. So work is divided by pattern,
not by record, and what comes of it is what one scan of everything finds, to the last finding. Each
job reads the files anew: what that costs is in docs/engines.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from securecall.errors import InputError
from securecall.fraud.patterns.catalogue import PARAMETERS, PATTERNS, patterns_of
from securecall.fraud.patterns.files import open_files
from securecall.fraud.patterns.finding import finding_order
from securecall.fraud.patterns.scanning import LATENESS_MS, Scan, scan

__all__ = ["ScanJob", "join_scans", "scan_jobs"]


@dataclass(frozen=True, slots=True)
class ScanJob:
    """Some patterns over some files; call it to look. It can be pickled.

    Attributes
    ----------
    files : tuple of str
        In the order of time; where the job runs they must have the same names.
    patterns : tuple of str
    parameters : tuple of dataclass
        Of these patterns.
    lateness_ms : int
    format : str or None

    Source
    ------
    own; docs/engines.md.
    """

    files: tuple[str, ...]
    patterns: tuple[str, ...]
    parameters: tuple[Any, ...] = ()
    lateness_ms: int = LATENESS_MS
    format: str | None = None

    def __call__(self) -> Scan:
        """Look.

        Raises
        ------
        InputError, ColumnError
            A file cannot be read; as in `securecall.fraud.patterns.scan`.

        Source
        ------
        own.
        """
        reading = open_files(self.files, self.format)
        found = scan(
            reading.reader(), self.parameters, only=self.patterns, lateness_ms=self.lateness_ms
        )
        return Scan(found.findings, found.rows, {**reading.bad, **found.bad}, found.notes)


def scan_jobs(
    files: Sequence[str],
    parameters: Iterable[Any] = (),
    *,
    jobs: int = len(PATTERNS),
    only: Iterable[str] | None = None,
    lateness_ms: int = LATENESS_MS,
    format: str | None = None,
) -> list[ScanJob]:
    """Divide a scan of files into jobs.

    Parameters
    ----------
    files : sequence of str
        In the order of time.
    parameters : iterable of dataclass, optional
        As in `securecall.fraud.patterns.scan`.
    jobs : int, optional
        At most so many, and never more than patterns. As many as there are workers is best: each
        reads everything.
    only, lateness_ms
        As in `securecall.fraud.patterns.scan`.
    format : {"parquet", "csv", "arrow"}, optional
        Of the files, where their names do not say.

    Raises
    ------
    InputError
        There is no such pattern, or ``jobs`` is less than 1.
    InputTypeError
        Something else than parameters is given.

    Source
    ------
    own; docs/engines.md.

    Examples
    --------
    >>> [job.patterns for job in scan_jobs(["a.parquet"], only=["chain", "velocity"], jobs=2)]
    [('velocity',), ('chain',)]
    """
    if not isinstance(jobs, int) or jobs < 1:
        raise InputError(f"jobs must be a whole number of 1 or more, not {jobs!r}")
    given = tuple(parameters)
    names = [pattern.name for pattern in patterns_of(given, only)]
    kinds = {name: PARAMETERS[name] for name in names}
    # Dealt out like cards: the costly ones do not stand beside each other in the catalogue.
    hands = [tuple(names[at::jobs]) for at in range(min(jobs, len(names)))]
    return [
        ScanJob(
            tuple(files),
            hand,
            tuple(one for one in given if type(one) in {kinds[name] for name in hand}),
            lateness_ms,
            format,
        )
        for hand in hands
    ]


def join_scans(scans: Sequence[Scan]) -> Scan:
    """Put together what the jobs of one scan found.

    Parameters
    ----------
    scans : sequence of Scan
        Of all of the jobs, each once.

    Raises
    ------
    InputError
        There is none; or they did not read the same records.

    Source
    ------
    own; docs/engines.md.
    """
    if not scans:
        raise InputError("scans must be those of the jobs, not none")
    first = scans[0]
    for one in scans:
        if (one.rows, dict(one.bad)) != (first.rows, dict(first.bad)):
            raise InputError(
                f"the jobs read different records: {first.rows:,} rows, left out "
                f"{dict(first.bad)}, and {one.rows:,} rows, left out {dict(one.bad)}"
            )
    findings = sorted((one for scan in scans for one in scan.findings), key=finding_order)
    # What a pattern says of itself begins with its name; the rest every job says alike.
    notes = dict.fromkeys(note for scan in scans for note in scan.notes)
    own = [note for note in notes if note.partition(":")[0] in PATTERNS]
    own.sort(key=lambda note: list(PATTERNS).index(note.partition(":")[0]))
    common = [note for note in notes if note not in own]
    return Scan(tuple(findings), first.rows, first.bad, (*own, *common))
