"""Billability: may calls be billed to the line called? Asked of a line information database.

A LIDB (line information database) says of a line whether it takes collect calls and the like. It
belongs to somebody else, costs money by the question, and sometimes says nothing: a gate that hears
nothing lets no call through on the strength of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from securecall.calls.dialled import dialled
from securecall.calls.list_desk import FOREVER_MS
from securecall.calls.records_file import KeepsRecords, RecordsFile
from securecall.errors import InputError, did_you_mean
from securecall.ledger.identifier import word
from securecall.ledger.instant import At, ms_of

__all__ = ["BILLING_STATUSES", "LINE_TYPES", "Billability", "BillingAnswer", "SqliteLidb"]

#: What can be said of a line.
BILLING_STATUSES: Final = ("billable", "denied", "unknown")
#: What kind of line it is, where that is known.
LINE_TYPES: Final = ("landline", "mobile", "voip", "payphone", "other", "")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS lines (
    number TEXT NOT NULL, status TEXT NOT NULL, line_type TEXT NOT NULL, why TEXT NOT NULL,
    since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS lines_by_number ON lines (number);
"""


@dataclass(frozen=True, slots=True)
class BillingAnswer:
    """What a billing directory says of a line.

    Attributes
    ----------
    status : {"billable", "denied", "unknown"}
    why : str
        For whoever reads a refusal: ``no collect calls by the subscriber's wish``, say.
    line_type : {"landline", "mobile", "voip", "payphone", "other", ""}

    Raises
    ------
    InputError
        An unknown status or type of line.

    Source
    ------
    own; docs/calls.md.
    """

    status: str
    why: str = ""
    line_type: str = ""

    def __post_init__(self) -> None:
        for name, allowed in (("status", BILLING_STATUSES), ("line_type", LINE_TYPES)):
            value = getattr(self, name)
            if value not in allowed:
                raise InputError(
                    f"{name} must be one of {', '.join(filter(None, allowed))}, not {value!r}"
                    + did_you_mean(value, allowed)
                )


@runtime_checkable
class Billability(Protocol):
    """A billing directory, as a gate asks it.

    Source
    ------
    own; docs/calls.md.
    """

    def ask(
        self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int
    ) -> BillingAnswer | None:
        """Say whether a line may be billed; None: nothing was heard within the time.

        An adapter that waits for a network must give up after ``timeout_ms``. `TimeoutError` and
        `OSError` count as silence too; what else it raises refuses the call as well.

        Parameters
        ----------
        number : str
            E.164.
        bill_type : str
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own; docs/calls.md.
        """


class SqliteLidb(KeepsRecords):
    """A billing directory of one's own, in an SQLite file.

    Parameters
    ----------
    path : str or Path
        ``:memory:`` keeps nothing.

    Raises
    ------
    StoreError
        The file cannot be opened, or is one of something else.
    InputTypeError
        ``path`` is no path.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> lidb = SqliteLidb()
    >>> lidb.put("+17135550123", "denied", at=1_000, by="feed", why="no collect calls")
    >>> lidb.ask("+17135550123", bill_type="collect", at_ms=1_000, timeout_ms=2_000).status
    'denied'
    >>> lidb.ask("+17135550124", bill_type="collect", at_ms=1_000, timeout_ms=2_000).status
    'unknown'
    """

    __slots__ = ()

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.records = RecordsFile(path, "scLi", _SCHEMA)

    def put(
        self, number: str, status: str, *, at: At, by: str, why: str = "", line_type: str = ""
    ) -> None:
        """Say what holds of a line from an instant on, in place of what was said before.

        Parameters
        ----------
        number : str
            E.164.
        status : str
            One of `BILLING_STATUSES`.
        at : datetime or int
        by : str
            Who does it.
        why : str
        line_type : str
            One of `LINE_TYPES`.

        Raises
        ------
        InputError
            The number, the status or the type of line is none.

        Source
        ------
        own.
        """
        answer, at_ms = BillingAnswer(status, why, line_type), ms_of(at)
        if dialled(number) not in ("ordinary", "toll_free"):
            raise InputError(f"number must be an E.164 number that people have, not {number!r}")
        if why:
            word(why, "why")
        with self.records.change():
            self.records.run(
                "UPDATE lines SET until_ms = max(since_ms, ?) WHERE number = ? AND until_ms > ?",
                at_ms, number, at_ms,
            )  # fmt: skip
            self.records.run(
                "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)",
                number, answer.status, answer.line_type, answer.why, at_ms, FOREVER_MS,
            )  # fmt: skip
            self.records.note(at_ms, by, "line", number=number, status=status, why=why)

    def ask(
        self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int
    ) -> BillingAnswer | None:
        """Say whether a line may be billed; it is here, so that no time is needed.

        Parameters
        ----------
        number : str
            E.164.
        bill_type : str
        at_ms : int
            UTC epoch milliseconds.
        timeout_ms : int
            How long to wait.

        Source
        ------
        own; docs/calls.md.
        """
        del bill_type, timeout_ms  # of a line that is known the same holds for all of them
        rows = self.records.rows(
            "SELECT status, why, line_type FROM lines WHERE number = ? "
            "AND since_ms <= ? AND ? < until_ms",
            number, at_ms, at_ms,
        )  # fmt: skip
        return BillingAnswer(*rows[0]) if rows else BillingAnswer("unknown")
