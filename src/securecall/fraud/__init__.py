"""What is happening on the line: tones, digits, and whatever else ends calls."""

from securecall.fraud import detectors
from securecall.fraud.bank import ToneBank
from securecall.fraud.call_policy import CallPolicy, Decision
from securecall.fraud.detector import ToneDetector
from securecall.fraud.dsp import DtmfLimits
from securecall.fraud.event import Event
from securecall.fraud.monitor import CallMonitor
from securecall.fraud.monitor_bank import MonitorBank
from securecall.fraud.policy import Policy, Rule, named_policy, policy_names
from securecall.fraud.policy_files import read_policy
from securecall.fraud.refund_case import RefundCase
from securecall.fraud.review_queue import ReviewItem, read_reviews, review, write_reviews
from securecall.fraud.speech import Activity, SpeechDetector

__all__ = [
    "Activity",
    "CallMonitor",
    "CallPolicy",
    "Decision",
    "DtmfLimits",
    "Event",
    "MonitorBank",
    "Policy",
    "RefundCase",
    "ReviewItem",
    "Rule",
    "SpeechDetector",
    "ToneBank",
    "ToneDetector",
    "detectors",
    "named_policy",
    "policy_names",
    "read_policy",
    "read_reviews",
    "review",
    "write_reviews",
]
