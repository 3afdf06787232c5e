"""A listener that notes what it is given, and how much time each leg has had."""

from __future__ import annotations

from typing import Any

from securecall.integrations.audiosocket import AudioSocket
from securecall.integrations.carrier import Carrier
from securecall.integrations.media import Audio, Opened

__all__ = ["Noting", "carried", "frame_of", "framed", "opened_carrier", "paced"]


class Noting:
    """Notes pieces: ``(leg, audio)``, ``(leg, milliseconds of a gap)``, and signals."""

    def __init__(self, bytes_per_ms: int = 16) -> None:
        self.pieces: list[tuple[str, bytes | int]] = []
        self.signals: list[tuple[str, Any, float | None]] = []
        self.bytes_per_ms = bytes_per_ms

    def feed(self, frame: bytes, leg: str = "called") -> list[str]:
        self.pieces.append((leg, frame))
        return [f"heard {len(frame)}"]

    def feed_gap(self, duration_ms: int, leg: str = "called") -> None:
        assert type(duration_ms) is int
        assert 0 <= duration_ms <= 86_400_000
        if duration_ms:
            self.pieces.append((leg, duration_ms))

    def signal(self, kind: str, value: Any, at_ms: float | None, leg: str) -> tuple[str, ...]:
        self.signals.append((kind, value, at_ms))
        return (f"told {value}",)

    def of(self, leg: str) -> list[bytes | int]:
        return [piece for each, piece in self.pieces if each == leg]

    def gaps(self, leg: str = "called") -> list[int]:
        return [piece for piece in self.of(leg) if isinstance(piece, int)]

    def audio(self, leg: str = "called") -> bytes:
        return b"".join(piece for piece in self.of(leg) if isinstance(piece, bytes))

    def ms(self, leg: str = "called") -> float:
        return sum(self.gaps(leg)) + len(self.audio(leg)) / self.bytes_per_ms


def opened_carrier(*legs: str, **options: Any) -> tuple[Noting, Carrier]:
    noting = Noting()
    carrier = Carrier(noting, **options)
    carrier.take(Opened("c", legs or ("called",)), 0)
    return noting, carrier


def frame_of(number: int, ms: int = 20) -> bytes:
    """Return audio that can be told from any other."""
    return number.to_bytes(4, "little") * (4 * ms)


def paced(count: int, hole_before: int | None = None, hole_ms: float = 0) -> list[float]:
    """Return when frames of 20 ms come, with a hole before one of them."""
    late = [hole_ms if hole_before is not None and n >= hole_before else 0 for n in range(count)]
    return [20.0 * n + extra for n, extra in enumerate(late)]


def carried(instants: list[float], stamps: list[int] | None = None) -> tuple[Noting, Carrier]:
    """Carry frames of 20 ms that come at some instants."""
    noting, carrier = opened_carrier()
    for number, at_ms in enumerate(instants):
        stamp = None if stamps is None else stamps[number]
        carrier.take(Audio("called", frame_of(number), "s16le", 8000, stamp), at_ms)
    for event in AudioSocket().end():
        carrier.take(event, instants[-1] + 20)
    return noting, carrier


def framed(kind: int, payload: bytes = b"") -> bytes:
    """Return a frame of AudioSocket."""
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload
