"""A voice as 256 numbers: Resemblyzer's encoder in numpy, fed with telephone audio.

Three layers of LSTM over a mel spectrogram in windows of 1.6 s, whose last states are averaged.
Numbers of two samples of one person point in nearly the same direction.
"""

from __future__ import annotations

from functools import lru_cache
from math import pi
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["EMBEDDING_SIZE", "VoiceEncoder"]

EMBEDDING_SIZE: Final = 256
RATE_HZ: Final = 16_000
HIDDEN: Final = 256
LAYERS: Final = 3
WINDOW: Final = 400  # 25 ms
HOP: Final = 160  # 10 ms
BANDS: Final = 40
#: A window of the encoder, and how far apart two begin, in frames of 10 ms.
PARTIAL: Final = 160
STEP: Final = 77
LEVEL_DBFS: Final = -30.0
#: Columns and rows of a product at a time: 8 x 256 x 128 is the most that OpenBLAS does alone.
PIECE: Final = 128
ROWS: Final = 8


class VoiceEncoder:
    """Turns speech into 256 numbers.

    Parameters
    ----------
    weights : dict of numpy.ndarray
        See `securecall.calls.voice_weights.read_weights`.

    Source
    ------
    Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018; the parameters
    are those of Resemblyzer 0.1.4, whose mel spectrogram is librosa's (Slaney's scale and norm).
    """

    __slots__ = ("_weights",)

    def __init__(self, weights: dict[str, Array]) -> None:
        self._weights = weights

    def encode(self, samples: Array) -> Array:
        """Return the numbers of a sample of speech, of length 1 together.

        Parameters
        ----------
        samples : numpy.ndarray
            int16, 8 kHz, one channel; 1.6 s or more, of speech for the most part.

        Raises
        ------
        InputError
            It is too short, or silent.
        """
        import numpy as np

        wide = _doubled(samples.astype(np.float32) / 32_768)
        level = float(np.sqrt(np.mean(wide**2)))
        if level == 0.0:
            raise InputError("voice must not be silent")
        # Upwards only, as the encoder was trained.
        wide *= max(10 ** (LEVEL_DBFS / 20) / level, 1.0)
        mels = _mel_spectrogram(wide)
        if len(mels) < PARTIAL:
            raise InputError(f"voice must last {PARTIAL * 10} ms or more, not {len(mels) * 10}")
        begins = range(0, len(mels) - PARTIAL + 1, STEP)
        partials = np.stack([mels[first : first + PARTIAL] for first in begins])
        found = self._last_states(partials)
        linear = found @ self._weights["linear.weight"].T + self._weights["linear.bias"]
        rows = np.maximum(linear, 0)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        mean = rows.mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)

    def _last_states(self, partials: Array) -> Array:
        """Run the layers over all windows at once."""
        import numpy as np

        inputs = partials.transpose(1, 0, 2)  # frames first
        for layer in range(LAYERS):
            into = _pieces(self._weights[f"lstm.weight_ih_l{layer}"])
            over = _pieces(self._weights[f"lstm.weight_hh_l{layer}"])
            bias = self._weights[f"lstm.bias_ih_l{layer}"] + self._weights[f"lstm.bias_hh_l{layer}"]
            state = np.zeros((inputs.shape[1], HIDDEN), np.float32)
            cell = np.zeros_like(state)
            outputs = np.empty((inputs.shape[0], inputs.shape[1], HIDDEN), np.float32)
            for frame in range(inputs.shape[0]):
                gates = _product(inputs[frame], into) + _product(state, over) + bias
                enter, forget, fresh, leave = np.split(gates, 4, axis=1)
                cell = _squashed(forget) * cell + _squashed(enter) * np.tanh(fresh)
                state = _squashed(leave) * np.tanh(cell)
                outputs[frame] = state
            inputs = outputs
        return np.asarray(inputs[-1])


def _pieces(weights: Array) -> list[Array]:
    """Return the columns of a matrix, transposed, in pieces."""
    import numpy as np

    turned = weights.T
    return [
        np.ascontiguousarray(turned[:, first : first + PIECE])
        for first in range(0, turned.shape[1], PIECE)
    ]


def _product(rows: Array, pieces: list[Array]) -> Array:
    """Return a product of matrices, so small at a time that no library starts threads for it.

    A host that holds calls has no core to give to threads that wait for each other.
    """
    import numpy as np

    return np.concatenate(
        [
            np.concatenate([rows[first : first + ROWS] @ piece for piece in pieces], axis=1)
            for first in range(0, len(rows), ROWS)
        ]
    )


def _squashed(values: Array) -> Array:
    """Return the logistic function; by way of tanh, which does not overflow."""
    import numpy as np

    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


@lru_cache(maxsize=1)
def _half_band() -> Array:
    """Return a low-pass filter at half of the wider band: a windowed sinc of 63 taps."""
    import numpy as np

    place = np.arange(-31, 32)
    return np.asarray(np.sinc(place / 2) * np.kaiser(63, 8.0), dtype=np.float32)


def _doubled(samples: Array) -> Array:
    """Return samples at twice their rate."""
    import numpy as np

    wide = np.zeros(2 * len(samples), np.float32)
    wide[::2] = samples
    return np.convolve(wide, _half_band(), mode="same")


@lru_cache(maxsize=1)
def _filters() -> Array:
    """Return the bands of the mel scale after Slaney: linear to 1 kHz, then logarithmic."""
    import numpy as np

    def mel(hertz: Any) -> Any:
        above = 15 + 27 * np.log(np.maximum(hertz, 1e-9) / 1000) / np.log(6.4)
        return np.where(hertz < 1000, hertz * 3 / 200, above)

    def back(mels: Any) -> Any:
        return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))

    edges = back(np.linspace(mel(np.float64(0)), mel(np.float64(RATE_HZ / 2)), BANDS + 2))
    hertz = np.linspace(0, RATE_HZ / 2, WINDOW // 2 + 1)
    slopes = edges[:, None] - hertz[None, :]
    widths = np.diff(edges)
    rising, falling = -slopes[:-2] / widths[:-1, None], slopes[2:] / widths[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    triangles *= (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(triangles, dtype=np.float32)


@lru_cache(maxsize=1)
def _hann() -> Array:
    import numpy as np

    return np.asarray(0.5 - 0.5 * np.cos(2 * pi * np.arange(WINDOW) / WINDOW), dtype=np.float32)


def _mel_spectrogram(samples: Array) -> Array:
    """Return power in 40 bands, a row each 10 ms."""
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view

    padded = np.pad(samples, WINDOW // 2)
    frames = sliding_window_view(padded, WINDOW)[::HOP] * _hann()
    power = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32) ** 2
    return np.asarray(power @ _filters().T, dtype=np.float32)
