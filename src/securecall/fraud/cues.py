"""Cues: what the engine of evidence tells, in words; the one shape in which detectors hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from securecall.fraud.event import Event

__all__ = ["CUES", "LEGS", "VALUES", "Heard"]

LEGS: Final = ("called", "calling")
"""Legs of a call, in the engine's order: the outside, and the facility's."""

CUES: Final = ("flash", "gap", "change", "spoken", "pulses")
"""Kinds of cues, in the engine's order."""

VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "flash": (
        "apart_ms", "first_click_db", "second_click_db", "first_click_dbm0", "second_click_dbm0",
        "between_dbm0", "line_dbm0",
    ),
    "gap": ("lasts_ms", "level_dbm0", "line_dbm0", "click_before_db", "click_after_db"),
    "change": (
        "kind", "run_s", "gap", "after_s", "quiets_before", "quiets_after", "floor_before_dbm0",
        "floor_db", "floor_shape_db", "floor_high_db", "floor_low_db", "talks_before_s",
        "talks_after_s", "talk_db", "talk_shape_db", "talk_high_db", "talk_low_db", "edge_hz",
        "pitches_before_s", "pitches_after_s", "pitch_octaves", "echoes_before", "echoes_after",
        "echo_before_db", "echo_db", "mutes_before", "mutes_after", "spoken_after", "other_after",
        "tonal_after", "dead_after", "high_after_dbm0", "run_floor_db", "run_shape_db",
        "run_other", "run_tonal", "run_dead", "run_far_s", "run_mutes", "run_echoes",
        "click_after_db", "floor_ago_db", "clicks", "far_s", "long_floor_db",
        "long_floor_shape_db", "long_talks_s", "long_talk_db", "long_talk_shape_db",
        "long_talk_high_db", "long_edge_hz", "long_pitch_octaves", "since_digit_s",
        "since_call_waiting_s", "since_ringback_s", "since_sit_s", "since_dial_s",
        "since_other_tone_s", "since_flash_s", "since_flash_before_s", "flash_ms",
        "flash_click_db", "flash_quiet_db", "since_gap_s", "gap_ms", "gap_depth_db",
        "gap_click_db", "since_long_gap_s", "long_gap_ms", "long_gap_depth_db",
        "lead_call_waiting_s", "lead_ringback_s", "lead_flash_s", "lead_digit_s", "tail_flash_s",
        "lead_gap_s", "talk_weight_s", "floor_down_db", "low_sway_db", "spread_db", "shape_sway_db",
        "talk_top_low_db", "talk_top_2750_db", "talk_top_3000_db", "talk_top_3250_db",
        "talk_top_3500_db", "long_talk_top_3000_db", "long_talk_top_3250_db",
        "floor_seen_db", "run_seen_db", "since_answered_waiting_s",
        "steps_mu_before", "steps_mu", "steps_a_before", "steps_a", "steps_8_before", "steps_8",
        "steps_16_before", "steps_16",
        "peaks", "peak_0_db", "peak_250_db", "peak_2500_db", "peak_2750_db", "peak_3000_db",
        "peak_3250_db", "peak_3500_db", "peak_3750_db",
        "floor_0_db", "floor_250_db", "floor_750_db", "floor_1500_db", "floor_2250_db",
        "floor_2750_db", "floor_3250_db", "floor_3750_db",
        "talk_0_db", "talk_250_db", "talk_750_db", "talk_1500_db", "talk_2250_db",
        "talk_2750_db", "talk_3250_db", "talk_3750_db",
        "even_before_db", "even_db", "pitch_spread_octaves", "talk_spread_db", "talk_seen_db",
        "last_seen_db", "long_peak_250_db", "long_peak_2750_db", "long_peak_3000_db",
        "long_peak_3250_db", "long_peak_3500_db", "long_steps_mu", "long_steps_a",
        "long_steps_8", "long_steps_16", "long_peaks",
        "strong_s", "slope_2500_db", "slope_2750_db", "slope_3000_db",
        "slope_3250_db", "slope_3500_db", "slope_before_3000_db", "long_strong_s",
        "long_slope_2500_db", "long_slope_2750_db", "long_slope_3000_db", "long_slope_3250_db",
        "long_slope_3500_db",
    ),
    "spoken": (),
    "pulses": ("pulses", "per_second", "lasts_ms"),
}  # fmt: skip
"""Names of a cue's numbers, in order. Of ``change`` each says how the leg is behind an interruption
less how it was before; `_change.pxd` has them in words."""

ITEM_VALUES: Final = 236
"""Numbers that a saved cue has, whatever its kind: the engine's. All but a change have zeros."""

_PLACES: Final = {
    kind: {name: place for place, name in enumerate(names)} for kind, names in VALUES.items()
}


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a detector hears of.

    Attributes
    ----------
    at_ms : float
        When it was known, in milliseconds of audio: items come in this order.
    leg : str
        ``called`` or ``calling``; empty for what is of no leg.
    kind : str
        ``dtmf``, ``mf`` or ``tone`` with an ``event``; ``flash``, ``gap``, ``change``,
        ``spoken`` or ``pulses`` with ``values``; ``signal`` with ``name`` and ``value``; ``wake``,
        because the detector asked for it; ``end``, because the call is over.
    start_ms : float
        When it began.
    event : Event or None
        Also ends of events come, with ``ended`` set.
    values : tuple of float
        As `VALUES` names them; look one up with `number`.
    name : str
        Of a signal: ``answer``, ``diversion``, ``hold``, ...
    value : str, int, float or None
        Of a signal.

    Source
    ------
    own; docs/fraud.md.
    """

    at_ms: float
    leg: str
    kind: str
    start_ms: float
    event: Event | None = None
    values: tuple[float, ...] = ()
    name: str = ""
    value: Any = None

    def number(self, name: str) -> float:
        """Return one of the values by its name.

        Raises
        ------
        KeyError
            A cue of this kind has none of this name.

        Source
        ------
        own.

        Examples
        --------
        >>> from securecall.fraud.cues import Heard
        >>> Heard(1500.0, "called", "flash", 700.0, values=(480.0, 20.0)).number("apart_ms")
        480.0
        """
        return self.values[_PLACES[self.kind][name]]
