"""What is happening on the line: tones, digits, and whatever else ends calls."""

from securecall.fraud.bank import ToneBank
from securecall.fraud.detector import ToneDetector
from securecall.fraud.dsp import DtmfLimits
from securecall.fraud.event import Event
from securecall.fraud.speech import Activity, SpeechDetector

__all__ = ["Activity", "DtmfLimits", "Event", "SpeechDetector", "ToneBank", "ToneDetector"]
