"""What was heard: events with their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from securecall.notebook import Shown

__all__ = ["Event"]


@dataclass(frozen=True, slots=True)
class Event(Shown):
    """Something that was heard, delivered once, when it is detected.

    With ``report_ends=True`` a second one with the same ``id`` follows when it is over, with
    ``ended`` set.

    Attributes
    ----------
    id : int
        1, 2, 3, ... within a detector or monitor.
    kind : str
        ``dtmf``, ``tone`` or ``mf``; a monitor has more.
    grade : str
        ``note``, ``alert`` or ``disconnect``; a tone or digit by itself is a ``note``.
    start_ms, detected_ms : float
        Milliseconds of audio since the detector began. Latency is their difference.
    end_ms : float or None
        None if it still lasts.
    probability : float
        How sure it is, 0 to 1: 1 - 0.5 / (1 + SNR) for digits and tones, which is an order and not
        a frequency of being right.
    detail : str
        The digit, or the tone's name.
    level_dbm0 : float
        Of all its tones together; a full-scale sine is +3.14.
    cues : mapping of str to float
        The evidence, by name and unit.
    ended : bool
    leg : str
        Of a call that has legs: ``called`` or ``calling``; else empty.

    Source
    ------
    own; docs/dsp.md.
    """

    id: int
    kind: str
    grade: str
    start_ms: float
    end_ms: float | None
    detected_ms: float
    probability: float
    detail: str
    level_dbm0: float
    cues: Mapping[str, float] = field(default_factory=dict)
    ended: bool = False
    leg: str = ""
