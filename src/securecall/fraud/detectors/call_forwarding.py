"""Call forwarding: it rings again, or the network says that a number is none, after the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from securecall.fraud.cues import Heard
from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.finding import CallView, Finding
from securecall.fraud.recurrent import network

__all__ = ["CallForwarding"]

RINGBACK: Final = "ringback"
TONES: Final = (RINGBACK, "sit")
SIGNALS: Final = ("diversion", "transfer")


@dataclass(slots=True)
class CallForwarding(ByEvidence):
    """Finds a second ringback, special information tones and diversions, and silent transfers.

    The ringback of the call itself is none: it is heard before anybody speaks. A transfer without
    a sound is a moment without a line, and then another line and another voice.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = "call_forwarding"
    hears: ClassVar[tuple[str, ...]] = ("tone", "signal", "change")
    alert_log_odds: ClassVar[float] = network().kinds["call_forwarding"].alert

    ringbacks: int = 0
    signalled_ms: float | None = None

    def hear(self, item: Heard, call: CallView) -> Sequence[Finding]:
        """Hear a tone, a signal or a change.

        Source
        ------
        own.
        """
        if item.kind == "change":
            return super(CallForwarding, self).hear(item, call)
        if item.kind == "signal":
            return self._signalled(item) if item.name in SIGNALS else ()
        event = item.event
        if event is None or item.leg != "called" or not event.detail.startswith(TONES):
            return ()
        if event.ended:
            return [Finding(
                "call_forwarding", "alert", event.start_ms, 1.0, event.detail, item.leg,
                end_ms=event.end_ms, key=event.detail, ended=True,
            )]  # fmt: skip
        ringing = event.detail.startswith(RINGBACK)
        self.ringbacks += ringing
        answered_ms = call.answered_ms
        if answered_ms is None or event.start_ms < answered_ms:
            return ()
        cues = {
            "since_answer_ms": event.start_ms - answered_ms, "snr_db": event.cues["snr_db"],
            "ringbacks": float(self.ringbacks),
        }  # fmt: skip
        sources = ["tones"]
        if self.signalled_ms is not None:
            cues["since_diversion_ms"] = event.start_ms - self.signalled_ms
            sources.append("signalling")
        return [Finding(
            "call_forwarding", "disconnect" if len(sources) > 1 else "alert", event.start_ms,
            event.probability, event.detail, item.leg, cues, tuple(sources), None,
            event.level_dbm0, key=event.detail,
        )]  # fmt: skip

    def _signalled(self, item: Heard) -> Sequence[Finding]:
        self.signalled_ms = item.at_ms
        told = "" if item.value is None else f" to {item.value}"
        return [Finding(
            "call_forwarding", "alert", item.start_ms, 0.99, f"{item.name}{told}", item.leg,
            {"signalled": 1.0}, ("signalling",), item.start_ms,
        )]  # fmt: skip
