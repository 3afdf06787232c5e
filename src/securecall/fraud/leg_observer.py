"""What a detector of one's own is for one leg: rows in blocks in, claims out, events made of them.

Needs numpy: ``pip install securecall[audio]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final, Protocol

from securecall.errors import BuildError, InputError, InputTypeError, did_you_mean
from securecall.fraud.event import Event
from securecall.fraud.measures import MEASURES
from securecall.fraud.plain_state import packed, state_of, take_state, unpacked
from securecall.fraud.speech import Activity

if find_spec("numpy") is None:
    raise BuildError("detectors of one's own need numpy: pip install securecall[audio]")

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCK_FRAMES", "FRAME_MS", "Claim", "LegObserver", "Observer", "columns"]

FRAME_MS: Final = 20.0
#: Half a second: how many rows a class is given at once, unless it says otherwise.
BLOCK_FRAMES: Final = 25
BLOCK_FRAMES_MAX: Final = 3_000
GRADES: Final = ("note", "alert")
_ACTIVITY: Final = MEASURES.index("activity")
_LEVEL: Final = MEASURES.index("level_dbm0")
_LOST: Final = float(Activity.LOST)
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a detector of one's own says that there is.

    Attributes
    ----------
    kind : str
        One of the six kinds of the bench, or a word of one's own: small letters, digits,
        underscores.
    probability : float
        That it is so, 0 to 1.
    start_ms : float
        Milliseconds of audio since the detector began.
    detail : str
        More, in words.
    grade : {"alert", "note"}
        Never ``disconnect``: that rests on two independent cues, which one detector has not.
    cues : mapping of str to float
        The evidence, by name and unit, for whoever reviews it.
    end_ms : float or None
        None if it still lasts.
    detected_ms : float or None
        None for the end of the rows that were observed last.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: str
    probability: float
    start_ms: float
    detail: str = ""
    grade: str = "alert"
    cues: Mapping[str, float] = field(default_factory=dict)
    end_ms: float | None = None
    detected_ms: float | None = None


class Observer(Protocol):
    """A detector of one's own for one leg of one call.

    With ``block_frames`` it says how many rows it is given at once: 25, half a second, if it does
    not, so that any cutting of the audio gives the same events. With 0 it is given what comes, and
    that is its own care. Its attributes are saved with the call if they are numbers, texts, lists,
    tuples, dicts and arrays of numpy; if there are others it has ``save()`` and ``restore(bytes)``.

    Source
    ------
    own; docs/fraud.md.
    """

    def observe(self, rows: NDArray[np.float32], first_ms: float) -> Iterable[Claim]:
        """Look at some rows; return or yield what they show.

        Parameters
        ----------
        rows : float32 array, shape (frames, 32), read only
            Columns as `securecall.fraud.measures.MEASURES` names them. Audio that was lost is in no
            row: a block ends before it, however short, and the next one begins behind it.
        first_ms : float
            When the first of them began, in milliseconds of audio.

        Source
        ------
        own; docs/fraud.md.
        """
        ...


def columns(*names: str) -> list[int]:
    """Return where measures stand in a row.

    Parameters
    ----------
    *names : str

    Raises
    ------
    InputError
        There is no measure of a name.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.fraud.custom import columns
    >>> columns("level_dbm0", "floor_dbm0")
    [0, 3]
    >>> columns("level_db")
    Traceback (most recent call last):
    securecall.InputError: there is no measure 'level_db'; did you mean 'level_dbm0'?
    """
    for name in names:
        if name not in MEASURES:
            hint = did_you_mean(name, MEASURES) or f": there are {', '.join(MEASURES)}"
            raise InputError(f"there is no measure {name!r}{hint}")
    return [MEASURES.index(name) for name in names]


class LegObserver:
    """Hands the rows of a leg to an observer, in blocks, and makes events of what it finds.

    Parameters
    ----------
    observer : Observer
    leg : str
        What its events name as their leg.

    Raises
    ------
    InputError
        ``block_frames`` is no whole number from 0 to 3000.
    InputTypeError
        It has no ``observe``.

    Source
    ------
    own; docs/fraud.md.
    """

    __slots__ = ("_block", "_filled", "_frames", "_room", "leg", "name", "observer")

    def __init__(self, observer: Observer, leg: str = "") -> None:
        self.leg = leg
        self.name = str(getattr(observer, "name", type(observer).__name__))
        if not callable(getattr(observer, "observe", None)):
            raise InputTypeError(f"{self.name} has no observe(rows, first_ms)")
        block = getattr(observer, "block_frames", BLOCK_FRAMES)
        if type(block) is not int or not 0 <= block <= BLOCK_FRAMES_MAX:
            raise InputError(
                f"{self.name}.block_frames must be a whole number from 0 to {BLOCK_FRAMES_MAX}, "
                f"not {block!r}"
            )
        self.observer = observer
        self._block = block
        self._room = np.zeros((block, len(MEASURES)), np.float32)
        self._filled = 0
        self._frames = 0  # that were handed over, or lost

    def take(self, rows: NDArray[np.float32]) -> list[Event]:
        """Take rows; return what they complete, with the id 0.

        Parameters
        ----------
        rows : float32 array, shape (frames, 32)
            As `Measurer` returns them.

        Raises
        ------
        InputError, InputTypeError
            The observer claimed what cannot be.

        Source
        ------
        own.
        """
        if not len(rows):
            return []
        found: list[Event] = []
        for first, last, lost in _runs(rows[:, _ACTIVITY] == _LOST):
            if lost:
                found += self.finish()
                self._frames += last - first
            elif self._block == 0:
                found += self._hand_over(rows[first:last])
            else:
                found += self._fill(rows[first:last])
        return found

    def _fill(self, rows: NDArray[np.float32]) -> list[Event]:
        found: list[Event] = []
        while len(rows):
            part = rows[: self._block - self._filled]
            self._room[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            rows = rows[len(part) :]
            if self._filled == self._block:
                found += self.finish()
        return found

    def finish(self) -> list[Event]:
        """Hand over what is kept, because the call is over or audio was lost.

        Raises
        ------
        InputError, InputTypeError
            The observer claimed what cannot be.

        Source
        ------
        own.
        """
        if not self._filled:
            return []
        rows = self._room[: self._filled].copy()
        self._filled = 0
        return self._hand_over(rows)

    def _hand_over(self, rows: NDArray[np.float32]) -> list[Event]:
        rows.flags.writeable = False
        first_ms = self._frames * FRAME_MS
        self._frames += len(rows)
        now_ms = self._frames * FRAME_MS
        found = self.observer.observe(rows, first_ms)
        if found is None:  # as a function without a return has it
            return []
        return [self._event(each, rows, first_ms, now_ms) for each in found]

    def _event(
        self, claim: Claim, rows: NDArray[np.float32], first_ms: float, now_ms: float
    ) -> Event:
        if not isinstance(claim, Claim):
            raise InputTypeError(
                f"{self.name} must claim with Claim, not {type(claim).__name__}: {claim!r}"[:200]
            )
        kind, sure = claim.kind, float(claim.probability)
        if type(kind) is not str or not _WORD.match(kind):
            self._refuse("kind must be a word of small letters, digits and underscores", kind)
        if claim.grade not in GRADES:
            self._refuse(
                'grade must be "note" or "alert": a disconnect rests on two independent cues',
                claim.grade,
            )
        if not 0 <= sure <= 1:
            self._refuse("probability must be a number from 0 to 1", sure)
        detected = now_ms if claim.detected_ms is None else float(claim.detected_ms)
        if not 0 <= detected <= now_ms:
            self._refuse(f"detected_ms must not be after {now_ms:g}, when it is told", detected)
        start = float(claim.start_ms)
        if not 0 <= start <= detected:
            self._refuse(f"start_ms must not be after {detected:g}, when it is detected", start)
        # The level is that of the frame in which it was detected, however many came at once.
        frame = min(max(0, ceil((detected - first_ms) / FRAME_MS) - 1), len(rows) - 1)
        return Event(
            0, kind, claim.grade, start,
            None if claim.end_ms is None else float(claim.end_ms), detected, sure,
            str(claim.detail), float(rows[frame, _LEVEL]),
            {str(name): float(value) for name, value in claim.cues.items()}, False, self.leg,
        )  # fmt: skip

    def _refuse(self, rule: str, value: object) -> None:
        raise InputError(f"a claim of {self.name}: {rule}, not {value!r}")

    def save(self) -> bytes:
        """Return all that is remembered, the observer's attributes included.

        Raises
        ------
        InputError
            The observer has attributes that are not plain, and no ``save``.

        Source
        ------
        own.
        """
        counts = np.array([self._block, self._filled, self._frames], np.int64)
        return packed(
            [counts.tobytes(), self._room[: self._filled].tobytes(), state_of(self.observer)]
        )

    def restore(self, saved: bytes) -> None:
        """Go on where another with an observer of the same class was when it was saved.

        Parameters
        ----------
        saved : bytes

        Raises
        ------
        InputError
            It was saved of another.

        Source
        ------
        own.
        """
        counts, room, state = unpacked(saved, 3)
        block, filled, frames = (int(each) for each in np.frombuffer(counts, np.int64))
        if block != self._block:
            raise InputError(f"saved: its blocks have {block} frames, not {self._block}")
        self._room[:filled] = np.frombuffer(room, np.float32).reshape(filled, len(MEASURES))
        self._filled, self._frames = filled, frames
        take_state(self.observer, state)


def _runs(lost: NDArray[np.bool_]) -> Iterator[tuple[int, int, bool]]:
    """Yield where audio is lost and where not: first, last, lost."""
    if not lost.any():
        yield 0, len(lost), False
        return
    edges = [0, *(np.flatnonzero(lost[1:] != lost[:-1]) + 1).tolist(), len(lost)]
    for first, last in pairwise(edges):
        yield first, last, bool(lost[first])
