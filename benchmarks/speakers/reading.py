"""What voices read: the sentences of a language, in an order of each voice's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

SENTENCES: Final = Path(__file__).with_name("sentences")
#: So often all is said before a voice has nothing more to say; each time at other speeds.
ROUNDS: Final = 3


def sentences(language: str) -> tuple[str, ...]:
    """Return what there is in a language; ``en-GB`` reads what ``en`` does.

    Raises
    ------
    ValueError
        Nothing was written in the language.
    """
    path = SENTENCES / f"{language.partition('-')[0]}.toml"
    if not path.is_file():
        raise ValueError(f"{path.name}: there are no sentences in {language!r}")
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))["lines"])


def told(language: str, draw: np.random.Generator) -> Iterator[str]:
    """Walk through the sentences in a drawn order, and through them again in another."""
    lines = sentences(language)
    for _ in range(ROUNDS):
        for place in draw.permutation(len(lines)).tolist():
            yield lines[place]
