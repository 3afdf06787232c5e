"""Piper: VITS, a network that makes sound of phonemes at once.

Source: J. Kim, J. Kong, J. Son, Conditional variational autoencoder with adversarial learning for
end-to-end text-to-speech, ICML 2021; M. Hansen, Piper, for how phonemes are numbered.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from benchmarks.speakers.catalogue import Voice
from benchmarks.speakers.engines.engine import Engine
from benchmarks.speakers.engines.onnx import session
from benchmarks.speakers.engines.phonemes import phonemes
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.reading import told

LENGTH: Final = (0.9, 1.15)
#: How much sound and duration stray, as the voice was trained.
NOISE, NOISE_OF_DURATION = 0.667, 0.8


def numbers(text: str, known: Mapping[str, Sequence[int]]) -> list[int]:
    """Return phonemes as numbers, a blank behind each; those that the voice lacks are left out."""
    made = [*known["^"], *known["_"]]
    for one in unicodedata.normalize("NFD", text):
        if one in known:
            made += [*known[one], *known["_"]]
    return [*made, *known["$"]]


class Piper(Engine):
    """A voice of Piper."""

    __slots__ = ()

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        path = self.python / voice.says
        about = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
        network = session(self.python, path)
        for line in told(voice.language, draw):
            read = phonemes(self.root, line, self.source.told["espeak"][voice.language])
            given = np.array([numbers(read, about["phoneme_id_map"])], np.int64)
            scales = np.array([NOISE, draw.uniform(*LENGTH), NOISE_OF_DURATION], np.float32)
            lengths = np.array([given.shape[1]], np.int64)
            said = network.run(
                None, {"input": given, "input_lengths": lengths, "scales": scales}
            )[0]  # fmt: skip
            yield said.ravel(), about["audio"]["sample_rate"]
