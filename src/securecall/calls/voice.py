"""Voice verification, as a gate asks for it: yes, no, or an honest "not verified"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

__all__ = ["VoiceAnswer", "VoiceVerifier"]


@dataclass(frozen=True, slots=True)
class VoiceAnswer:
    """What a verifier says of a voice.

    Attributes
    ----------
    verified : bool or None
        Whether it is that person's. None: it could not be said, and `why` says why; a gate that
        needs a verified voice refuses then, too.
    score, threshold : float or None
        What was measured, and what it was held against.
    why : str

    Source
    ------
    own; docs/calls.md.
    """

    verified: bool | None
    score: float | None = None
    threshold: float | None = None
    why: str = ""


@runtime_checkable
class VoiceVerifier(Protocol):
    """Something that knows voices.

    Source
    ------
    own; docs/calls.md.
    """

    def verify(self, person: str, voice: Any, *, at_ms: int) -> VoiceAnswer:
        """Say whether a sample of speech is that of a person.

        Parameters
        ----------
        person : str
        voice : object
            A sample, as this verifier takes it.
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own; docs/calls.md.
        """
