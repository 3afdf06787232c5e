"""A bench run in jobs that any engine can run: each some of the calls, made where they are played.

A call is made from the run's seed and its own number, so that nothing has to be sent but numbers,
and a call that is played twice gives the same record, but for the processor time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from securecall.errors import InputError
from securecall.fraud.bench.run import HOURS, Player, Setting, calls_of
from securecall.fraud.bench.score import Record

__all__ = ["PlayJob", "join_plays", "play_jobs"]


@dataclass(frozen=True, slots=True)
class PlayJob:
    """Some calls of a run; call it to play them. It can be pickled.

    Attributes
    ----------
    setting : Setting
        Where the job runs, its folder of recordings must be the same.
    detectors : tuple of str
    first, end : int
        Half-open range of calls.

    Source
    ------
    own; docs/engines.md.
    """

    setting: Setting
    detectors: tuple[str, ...]
    first: int
    end: int

    def __call__(self) -> dict[str, list[Record]]:
        """Play; return the records of each detector.

        Source
        ------
        own.
        """
        player = Player(self.setting.simulator(), self.detectors)
        played = [player.play((index, self.detectors)) for index in range(self.first, self.end)]
        return {name: [one[name] for one in played] for name in self.detectors}


def play_jobs(
    setting: Setting, detectors: Sequence[str], *, hours: float = HOURS, calls_a_job: int = 8
) -> list[PlayJob]:
    """Divide a run into jobs.

    Parameters
    ----------
    setting : Setting
    detectors : sequence of str
        As in `securecall.fraud.bench.run`.
    hours : float, optional
        Of calls.
    calls_a_job : int, optional
        A job loads detectors and recordings first, which is worth some calls.

    Raises
    ------
    InputError
        A detector is named twice, or a number is out of range.

    Source
    ------
    own; docs/engines.md.

    Examples
    --------
    >>> [(job.first, job.end) for job in play_jobs(Setting(call_s=36), ["silence"], hours=0.1)]
    [(0, 8), (8, 10)]
    """
    if len(set(detectors)) != len(detectors):
        raise InputError(f"a detector is named twice: {', '.join(detectors)}")
    if not isinstance(calls_a_job, int) or calls_a_job < 1:
        raise InputError(f"calls_a_job must be a whole number of 1 or more, not {calls_a_job!r}")
    calls = calls_of(hours, setting.call_s)
    return [
        PlayJob(setting, tuple(detectors), first, min(first + calls_a_job, calls))
        for first in range(0, calls, calls_a_job)
    ]


def join_plays(plays: Iterable[Mapping[str, Sequence[Record]]]) -> dict[str, list[Record]]:
    """Put together what jobs played, in whatever order they come, for `score`.

    Parameters
    ----------
    plays : iterable of mapping of str to sequence of Record
        Of all of the jobs, each once.

    Raises
    ------
    InputError
        A call is there twice, or one is missing.

    Source
    ------
    own; docs/engines.md.
    """
    joined: dict[str, list[Record]] = {}
    for play in plays:
        for name, records in play.items():
            joined.setdefault(name, []).extend(records)
    for name, records in joined.items():
        records.sort(key=lambda record: record.index)
        for index, record in enumerate(records):
            if record.index != index:
                told = "twice" if record.index < index else "missing"
                raise InputError(f"{name}: call {min(index, record.index)} is {told}")
    return joined
