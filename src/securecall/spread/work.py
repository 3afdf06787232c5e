"""What a worker is told to do: values that can be pickled, and know how to do a task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from securecall.spread.part import Part, Written

__all__ = ["PartWork", "Tell", "Work"]

Task_contra = TypeVar("Task_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

#: Told how many rows, or whatever is counted, were done since it was last told.
Tell: TypeAlias = Callable[[int], object]


class Work(Protocol[Task_contra, Result_co]):
    """Does tasks, each by itself; must be picklable, and of a module that can be imported.

    Source
    ------
    own.
    """

    def start(self) -> None:
        """Get ready; called once in each process that was started for the work.

        Source
        ------
        own.
        """

    def do(self, task: Task_contra, tell: Tell) -> Result_co:
        """Do one task; the same task gives the same result, wherever and however often.

        Parameters
        ----------
        task : Any
            Picklable, as is the result.
        tell : callable
            For progress.

        Source
        ------
        own.
        """


class PartWork(Protocol):
    """Writes parts; must be picklable, and of a module that can be imported.

    Attributes
    ----------
    what : str
        The kind of job, such as ``rate``.
    digest : str
        Changes with everything that decides what a part becomes, its input apart.

    Source
    ------
    own.
    """

    @property
    def what(self) -> str:
        """The kind of job.

        Source
        ------
        own.
        """

    @property
    def digest(self) -> str:
        """Stands for the job's options.

        Source
        ------
        own.
        """

    def start(self) -> None:
        """Get ready; called once in each process that was started for the work.

        Source
        ------
        own.
        """

    def write(self, part: Part, path: Path, tell: Tell) -> Written:
        """Write one part; the same part gives the same bytes.

        Parameters
        ----------
        part : Part
        path : path
            Where to write: a draft, which is put in place when this returns.
        tell : callable
            For progress, in rows.

        Source
        ------
        own.
        """
