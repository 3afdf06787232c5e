"""The picture's raw material: the loudest spectrum and the levels of each column of time.

Blocks pass once and are forgotten. A column keeps, for each frequency, the greatest power of the
spectra in it: a mean would bleach a digit of 50 ms out of a column of two seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securecall.errors import InputError

if TYPE_CHECKING:
    from numpy import float32, int16, intp
    from numpy.typing import NDArray

__all__ = ["BIN_HZ", "Spectrogram"]

COLUMNS: Final = 1600
WINDOW_S: Final = 0.064
STEP_MS_MIN, STEP_MS_MAX = 8.0, 32.0  # half a window: nothing falls between two of them
BIN_HZ: Final = 7.8125
TOP_HZ: Final = 4000
FULL_SCALE_DBM0: Final = 3.14
SILENCE_DBM0: Final = -100.0


class Spectrogram:
    """Spectra and levels of the legs of a call, in at most 1600 columns of equal length.

    Parameters
    ----------
    rate_hz : {8000, 16000}
    legs : int
    from_ms, to_ms : float
        What the columns show.

    Attributes
    ----------
    column_ms : float
    power_dbm0 : numpy.ndarray
        Shape (legs, bins, columns), float32; a bin is 7.8 Hz wide, the window 64 ms. A sine stands
        in it at its level.
    level_dbm0 : numpy.ndarray
        Shape (2, legs, columns), float32: the least and the greatest of 8 to 32 ms.

    Raises
    ------
    InputError
        There is nothing between ``from_ms`` and ``to_ms``.

    Source
    ------
    own.
    """

    __slots__ = (
        "_at", "_kept", "_levels", "_power", "_step", "_window", "column_ms", "from_ms", "legs",
        "rate_hz", "to_ms",
    )  # fmt: skip

    def __init__(self, rate_hz: int, legs: int, from_ms: float, to_ms: float) -> None:
        import numpy as np

        if not 0 <= from_ms < to_ms:
            raise InputError(f"a picture from {from_ms / 1000:g} s to {to_ms / 1000:g} s is empty")
        self.rate_hz, self.legs, self.from_ms, self.to_ms = rate_hz, legs, from_ms, to_ms
        size = round(WINDOW_S * rate_hz)
        self._window = np.hanning(size + 1)[:-1].astype(np.float32)
        columns = min(COLUMNS, max(1, round((to_ms - from_ms) / STEP_MS_MIN)))
        self.column_ms = (to_ms - from_ms) / columns
        step_ms = min(max(self.column_ms, STEP_MS_MIN), STEP_MS_MAX)
        self._step = int(step_ms * rate_hz / 1000)  # never more than a column
        bins = int(TOP_HZ / BIN_HZ) + 1
        self._power = np.zeros((legs, bins, columns), np.float32)
        self._levels = np.stack(
            [np.full((legs, columns), np.inf, np.float32), np.zeros((legs, columns), np.float32)]
        )
        self._kept = np.zeros((0, legs), np.float32)
        self._at = 0  # of the first sample that is kept

    def take(self, block: NDArray[int16]) -> None:
        """Look at the next block, int16, shape (samples, legs)."""
        import numpy as np

        size, step = len(self._window), self._step
        x = np.concatenate([self._kept, block.astype(np.float32) / 32768])
        count = max(0, (len(x) - size) // step + 1)
        if count:
            at = self._at + step * np.arange(count)
            middle_ms = 1000 * (at + size / 2) / self.rate_hz
            column = np.floor((middle_ms - self.from_ms) / self.column_ms).astype(np.intp)
            inside = (column >= 0) & (column < self._power.shape[2])
            if inside.any():
                self._add(x, np.flatnonzero(inside), column[inside])
        self._kept = x[count * step :]
        self._at += count * step

    def _add(self, x: NDArray[float32], which: NDArray[intp], column: NDArray[intp]) -> None:
        import numpy as np

        size, step = len(self._window), self._step
        views = np.lib.stride_tricks.sliding_window_view(x, size, axis=0)[::step][which]
        points = round(self.rate_hz / BIN_HZ)
        bins = self._power.shape[1]
        # A sine of amplitude 1 gives a peak of half the window's sum.
        scale = np.float32(2 / self._window.sum() ** 2)
        near = slice((size - step) // 2, (size + step) // 2)
        # Columns come in order: each is a stretch of spectra.
        columns, first = np.unique(column, return_index=True)
        for leg in range(self.legs):
            spectra = np.fft.rfft(views[:, leg] * self._window, points)[:, :bins]
            power = scale * (spectra.real**2 + spectra.imag**2)
            level = np.mean(views[:, leg, near] ** 2, axis=1)
            for kept, new, best in (
                (self._power[leg], power.T, np.maximum),
                (self._levels[0, leg], level, np.minimum),
                (self._levels[1, leg], level, np.maximum),
            ):
                kept[..., columns] = best(
                    kept[..., columns], best.reduceat(new, first, axis=new.ndim - 1)
                )

    @property
    def power_dbm0(self) -> NDArray[float32]:
        """Spectra in dBm0; a column that nothing came into is -100."""
        return _dbm0(self._power)

    @property
    def level_dbm0(self) -> NDArray[float32]:
        """The least and the greatest level in dBm0; not a number where a column has none."""
        import numpy as np

        empty = np.isinf(self._levels[0])
        found = _dbm0(np.where(empty, 0, self._levels))
        found[:, empty] = np.nan
        return found


def _dbm0(power: NDArray[float32]) -> NDArray[float32]:
    import numpy as np

    quiet = np.float32(1e-12)  # below 16 bits
    found = 10 * np.log10(np.maximum(power, quiet) * np.float32(2)) + np.float32(FULL_SCALE_DBM0)
    return np.maximum(found, np.float32(SILENCE_DBM0))
