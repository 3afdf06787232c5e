"""Placed calls of a directory: for limits by the hour, courtesy calls, and ids used once."""

from __future__ import annotations

from securecall.calls.list_desk import ListDesk

__all__ = ["PlacedCalls"]


class PlacedCalls(ListDesk):
    """Which calls were placed: who, whom, when."""

    __slots__ = ()

    def note_placed(self, call_id: str, person: str, number: str, at_ms: int, *,
                    courtesy: bool) -> None:  # fmt: skip
        """Keep that a call was placed."""
        with self.records.change():
            self.records.run(
                "INSERT OR REPLACE INTO placed VALUES (?, ?, ?, ?, ?)",
                call_id, person, number, at_ms, int(courtesy),
            )  # fmt: skip

    def was_placed(self, call_id: str) -> bool:
        """Return whether a call of an id was placed."""
        return bool(self.records.rows("SELECT 1 FROM placed WHERE call_id = ?", call_id))

    def forget_placed(self, call_id: str) -> None:
        """Forget a call that could not begin."""
        with self.records.change():
            self.records.run("DELETE FROM placed WHERE call_id = ?", call_id)

    def forget_courtesy(self, call_id: str) -> None:
        """Give a courtesy call back that nobody accepted."""
        with self.records.change():
            self.records.run("UPDATE placed SET courtesy = 0 WHERE call_id = ?", call_id)

    def placed_since(self, person: str, after_ms: int, until_ms: int) -> tuple[int, ...]:
        """Return when a person placed calls, after an instant and up to another, oldest first."""
        rows = self.records.rows(
            "SELECT at_ms FROM placed WHERE person = ? AND at_ms > ? AND at_ms <= ? ORDER BY at_ms",
            person, after_ms, until_ms,
        )  # fmt: skip
        return tuple(at_ms for (at_ms,) in rows)

    def courtesy_since(self, number: str, after_ms: int) -> int:
        """Return how many courtesy calls went to a number after an instant."""
        return int(
            self.records.rows(
                "SELECT count(*) FROM placed WHERE number = ? AND courtesy = 1 AND at_ms > ?",
                number, after_ms,
            )[0][0]
        )  # fmt: skip
