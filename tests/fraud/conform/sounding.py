"""Receivers that need nothing installed, for tests of what stands around receivers."""

from __future__ import annotations

from securecall.fraud.conform.levels import Pcm
from securecall.fraud.conform.receivers import Heard

__all__ = ["Deaf", "Perfect", "Stubborn"]


class Deaf:
    """Hears nothing."""

    name = "deaf"
    about = "hears nothing"
    hears = frozenset({"digits", "tones", "r1"})

    def digits(self, audio: Pcm, standard: str) -> list[Heard]:
        """Return nothing."""
        return []

    def signals(self, audio: Pcm, system: str) -> list[Heard]:
        """Return nothing."""
        return []

    def knows(self, plan: str, tone: str) -> bool:
        """Return whether it is told of a tone."""
        return tone != "off_hook_warning"

    def tones(self, audio: Pcm, plan: str) -> list[Heard]:
        """Return nothing."""
        return []


class Stubborn(Deaf):
    """Hears a 5 in everything, at once."""

    name = "stubborn"
    hears = frozenset({"digits"})

    def digits(self, audio: Pcm, standard: str) -> list[Heard]:
        """Return a 5."""
        return [Heard("5", None)]


class Perfect(Deaf):
    """Is told what is sent, and says so 40 ms after each onset."""

    name = "perfect"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.lengths: list[int] = []
        self.keys: list[Heard] = []

    def digits(self, audio: Pcm, standard: str) -> list[Heard]:
        """Return what it was told; note what it was asked."""
        self.asked.append(standard)
        self.lengths.append(len(audio))
        return self.keys
