"""May this call go on: the gate, the live call, and what both keep."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision, Limits
    from securecall.calls.directory import Directory
    from securecall.calls.facility import Courtesy, Facility
    from securecall.calls.gate import Gate
    from securecall.calls.identity import Identity
    from securecall.calls.lidb import Billability, BillingAnswer, SqliteLidb
    from securecall.calls.lidb_cache import LidbCache
    from securecall.calls.number_review import NumberReviews
    from securecall.calls.orders import Order, Orders
    from securecall.calls.privileged import PrivilegedSession
    from securecall.calls.reasons import Reason
    from securecall.calls.schedule import Schedule
    from securecall.calls.session import Session
    from securecall.calls.terminal import Terminal, Terminals
    from securecall.calls.voice import VoiceAnswer, VoiceVerifier

__all__ = [
    "Billability",
    "BillingAnswer",
    "CallAttempt",
    "Courtesy",
    "Decision",
    "Directory",
    "Facility",
    "Gate",
    "Identity",
    "LidbCache",
    "Limits",
    "NumberReviews",
    "Order",
    "Orders",
    "PrivilegedSession",
    "Reason",
    "Schedule",
    "Session",
    "SqliteLidb",
    "Terminal",
    "Terminals",
    "VoiceAnswer",
    "VoiceVerifier",
]

# Where each name lives: a host that only asks the gate loads no monitor.
_HOMES = {
    "Billability": "lidb",
    "BillingAnswer": "lidb",
    "CallAttempt": "attempt",
    "Courtesy": "facility",
    "Decision": "decision",
    "Directory": "directory",
    "Facility": "facility",
    "Gate": "gate",
    "Identity": "identity",
    "LidbCache": "lidb_cache",
    "Limits": "decision",
    "NumberReviews": "number_review",
    "Order": "orders",
    "Orders": "orders",
    "PrivilegedSession": "privileged",
    "Reason": "reasons",
    "Schedule": "schedule",
    "Session": "session",
    "SqliteLidb": "lidb",
    "Terminal": "terminal",
    "Terminals": "terminal",
    "VoiceAnswer": "voice",
    "VoiceVerifier": "voice",
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
