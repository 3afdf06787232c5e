"""Fraud seen over call records, not over audio: who calls too fast, too often, too cleverly.

What is here needs numba (``pip install securecall[patterns]``) and is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from securecall.fraud.patterns.busy_number import BusyNumber
    from securecall.fraud.patterns.chain import Chain
    from securecall.fraud.patterns.finding import Finding
    from securecall.fraud.patterns.forwarding import Forwarding
    from securecall.fraud.patterns.hot_number import HotNumber
    from securecall.fraud.patterns.hours import Hours
    from securecall.fraud.patterns.invalid_pin import InvalidPin
    from securecall.fraud.patterns.jobs import ScanJob, join_scans, scan_jobs
    from securecall.fraud.patterns.scanning import Scan, Scanner, scan
    from securecall.fraud.patterns.schedule import Schedule
    from securecall.fraud.patterns.sequence import Sequence
    from securecall.fraud.patterns.shared_number import SharedNumber
    from securecall.fraud.patterns.shared_pin import SharedPin
    from securecall.fraud.patterns.short_burst import ShortBurst
    from securecall.fraud.patterns.suspended import Suspended
    from securecall.fraud.patterns.velocity import Velocity

__all__ = [
    "BusyNumber",
    "Chain",
    "Finding",
    "Forwarding",
    "HotNumber",
    "Hours",
    "InvalidPin",
    "Scan",
    "ScanJob",
    "Scanner",
    "Schedule",
    "Sequence",
    "SharedNumber",
    "SharedPin",
    "ShortBurst",
    "Suspended",
    "Velocity",
    "join_scans",
    "scan",
    "scan_jobs",
]

_ROOMS: Final = {
    "BusyNumber": "busy_number",
    "Chain": "chain",
    "Finding": "finding",
    "Forwarding": "forwarding",
    "HotNumber": "hot_number",
    "Hours": "hours",
    "InvalidPin": "invalid_pin",
    "Scan": "scanning",
    "ScanJob": "jobs",
    "Scanner": "scanning",
    "Schedule": "schedule",
    "Sequence": "sequence",
    "SharedNumber": "shared_number",
    "SharedPin": "shared_pin",
    "ShortBurst": "short_burst",
    "Suspended": "suspended",
    "Velocity": "velocity",
    "join_scans": "jobs",
    "scan": "scanning",
    "scan_jobs": "jobs",
}


def __getattr__(name: str) -> Any:
    """Load a name when it is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
