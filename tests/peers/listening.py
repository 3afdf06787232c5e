"""What a host hears while a call lasts: the relay's file as it grows, carried to a session."""

from __future__ import annotations

from pathlib import Path

from tests.peers.packets import Recording

from securecall.calls import Session
from securecall.calls.actions import Action
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import Closed, Opened, Signal
from securecall.integrations.rtp_stream import RtpStream

__all__ = ["Listening"]


class Listening:
    """Carries one call's packets to its session.

    Before acceptance only digits count. The carrier begins at acceptance, so that its time is the
    monitor's.
    """

    def __init__(self, recordings: Path, sip_call_id: str, session: Session) -> None:
        self.recording = Recording(recordings, sip_call_id)
        self.session = session
        self.streams = {leg: RtpStream(leg) for leg in ("called", "calling")}
        self.carrier: Carrier | None = None

    def hear(self) -> list[Action]:
        """Carry what has come since the last time; return what the session wants done."""
        session, found = self.session, []
        for came_ms, leg, _, data in self.recording.new():
            for event in self.streams[leg].datagram(data):
                if session.accepted_ms is None:
                    if isinstance(event, Signal):
                        found += session.signal(event.name, event.value, None, event.leg)
                        found += session.tick(int(came_ms))
                    continue
                found += self._carrier().take(event, came_ms - session.accepted_ms)
        return found

    def _carrier(self) -> Carrier:
        if self.carrier is None:
            self.carrier = Carrier(self.session)
            self.carrier.take(Opened("", tuple(self.streams)), 0.0)
        return self.carrier

    def end(self, at_ms: float) -> list[Action]:
        """Carry the rest."""
        found = self.hear()
        if self.carrier is not None and self.session.accepted_ms is not None:
            last = at_ms - self.session.accepted_ms
            for stream in self.streams.values():
                for event in stream.end():
                    found += self.carrier.take(event, last)
            found += self.carrier.take(Closed("closed"), last)
        self.recording.close()
        return found
