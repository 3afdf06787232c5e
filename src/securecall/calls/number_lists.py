"""Number lists of a directory: approved, blocked, privileged, watched."""

from __future__ import annotations

from typing import Any, Final

from securecall.calls.dialled import dialled
from securecall.calls.list_desk import HOLDS, ListDesk, known_ms, span_of
from securecall.calls.number_rules import PRIVILEGES, NumberFacts
from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At, ms_of

__all__ = ["BLOCK_KINDS", "NumberLists"]

#: Who blocked a number, or which numbers.
BLOCK_KINDS: Final = ("customer", "facility", "prefix")


class NumberLists(ListDesk):
    """Which numbers are approved, blocked, privileged, watched."""

    __slots__ = ()

    def approve(
        self, person: str, number: str, *, at: At, by: str, until: At | None = None
    ) -> None:
        """Put a number on a person's list.

        Source
        ------
        own.
        """
        at_ms, until_ms = span_of(at, until)
        identifier(person, "person")
        with self.records.change():
            self.records.run(
                "INSERT INTO approved VALUES (?, ?, ?, ?)",
                person, _number(number), at_ms, until_ms,
            )  # fmt: skip
            self.records.note(
                at_ms, by, "approve", person=person, number=number, until_ms=known_ms(until_ms)
            )

    def disapprove(self, person: str, number: str, *, at: At, by: str) -> None:
        """Take a number off a person's list.

        Raises
        ------
        Unknown
            It is not on it.

        Source
        ------
        own.
        """
        self._ends(
            "approved", "disapprove", ms_of(at), by,
            person=identifier(person, "person"), number=_number(number),
        )  # fmt: skip

    def block(
        self, number: str, *, kind: str, at: At, by: str, why: str, until: At | None = None
    ) -> None:
        """Block a number, or all that begin so.

        Parameters
        ----------
        number : str
            E.164; for ``prefix`` a plus and one digit or more.
        kind : {"customer", "facility", "prefix"}
            Whether the called party asked for it, or the facility did.
        at, until : datetime or int
        by, why : str

        Raises
        ------
        InputError, InputTypeError
            An argument that cannot be.

        Source
        ------
        own.
        """
        at_ms, until_ms = span_of(at, until)
        _kind(kind)
        shape = _prefix(number) if kind == "prefix" else _number(number)
        with self.records.change():
            self.records.run(
                "INSERT INTO blocked VALUES (?, ?, ?, ?, ?)",
                kind, shape, at_ms, until_ms, word(why, "why"),
            )  # fmt: skip
            self.records.note(
                at_ms, by, "block", number=number, kind=kind, until_ms=known_ms(until_ms), why=why
            )

    def unblock(self, number: str, *, kind: str, at: At, by: str) -> None:
        """Lift a block.

        Raises
        ------
        Unknown
            There is no such block.

        Source
        ------
        own.
        """
        _kind(kind)
        shape = _prefix(number) if kind == "prefix" else _number(number)
        self._ends("blocked", "unblock", ms_of(at), by, kind=kind, number=shape)

    def privilege(
        self,
        number: str,
        *,
        kind: str,
        at: At,
        by: str,
        person: str | None = None,
        until: At | None = None,
    ) -> None:
        """Say that calls with a number are privileged: never monitored, never recorded.

        Parameters
        ----------
        number : str
        kind : {"attorney", "clergy", "consulate", "ombudsman", "physician"}
        at, until : datetime or int
        by : str
        person : str, optional
            For this person's calls only; None: for everybody's.

        Raises
        ------
        InputError, InputTypeError
            An argument that cannot be.

        Source
        ------
        own.
        """
        at_ms, until_ms = span_of(at, until)
        if kind not in PRIVILEGES:
            raise InputError(
                f"kind must be one of {', '.join(PRIVILEGES)}, not {kind!r}"
                + did_you_mean(kind, PRIVILEGES)
            )
        if person is not None:
            identifier(person, "person")
        with self.records.change():
            self.records.run(
                "INSERT INTO privileged VALUES (?, ?, ?, ?, ?)",
                kind, _number(number), person, at_ms, until_ms,
            )  # fmt: skip
            self.records.note(
                at_ms, by, "privilege", number=number, kind=kind, person=person,
                until_ms=known_ms(until_ms),
            )  # fmt: skip

    def unprivilege(self, number: str, *, at: At, by: str) -> None:
        """End every privilege of a number.

        Raises
        ------
        Unknown
            It has none.

        Source
        ------
        own.
        """
        self._ends("privileged", "unprivilege", ms_of(at), by, number=_number(number))

    def watch(self, number: str, *, at: At, by: str, why: str, until: At | None = None) -> None:
        """Have staff told when a number is called: a hot number.

        Source
        ------
        own.
        """
        at_ms, until_ms = span_of(at, until)
        with self.records.change():
            self.records.run(
                "INSERT INTO hot VALUES (?, ?, ?, ?)",
                _number(number), at_ms, until_ms, word(why, "why"),
            )  # fmt: skip
            self.records.note(
                at_ms, by, "watch", number=number, until_ms=known_ms(until_ms), why=why
            )

    def unwatch(self, number: str, *, at: At, by: str) -> None:
        """No longer watch a number.

        Raises
        ------
        Unknown
            It is not watched.

        Source
        ------
        own.
        """
        self._ends("hot", "unwatch", ms_of(at), by, number=_number(number))

    def facts(
        self,
        person: str,
        number: str,
        at_ms: int,
        *,
        list_required: bool = False,
        relay: bool = False,
    ) -> NumberFacts:
        """Return what is known of a number at an instant, for one person.

        Source
        ------
        own.
        """
        begins = [number[:length] for length in range(2, len(number) + 1)]
        marks = ", ".join("?" * len(begins)) or "NULL"
        blocks = self.records.rows(
            f"SELECT kind, number FROM blocked WHERE number IN ({marks}) AND {HOLDS}",
            *begins, at_ms, at_ms,
        )  # fmt: skip
        exact = {kind for kind, blocked in blocks if blocked == number and kind != "prefix"}
        prefixes = [blocked for kind, blocked in blocks if kind == "prefix"]
        approved = self.records.rows(
            f"SELECT 1 FROM approved WHERE person = ? AND number = ? AND {HOLDS} LIMIT 1",
            person, number, at_ms, at_ms,
        )  # fmt: skip
        privileged = self.records.rows(
            "SELECT kind FROM privileged WHERE number = ? AND (person IS NULL OR person = ?) "
            f"AND {HOLDS} ORDER BY rowid LIMIT 1",
            number, person, at_ms, at_ms,
        )  # fmt: skip
        hot = self.records.rows(
            f"SELECT why FROM hot WHERE number = ? AND {HOLDS} ORDER BY rowid LIMIT 1",
            number, at_ms, at_ms,
        )  # fmt: skip
        return NumberFacts(
            number,
            customer="customer" in exact,
            facility="facility" in exact,
            prefix=max(prefixes, key=len, default=""),
            approved=bool(approved),
            list_required=list_required,
            privileged=privileged[0][0] if privileged else "",
            relay=relay,
            hot=hot[0][0] if hot else "",
        )


def _kind(kind: str) -> None:
    if kind not in BLOCK_KINDS:
        raise InputError(
            f"kind must be one of {', '.join(BLOCK_KINDS)}, not {kind!r}"
            + did_you_mean(kind, BLOCK_KINDS)
        )


def _number(number: Any) -> str:
    if not isinstance(number, str):
        raise InputTypeError(f"number must be text, not {type(number).__name__}")
    if dialled(number) not in ("ordinary", "toll_free"):
        raise InputError(f"number must be an E.164 number that people have, not {number!r}")
    return number


def _prefix(prefix: Any) -> str:
    if not isinstance(prefix, str):
        raise InputTypeError(f"a prefix must be text, not {type(prefix).__name__}")
    if prefix[:1] != "+" or not prefix[1:].isascii() or not prefix[1:].isdigit():
        raise InputError(f"a prefix must be a plus and digits, such as '+1900', not {prefix!r}")
    if len(prefix) > 16:
        raise InputError(f"a prefix has at most 15 digits, not {prefix!r}")
    return prefix
