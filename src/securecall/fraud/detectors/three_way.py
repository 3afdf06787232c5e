"""Three-way calls: a flash or a hold, and then somebody or something that was not there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from securecall.fraud.cues import Heard
from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.recurrent import network

__all__ = ["ThreeWay"]

#: Sources of what somebody did, and of what is other since.
ACT: Final = frozenset({"clicks", "hold"})
OUTCOME: Final = frozenset({"noise", "voice", "echo", "codec"})
BEHIND_S: Final = 8.0


@dataclass(slots=True)
class ThreeWay(ByEvidence):
    """Finds that the outside party has taken a third one in.

    On analogue lines by flashes and the hold between them; elsewhere by a hold that has another
    noise than the line had, and by what is other behind it.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = "three_way"
    alert_log_odds: ClassVar[float] = network().kinds["three_way"].alert
    disconnect_log_odds: ClassVar[float | None] = network().kinds["three_way"].disconnect
    growing_ms: ClassVar[float] = 30_000.0

    def ends_calls(self, item: Heard, sources: Sequence[str]) -> bool:
        """Return whether the act and its outcome were both heard.

        A flash and a hold are what somebody does who answers another call, too, whether its tone
        was heard or not. Only when the hold is over, and something is other behind it, is there a
        third party.

        Source
        ------
        own.
        """
        behind = item.number("kind") == 1 and item.number("after_s") <= BEHIND_S
        return behind and bool(ACT & set(sources)) and bool(OUTCOME & set(sources))

    def words(self, item: Heard, sources: Sequence[str]) -> str:
        """Return what was found.

        Source
        ------
        own.
        """
        held = f"hold of {item.number('run_s'):.1f} s" if item.number("kind") else "no hold"
        flash = ", flash" if item.number("lead_flash_s") < 5 else ""
        return f"{held}{flash}; {super(ThreeWay, self).words(item, sources)}"
