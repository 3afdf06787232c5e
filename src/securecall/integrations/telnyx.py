"""Telnyx media streaming: as Twilio's with other names, more codecs, and in no certain order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from securecall.integrations.json_message import whole_of
from securecall.integrations.media import Audio, MediaEvent
from securecall.integrations.media_stream import MediaStream, Names
from securecall.integrations.reordering import Reordering

__all__ = ["TelnyxStream"]


class TelnyxStream(MediaStream):
    """Reads the messages of a Telnyx media stream, and puts its chunks in order.

    G.711 is heard. Telnyx sends L16, too, but its pages do not say in which order its bytes are,
    so it is refused and not guessed.

    Parameters
    ----------
    tracks : mapping of str to str, optional
        As for `MediaStream`.

    Source
    ------
    developers.telnyx.com, Stream call media over WebSocket (2026): "Media frame order is not
    guaranteed".
    """

    wire: ClassVar[str] = "Telnyx"
    stream_id: ClassVar[str] = "stream_id"
    call_id: ClassVar[str] = "call_control_id"
    media_format: ClassVar[str] = "media_format"
    sample_rate: ClassVar[str] = "sample_rate"
    encodings: ClassVar[Names] = {"PCMU": "mulaw", "PCMA": "alaw"}

    def __init__(self, tracks: Mapping[str, str] | None = None) -> None:
        super().__init__(tracks)
        self._waiting: dict[str, Reordering[Audio]] = {}

    def _ordered(self, audio: Audio, part: dict[str, Any]) -> list[MediaEvent]:
        # Chunks are counted from 1 on each track: the first to come need not be the first.
        waiting = self._waiting.setdefault(audio.leg, Reordering(first=1))
        return [*waiting.push(whole_of(self.wire, part, "chunk"), audio)]

    def _rest(self) -> list[MediaEvent]:
        return [audio for waiting in self._waiting.values() for audio in waiting.flush()]
