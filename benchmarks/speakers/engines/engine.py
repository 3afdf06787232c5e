"""What every engine does: fetch itself, fetch a voice, and speak."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.speakers import debian, npm, pypi
from benchmarks.speakers.catalogue import Package, Source, Voice, packages_of
from benchmarks.speakers.joining import Sound


class Silent(Exception):
    """A voice says nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class Engine(ABC):
    """An engine whose packages lie in a work folder; processes hand it to each other."""

    source: Source
    work: Path

    @property
    def root(self) -> Path:
        """Where Debian's packages lie."""
        return self.work / "debian"

    @property
    def python(self) -> Path:
        """Where PyPI's packages lie."""
        return self.work / "python"

    @property
    def npm(self) -> Path:
        """Where npm's packages lie."""
        return self.work / "npm"

    def fetch(self) -> dict[str, str]:
        """Have the engine; return the versions of its packages.

        Raises
        ------
        Unreachable
            Something of it cannot be had; the text says what to do.
        """
        return self._laid(self.source.packages)

    def fetch_voice(self, voice: Voice) -> dict[str, str]:
        """Have a voice; return the versions of its packages.

        Raises
        ------
        Unreachable
            Something of it cannot be had.
        """
        return self._laid(voice.packages)

    def _laid(self, packages: Sequence[Package]) -> dict[str, str]:
        versions = {package.name: package.version for package in packages}
        versions |= debian.laid(packages_of(packages, "debian"), self.root)
        pypi.laid(packages_of(packages, "pypi"), self.python)
        npm.laid(packages_of(packages, "npm"), self.npm)
        return versions

    @abstractmethod
    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        """Walk through what a voice says, sentence by sentence, at drawn speeds.

        Raises
        ------
        Silent or Unreachable
            The engine fails; the text says how.
        """
