"""May this call go on: the gate, the live call, and what both keep."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision, Limits
    from securecall.calls.directory import Directory
    from securecall.calls.dropped import DroppedCall
    from securecall.calls.ending import ENDINGS
    from securecall.calls.facility import Courtesy, Facility
    from securecall.calls.family import Families
    from securecall.calls.gate import Gate
    from securecall.calls.identity import Identity
    from securecall.calls.lidb import Billability, BillingAnswer, SqliteLidb
    from securecall.calls.lidb_cache import LidbCache
    from securecall.calls.live import LiveCall
    from securecall.calls.notices import Notices
    from securecall.calls.number_review import NumberReviews
    from securecall.calls.orders import Order, Orders
    from securecall.calls.posting import post_month
    from securecall.calls.privileged import PrivilegedSession
    from securecall.calls.profile import Profiles
    from securecall.calls.prompts import Prompts
    from securecall.calls.reasons import Reason
    from securecall.calls.record import CallRecord
    from securecall.calls.record_table import records_table
    from securecall.calls.recovery import recover_calls, resume_call
    from securecall.calls.replay import replay_call
    from securecall.calls.schedule import Schedule
    from securecall.calls.session import Session
    from securecall.calls.sessions import Sessions
    from securecall.calls.terminal import Terminal, Terminals
    from securecall.calls.terms import Terms
    from securecall.calls.voice import VoiceAnswer, VoiceVerifier
    from securecall.calls.voice_prints import VoicePrints

__all__ = [
    "ENDINGS",
    "Billability",
    "BillingAnswer",
    "CallAttempt",
    "CallRecord",
    "Courtesy",
    "Decision",
    "Directory",
    "DroppedCall",
    "Facility",
    "Families",
    "Gate",
    "Identity",
    "LidbCache",
    "Limits",
    "LiveCall",
    "Notices",
    "NumberReviews",
    "Order",
    "Orders",
    "PrivilegedSession",
    "Profiles",
    "Prompts",
    "Reason",
    "Schedule",
    "Session",
    "Sessions",
    "SqliteLidb",
    "Terminal",
    "Terminals",
    "Terms",
    "VoiceAnswer",
    "VoicePrints",
    "VoiceVerifier",
    "post_month",
    "records_table",
    "recover_calls",
    "replay_call",
    "resume_call",
]

# Where each name lives: a host that only asks the gate loads no monitor.
_HOMES = {
    "Billability": "lidb",
    "BillingAnswer": "lidb",
    "CallAttempt": "attempt",
    "CallRecord": "record",
    "Courtesy": "facility",
    "Decision": "decision",
    "Directory": "directory",
    "DroppedCall": "dropped",
    "ENDINGS": "ending",
    "Facility": "facility",
    "Families": "family",
    "Gate": "gate",
    "Identity": "identity",
    "LidbCache": "lidb_cache",
    "Limits": "decision",
    "LiveCall": "live",
    "Notices": "notices",
    "NumberReviews": "number_review",
    "Order": "orders",
    "Orders": "orders",
    "PrivilegedSession": "privileged",
    "Profiles": "profile",
    "Prompts": "prompts",
    "Reason": "reasons",
    "Schedule": "schedule",
    "Session": "session",
    "Sessions": "sessions",
    "SqliteLidb": "lidb",
    "Terminal": "terminal",
    "Terminals": "terminal",
    "Terms": "terms",
    "VoiceAnswer": "voice",
    "VoicePrints": "voice_prints",
    "VoiceVerifier": "voice",
    "post_month": "posting",
    "records_table": "record_table",
    "recover_calls": "recovery",
    "replay_call": "replay",
    "resume_call": "recovery",
}


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module 'securecall.calls' has no attribute {name!r}")
    value = getattr(import_module(f"securecall.calls.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
