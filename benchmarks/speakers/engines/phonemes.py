"""Phonemes of a sentence, as espeak-ng writes them: in IPA, clause by clause."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from benchmarks.speakers import debian

#: What ends a clause: espeak-ng drops it, and the networks were trained with it.
MARKS: Final = ",.!?।"


def clauses(text: str) -> list[tuple[str, str]]:
    """Split a text behind its marks: the words of each clause, and its mark."""
    parts = re.split(rf"(?<=[{MARKS}])\s+", text)
    return [
        (part.strip("¿¡ "), (part[-1] if part[-1] in MARKS else "").replace("।", "."))
        for part in parts
        if part
    ]


def plain(ipa: str) -> str:
    """Return phonemes without a change of language, joints and line ends."""
    return " ".join(re.sub(r"\([a-z-]+\)", "", ipa).split()).replace("_", "").replace("\u200d", "")


def phonemes(root: Path, text: str, language: str) -> str:
    """Return the phonemes of a text with the marks in their places.

    Raises
    ------
    Unreachable
        espeak-ng is not in the folder, or fails.
    """
    (data,) = {path.parent for path in root.glob("usr/lib/*/espeak-ng-data")} or {root}
    command = ["espeak-ng", f"--path={data}", "-q", "--ipa=3", "-v", language]
    return " ".join(
        plain(debian.run(root, [*command, words])) + mark for words, mark in clauses(text)
    )
