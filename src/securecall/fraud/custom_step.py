"""Steps over rows at native speed: a function of one's own, compiled by numba.

Needs numba: ``pip install securecall[patterns]``. It is loaded when the first step is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from securecall.errors import BuildError, InputError, InputTypeError
from securecall.fraud.leg_observer import FRAME_MS, Claim

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Says", "Step"]

NUMBERS_MAX: Final = 100_000
CUES_MAX: Final = 100
#: Rows in one go: bounds the memory for what they find.
GO: Final = 256
#: Before the cues in ``out``: probability, and milliseconds from the start to the row's end.
OUT: Final = 2


@dataclass(frozen=True, slots=True)
class Says:
    """What a step means by one of its codes.

    Attributes
    ----------
    kind, detail, grade : str
        As of a `Claim`.

    Source
    ------
    own.
    """

    kind: str
    detail: str = ""
    grade: str = "alert"


class Step:
    r"""An observer whose work is a function that numba compiles, called for every row.

    Parameters
    ----------
    function : callable
        ``step(row, state, out) -> int``: 0 if it found nothing, else a code of ``says``. ``row`` is
        one of `securecall.fraud.measures.MEASURES`, float32, read only. ``state`` is what it
        remembers of the leg, float64, all 0 at first. In ``out`` it writes what it found:
        ``out[0]`` the probability, ``out[1]`` how many milliseconds before the end of this row it
        began (20 unless written), ``out[2:]`` the cues. Plain Python that numba takes, or already
        compiled by it.
    says : mapping of int to Says
        What the codes mean.
    state : int
        How many numbers it remembers.
    cues : sequence of str
        Names of what it writes from ``out[2]`` on.
    check : bool
        Refuse an index that is out of bounds: slower, and worth it until a step is known to be
        right, for without it such a step writes where it should not.

    Raises
    ------
    InputError
        A code or number that cannot be, or numba does not take the function: its words are told.
    InputTypeError
        Not a function.
    BuildError
        numba is not installed.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud.custom import CustomDetector
    >>> from securecall.fraud.custom_step import Says, Step
    >>> def loud(row, state, out):
    ...     state[0] = state[0] + 1 if row[0] > -3 else 0  # frames in a row above -3 dBm0
    ...     if state[0] == 5:
    ...         out[0] = 0.8
    ...         out[1] = 100
    ...         return 1
    ...     return 0
    >>> detector = CustomDetector(lambda: Step(loud, {1: Says("noise_anomaly", "loud")}, state=1))
    >>> (event,) = detector.feed(b"\x00\x80\xff\x7f" * 2000)
    >>> event.start_ms, event.detected_ms
    (0.0, 100.0)
    """

    __slots__ = ("_memory", "_run", "_says", "_state", "cues", "name")

    #: It keeps no block: each row is observed as it comes.
    block_frames: Final = 0

    def __init__(
        self, function: Callable[..., Any], says: Mapping[int, Says], *, state: int = 16,
        cues: Sequence[str] = (), check: bool = False,
    ) -> None:  # fmt: skip
        if not callable(function):
            raise InputTypeError(f"a step is a function, not {function!r}")
        if type(state) is not int or not 0 <= state <= NUMBERS_MAX:
            raise InputError(f"state must be a whole number from 0 to {NUMBERS_MAX}, not {state!r}")
        if len(cues) > CUES_MAX:
            raise InputError(f"a step has {CUES_MAX} cues at most, not {len(cues)}")
        for code in says:
            if type(code) is not int or code == 0 or abs(code) > 1 << 31:
                raise InputError(f"a code is a whole number other than 0, not {code!r}")
        self.name = str(getattr(function, "__name__", "step"))
        self._says = {float(code): each for code, each in says.items()}
        self.cues = tuple(str(cue) for cue in cues)
        self._state = state
        out = OUT + len(self.cues)
        self._run = _compiled(function, state, out, bool(check))
        self._memory = np.zeros(state + out + GO * (2 + out))

    def observe(self, rows: NDArray[np.float32], first_ms: float) -> list[Claim]:
        """Step over rows; return what it claims.

        Parameters
        ----------
        rows : float32 array, shape (frames, 32)
        first_ms : float
            When the first of them began.

        Raises
        ------
        InputError
            It returned a code that means nothing.

        Source
        ------
        own.
        """
        found: list[Claim] = []
        for begin in range(0, len(rows), GO):
            count = self._run(rows[begin : begin + GO], self._memory)
            if count:
                found += self._claims(count, first_ms + begin * FRAME_MS)
        return found

    def _claims(self, count: int, first_ms: float) -> list[Claim]:
        out = OUT + len(self.cues)
        at = self._state + out
        found = []
        for line in self._memory[at : at + count * (2 + out)].reshape(count, 2 + out).tolist():
            says = self._says.get(line[1])
            if says is None:
                raise InputError(f"the step {self.name} returned {line[1]:g}, a code without says")
            now_ms = first_ms + (line[0] + 1) * FRAME_MS
            cues = dict(zip(self.cues, line[4:], strict=True))
            found.append(
                Claim(
                    says.kind, line[2], max(0.0, now_ms - line[3]), says.detail, says.grade, cues,
                    detected_ms=now_ms,
                )
            )  # fmt: skip
        return found

    def save(self) -> bytes:
        """Return its state.

        Source
        ------
        own.
        """
        return self.name.encode() + b"\n" + self._memory[: self._state].tobytes()

    def restore(self, saved: bytes) -> None:
        """Take a state that was saved.

        Parameters
        ----------
        saved : bytes

        Raises
        ------
        InputError
            It is of another step, or of another size.

        Source
        ------
        own.
        """
        name, _, numbers = saved.partition(b"\n")
        if name != self.name.encode() or len(numbers) != self._state * 8:
            raise InputError(
                f"saved: it is of the step {name!r} with {len(numbers) // 8} numbers, "
                f"not of {self.name} with {self._state}"
            )
        self._memory[: self._state] = np.frombuffer(numbers, np.float64)


@lru_cache(maxsize=64)
def _compiled(function: Callable[..., Any], state: int, out: int, check: bool) -> Any:
    """Return a compiled loop of a step over rows. It takes a second or two, so once."""
    try:
        import numba
    except ImportError as error:
        raise BuildError(
            f"a step needs numba ({error}): pip install securecall[patterns]"
        ) from None
    # A division by zero is an infinity, as in C: no row of a call may raise.
    options = {"nogil": True, "error_model": "numpy", "boundscheck": check}
    plain = getattr(function, "py_func", function)
    step = function if plain is not function and not check else numba.njit(**options)(plain)

    def run(rows: Any, memory: Any) -> int:
        held = memory[:state]
        told = memory[state : state + out]
        count = 0
        at = state + out
        for index in range(len(rows)):
            told[:] = 0.0
            told[1] = FRAME_MS
            code = step(rows[index], held, told)
            if code != 0:
                memory[at] = index
                memory[at + 1] = code
                memory[at + 2 : at + 2 + out] = told
                at += 2 + out
                count += 1
        return count

    made = numba.njit(**options)(run)
    rows = numba.types.Array(numba.float32, 2, "C", readonly=True)
    try:
        made.compile((rows, numba.float64[::1]))
    except numba.core.errors.NumbaError as error:
        name = getattr(plain, "__name__", repr(plain))
        raise InputError(f"numba does not take the step {name}: {error}") from None
    return made
