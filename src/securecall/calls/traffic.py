"""Traffic: which calls are going on, by person, number, terminal and account."""

from __future__ import annotations

from collections import Counter
from typing import Final

from securecall.calls.attempt import CallAttempt
from securecall.calls.facility import Facility
from securecall.calls.reasons import Reason, reason

__all__ = ["Traffic"]

_PLACES: Final = ("person", "number", "terminal")


class Traffic:
    """Which calls are going on."""

    __slots__ = ("_counts", "_keys")

    def __init__(self) -> None:
        self._keys: dict[str, tuple[tuple[str, str], ...]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        """Return how many calls are going on."""
        return len(self._keys)

    def __contains__(self, call_id: object) -> bool:
        """Return whether a call is going on."""
        return call_id in self._keys

    def add(self, call_id: str, person: str, number: str, terminal: str,
            accounts: tuple[str, ...]) -> None:  # fmt: skip
        """Count a call."""
        assert call_id not in self._keys, "a call is counted once"
        keys = (
            *zip(_PLACES, (person, number, terminal), strict=True),
            *(("account", each) for each in accounts),
        )
        self._keys[call_id] = keys
        self._counts.update(keys)

    def remove(self, call_id: str) -> None:
        """Count a call no longer; one that is not counted is left alone."""
        for key in self._keys.pop(call_id, ()):
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]

    def count(self, what: str, key: str) -> int:
        """Return how many calls a person, number, terminal or account has."""
        return self._counts.get((what, key), 0)

    def is_full(self, facility: Facility) -> bool:
        """Return whether every line of a facility is in use."""
        return facility.calls_max is not None and len(self._keys) >= facility.calls_max

    def reasons(self, facility: Facility, attempt: CallAttempt) -> list[Reason]:
        """Return what the calls that are going on say against another one."""
        found = []
        if _reached(facility.calls_per_person, self.count("person", attempt.person)):
            found.append(reason("person_busy"))
        if _reached(facility.calls_per_number, self.count("number", attempt.number)):
            found.append(reason("number_busy"))
        for account in attempt.accounts:
            if _reached(facility.calls_per_account, self.count("account", account)):
                found.append(reason("account_busy", detail=account))
        return found


def _reached(limit: int | None, count: int) -> bool:
    return limit is not None and count >= limit
