"""People of a directory: who is enrolled, who is suspended."""

from __future__ import annotations

from dataclasses import dataclass

from securecall.calls.list_desk import FOREVER_MS, HOLDS, ListDesk, known_ms, span_of
from securecall.errors import InputError
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At, ms_of

__all__ = ["People", "PersonState"]


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person at an instant.

    Attributes
    ----------
    enrolled : bool
    suspended : bool
    suspended_until_ms : int or None
        None: until somebody lifts it, or not suspended.
    max_call_ms : int or None
        The longest that this person's calls may last, where it is not the facility's.

    Source
    ------
    own; docs/calls.md.
    """

    enrolled: bool
    suspended: bool
    suspended_until_ms: int | None
    max_call_ms: int | None


class People(ListDesk):
    """Who is enrolled, who is suspended."""

    __slots__ = ()

    def enrol(self, person: str, *, at: At, by: str, max_call_ms: int | None = None) -> None:
        """Let a person call from an instant on.

        Parameters
        ----------
        person : str
        at : datetime or int
        by : str
            Who says so.
        max_call_ms : int, optional
            The longest that this person's calls may last.

        Raises
        ------
        InputError, InputTypeError
            The person is enrolled, or an argument cannot be.

        Source
        ------
        own.
        """
        identifier(person, "person")
        at_ms = ms_of(at)
        if max_call_ms is not None and (type(max_call_ms) is not int or max_call_ms < 1):
            raise InputError(f"max_call_ms must be 1 or more, not {max_call_ms!r}")
        with self.records.change():
            if self.person(person, at_ms).enrolled:
                raise InputError(f"person {person!r} is enrolled already")
            self.records.run(
                "INSERT INTO persons VALUES (?, ?, ?, ?)", person, at_ms, FOREVER_MS, max_call_ms
            )
            self.records.note(at_ms, by, "enrol", person=person, max_call_ms=max_call_ms)

    def leave(self, person: str, *, at: At, by: str) -> None:
        """Note that a person has left: released or transferred.

        Raises
        ------
        Unknown
            The person is not enrolled.

        Source
        ------
        own.
        """
        at_ms = ms_of(at)
        self._ends("persons", "leave", at_ms, by, person=identifier(person, "person"))

    def suspend(self, person: str, *, at: At, by: str, why: str, until: At | None = None) -> None:
        """Take a person's calls away for a time, or until `reinstate`.

        Source
        ------
        own.
        """
        at_ms, until_ms = span_of(at, until)
        identifier(person, "person")
        with self.records.change():
            self.records.run(
                "INSERT INTO suspensions VALUES (?, ?, ?, ?)",
                person, at_ms, until_ms, word(why, "why"),
            )  # fmt: skip
            self.records.note(
                at_ms, by, "suspend", person=person, until_ms=known_ms(until_ms), why=why
            )

    def reinstate(self, person: str, *, at: At, by: str) -> None:
        """Give a suspended person's calls back.

        Raises
        ------
        Unknown
            The person is not suspended.

        Source
        ------
        own.
        """
        self._ends("suspensions", "reinstate", ms_of(at), by, person=identifier(person, "person"))

    def person(self, person: str, at_ms: int) -> PersonState:
        """Return a person at an instant.

        Source
        ------
        own.
        """
        enrolled = self.records.rows(
            f"SELECT max_call_ms FROM persons WHERE person = ? AND {HOLDS}", person, at_ms, at_ms
        )
        ends = self.records.rows(
            f"SELECT max(until_ms) FROM suspensions WHERE person = ? AND {HOLDS}",
            person, at_ms, at_ms,
        )[0][0]  # fmt: skip
        return PersonState(
            bool(enrolled), ends is not None, None if ends is None else known_ms(ends),
            enrolled[0][0] if enrolled else None,
        )  # fmt: skip
