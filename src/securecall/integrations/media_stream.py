"""Media streams in JSON, as Twilio has them and others took over: what is the same in all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from securecall.errors import InputError, InputTypeError, WireError, did_you_mean
from securecall.integrations.json_message import (
    audio_of,
    message_of,
    part_of,
    shown,
    told_of,
    whole_of,
    word_of,
)
from securecall.integrations.media import UNITS_PER_MS, Audio, Closed, MediaEvent, Opened, Signal

__all__ = ["MediaStream"]

TRACKS: Final = {"inbound": "called", "outbound": "calling"}
"""Legs by track, of a stream that was asked for on the leg of the called family."""

Names = Mapping[str, str]


class MediaStream:
    """Reads the messages of one stream; which names they have says the class below it.

    Parameters
    ----------
    tracks : mapping of str to str, optional
        Which leg each track is; ``{"inbound": "called", "outbound": "calling"}`` unless told
        otherwise, as for a stream of the leg to the family. Tracks that are not in it are nothing.

    Raises
    ------
    InputError, InputTypeError
        There is no such track.

    Source
    ------
    twilio.com, Media Streams, WebSocket messages (2026).
    """

    wire: ClassVar[str] = "media stream"
    stream_id: ClassVar[str] = "streamSid"
    call_id: ClassVar[str] = "callSid"
    media_format: ClassVar[str] = "mediaFormat"
    sample_rate: ClassVar[str] = "sampleRate"
    encodings: ClassVar[Names] = {"audio/x-mulaw": "mulaw"}

    def __init__(self, tracks: Mapping[str, str] | None = None) -> None:
        given = TRACKS if tracks is None else tracks
        if not isinstance(given, Mapping):
            raise InputTypeError(f"tracks must map tracks to legs, not {given!r}")
        for track in given:
            if track not in TRACKS:
                raise InputError(
                    f"a track is inbound or outbound, not {track!r}" + did_you_mean(track, TRACKS)
                )
        self._tracks = dict(given)
        self._stream: str | None = None
        self._encoding, self._over = "", False
        self._rate_hz = 8000

    def message(self, data: str | bytes) -> list[MediaEvent]:
        """Return what one message says.

        Parameters
        ----------
        data : str or bytes
            Text, for there are no others.

        Raises
        ------
        WireError
            It is none of this stream, is beyond limits, or its audio is of a form that is not
            heard.

        Source
        ------
        As the class.
        """
        if not isinstance(data, str):
            raise WireError(self.wire, "a message is text, not binary")
        told = message_of(self.wire, data)
        event = told.get("event")
        if self._over:
            return []
        if event == "start":
            return self._start(told)
        if event == "stop":
            return self._end("hangup")
        if event not in ("media", "dtmf"):
            return []  # connected, mark, and what later versions say
        if self._stream is None:
            raise WireError(self.wire, f"{event!r} came before 'start'")
        if word_of(self.wire, told, self.stream_id, self._stream) != self._stream:
            raise WireError(self.wire, "a message of another stream")
        part = part_of(self.wire, told, event)
        if event == "media":
            return self._media(told, part)
        track = word_of(self.wire, part, "track", "inbound").removesuffix("_track")
        leg = self._tracks.get(track)
        return [] if leg is None else [Signal("dtmf", word_of(self.wire, part, "digit"), leg)]

    def end(self) -> list[MediaEvent]:
        """Return what the end of the connection says.

        Source
        ------
        As the class.
        """
        return [] if self._over else self._end("closed")

    def _end(self, reason: str) -> list[MediaEvent]:
        self._over = True
        return [*self._rest(), Closed(reason)]

    def _start(self, told: dict[str, Any]) -> list[MediaEvent]:
        if self._stream is not None:
            raise WireError(self.wire, "'start' came twice")
        start = part_of(self.wire, told, "start")
        form = part_of(self.wire, start, self.media_format)
        named = word_of(self.wire, form, "encoding")
        if named not in self.encodings or whole_of(self.wire, form, "channels") != 1:
            raise WireError(
                self.wire,
                f"{shown(named)} is not heard; ask for {' or '.join(self.encodings)}, mono",
            )
        self._encoding = self.encodings[named]
        self._rate_hz = whole_of(self.wire, form, self.sample_rate)
        self._stream = word_of(self.wire, told, self.stream_id)
        legs = tuple(dict.fromkeys(self._legs(start)))
        return [Opened(word_of(self.wire, start, self.call_id, ""), legs, told_of(start))]

    def _legs(self, start: dict[str, Any]) -> list[str]:
        """Return which legs will come; all that there may be if the start does not say."""
        named = start.get("tracks")
        if not isinstance(named, list) or not named:
            return list(self._tracks.values())
        return [self._tracks[track] for track in self._tracks if track in named]

    def _media(self, told: dict[str, Any], part: dict[str, Any]) -> list[MediaEvent]:
        track = word_of(self.wire, part, "track", "inbound").removesuffix("_track")
        leg = self._tracks.get(track)
        if leg is None:
            return []
        stamp = whole_of(self.wire, part, "timestamp") * UNITS_PER_MS
        payload = audio_of(self.wire, part, "payload")
        return self._ordered(Audio(leg, payload, self._encoding, self._rate_hz, stamp), part)

    def _ordered(self, audio: Audio, part: dict[str, Any]) -> list[MediaEvent]:
        return [audio]

    def _rest(self) -> list[MediaEvent]:
        return []
