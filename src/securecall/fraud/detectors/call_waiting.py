"""Call waiting: alerting tones of the family's own network, alone, with a CAS, or repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from securecall.fraud.cues import Heard
from securecall.fraud.detectors.remembering import Remembering
from securecall.fraud.finding import CallView, Finding

__all__ = ["CallWaiting"]

TOGETHER_MS: Final = 1500.0
"""Tones so near to each other are one alert. Source: SR-TSV-002476: the CAS follows the SAS."""

AGAIN_MS: Final = (1900.0, 12_000.0)
"""An alert is repeated so soon. Source: ANSI T1.401.04: after 10 s; UK tones after 2 to 5 s."""

ALERTS: Final = ("call_waiting", "cas", "dt_as")


@dataclass(slots=True)
class CallWaiting(Remembering):
    """Finds call waiting, which explains clicks and silences: it is nobody's fraud.

    Source
    ------
    ANSI T1.401.04; Bellcore SR-TSV-002476; docs/fraud.md.
    """

    kind: ClassVar[str] = "call_waiting"
    hears: ClassVar[tuple[str, ...]] = ("tone",)

    last_ms: dict[str, float] = field(default_factory=dict)
    alerts: dict[str, int] = field(default_factory=dict)

    def hear(self, item: Heard, call: CallView) -> Sequence[Finding]:
        """Hear a tone.

        Source
        ------
        own.
        """
        event = item.event
        if event is None or event.ended or not event.detail.startswith(ALERTS):
            return ()
        before_ms = self.last_ms.get(item.leg)
        self.last_ms[item.leg] = event.detected_ms
        apart_ms = None if before_ms is None else event.start_ms - before_ms
        if apart_ms is not None and apart_ms <= TOGETHER_MS:
            return ()
        again = apart_ms is not None and AGAIN_MS[0] <= apart_ms <= AGAIN_MS[1]
        self.alerts[item.leg] = self.alerts.get(item.leg, 0) + 1 if again else 1
        cues = {
            name: value for name, value in event.cues.items()
            if name in ("line_1_hz", "line_2_hz", "snr_db")
        } | {"alerts": float(self.alerts[item.leg])}  # fmt: skip
        if again and apart_ms is not None:
            cues |= {"apart_ms": apart_ms, "apart_ms_most": AGAIN_MS[1]}
        return [Finding(
            "call_waiting", "note", event.start_ms, event.probability, event.detail, item.leg,
            cues, ("tones",), event.detected_ms, event.level_dbm0,
        )]  # fmt: skip
