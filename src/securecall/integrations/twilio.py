"""Twilio Media Streams, and SignalWire's, which are the same."""

from __future__ import annotations

from typing import ClassVar

from securecall.integrations.media_stream import MediaStream

__all__ = ["TwilioStream"]


class TwilioStream(MediaStream):
    """Reads the messages of a Twilio Media Stream; its numbers are strings.

    Parameters
    ----------
    tracks : mapping of str to str, optional
        As for `MediaStream`.

    Source
    ------
    twilio.com, Media Streams, WebSocket messages (2026).

    Examples
    --------
    >>> from securecall.integrations.twilio import TwilioStream
    >>> TwilioStream().message('{"event": "connected", "protocol": "Call", "version": "1.0.0"}')
    []
    """

    wire: ClassVar[str] = "Twilio"
