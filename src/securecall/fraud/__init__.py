"""What is happening on the line: tones, digits, and whatever else ends calls."""

from securecall.fraud.detector import ToneDetector
from securecall.fraud.event import Event

__all__ = ["Event", "ToneDetector"]
