"""May this call go on: the gate, the live call, and what both keep."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision, Limits
    from securecall.calls.directory import Directory
    from securecall.calls.facility import Facility
    from securecall.calls.gate import Gate
    from securecall.calls.privileged import PrivilegedSession
    from securecall.calls.reasons import Reason
    from securecall.calls.session import Session

__all__ = [
    "CallAttempt",
    "Decision",
    "Directory",
    "Facility",
    "Gate",
    "Limits",
    "PrivilegedSession",
    "Reason",
    "Session",
]

# Where each name lives: a host that only asks the gate loads no monitor.
_HOMES = {
    "CallAttempt": "attempt",
    "Decision": "decision",
    "Directory": "directory",
    "Facility": "facility",
    "Gate": "gate",
    "Limits": "decision",
    "PrivilegedSession": "privileged",
    "Reason": "reasons",
    "Session": "session",
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
