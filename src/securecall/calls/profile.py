"""Profiles: who in a family may fund calls, and which numbers are truly theirs.

A profile is of one facility and has one account. A number is its own once whoever answers there has
read a token back that was sent there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from securecall.calls.records_file import LogLine, RecordsFile
from securecall.calls.token_hash import matches, new_token, token_hash
from securecall.errors import InputError, Unknown
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At, instant, ms_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = ["ANSWERS", "Challenge", "Profile", "Profiles"]

LIVES_MS: Final = 10 * 60_000
TRIES: Final = 5
#: For a number: more is somebody who lets a stranger's telephone ring.
TOKENS_AN_HOUR: Final = 3
HOUR_MS: Final = 3_600_000
NUMBERS_MAX: Final = 20
ANSWERS: Final = ("ok", "wrong_token", "expired", "locked", "no_token", "verified")
"""What `Profiles.verify` can answer. Source: own."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS profile (
    id TEXT PRIMARY KEY, facility TEXT NOT NULL, account TEXT NOT NULL UNIQUE,
    opened_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS number (
    profile TEXT NOT NULL, number TEXT NOT NULL, verified_ms INTEGER, left_ms INTEGER,
    PRIMARY KEY (profile, number)) STRICT;
CREATE INDEX IF NOT EXISTS number_of ON number (number);
CREATE TABLE IF NOT EXISTS token (
    profile TEXT NOT NULL, number TEXT NOT NULL, hash TEXT NOT NULL, at_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL, tries INTEGER NOT NULL, used INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS token_of ON token (profile, number, at_ms);
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who may fund calls to which numbers.

    Attributes
    ----------
    id, facility, account : str
    numbers : tuple of str
        Those that were verified, in the order in which they came.
    waiting : tuple of str
        Those that were named and not verified.
    opened_at : datetime

    Source
    ------
    own; docs/calls.md.
    """

    id: str
    facility: str
    account: str
    numbers: tuple[str, ...]
    waiting: tuple[str, ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    """A token to be sent to a number: this is the only time that it is told.

    Attributes
    ----------
    profile, number : str
    token : str
        In no representation of it.
    expires_at : datetime

    Source
    ------
    own; docs/calls.md.
    """

    profile: str
    number: str
    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Return all but the token."""
        return f"Challenge({self.profile!r}, {self.number!r}, expires_at={self.expires_at!r})"


class Profiles:
    """Profiles of families, in an SQLite file with a log. Not for two threads at once.

    Parameters
    ----------
    path : str or Path
        ``:memory:`` keeps nothing.
    token : callable
        Makes a token; by default one that nobody can guess.

    Raises
    ------
    StoreError
        The file cannot be opened, or is of something else.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> profiles = Profiles(token=lambda: "40028922")
    >>> sent = profiles.open("ana", facility="tx-harris", number="+17135550123", at=0)
    >>> profiles.verify("ana", "+17135550123", "11111111", at=1_000)
    'wrong_token'
    >>> profiles.verify("ana", "+17135550123", sent.token, at=2_000), profiles.get("ana").numbers
    ('ok', ('+17135550123',))
    """

    __slots__ = ("_records", "_token")

    def __init__(
        self, path: str | Path = ":memory:", *, token: Callable[[], str] = new_token
    ) -> None:
        self._records = RecordsFile(path, "prof", _SCHEMA)
        self._token = token

    def open(
        self, profile: str, *, facility: str, number: str, at: At, account: str | None = None
    ) -> Challenge:
        """Set up a profile, and return the token for its first number.

        Parameters
        ----------
        profile, facility, number : str
        at : datetime or int
        account : str, optional
            Id of its account; by default the profile's.

        Raises
        ------
        InputError, InputTypeError
            An argument does not fit, or there is such a profile or account.

        Source
        ------
        own; docs/calls.md.
        """
        profile, facility = identifier(profile, "profile"), word(facility, "facility")
        account = identifier(profile if account is None else account, "account")
        number, at_ms = _e164(number), ms_of(at)
        with self._records.change():
            if self._records.rows(
                "SELECT 1 FROM profile WHERE id = ? OR account = ?", profile, account
            ):
                raise InputError(f"there is a profile {profile!r}, or one of account {account!r}")
            self._records.run(
                "INSERT INTO profile VALUES (?, ?, ?, ?)", profile, facility, account, at_ms
            )
            self._records.note(at_ms, profile, "open", facility=facility, account=account)
            return self._challenge(profile, number, at_ms)

    def challenge(self, profile: str, *, number: str, at: At) -> Challenge:
        """Return a new token for a number, which the profile has or is to have.

        An older one counts no more.

        Parameters
        ----------
        profile, number : str
        at : datetime or int

        Raises
        ------
        Unknown
            There is no such profile.
        InputError
            The number is verified, has had its tokens of this hour, or is one too many.

        Source
        ------
        own; docs/calls.md.
        """
        number, at_ms = _e164(number), ms_of(at)
        with self._records.change():
            self.get(profile)
            return self._challenge(profile, number, at_ms)

    def _challenge(self, profile: str, number: str, at_ms: int) -> Challenge:
        records = self._records
        known = dict(records.rows(
            "SELECT number, verified_ms FROM number WHERE profile = ? AND left_ms IS NULL", profile
        ))  # fmt: skip
        if known.get(number) is not None:
            raise InputError(f"{number} is verified: no token is needed")
        if number not in known and len(known) >= NUMBERS_MAX:
            raise InputError(f"a profile has at most {NUMBERS_MAX} numbers")
        sent = records.rows(
            "SELECT count(*) FROM token WHERE number = ? AND at_ms > ?", number, at_ms - HOUR_MS
        )[0][0]
        if sent >= TOKENS_AN_HOUR:
            raise InputError(f"{number} has had {sent} tokens within an hour: try again later")
        token = self._token()
        expires_ms = at_ms + LIVES_MS
        records.run(
            "INSERT INTO number VALUES (?, ?, NULL, NULL) ON CONFLICT (profile, number) "
            "DO UPDATE SET verified_ms = NULL, left_ms = NULL",
            profile, number,
        )  # fmt: skip
        records.run("UPDATE token SET used = 1 WHERE profile = ? AND number = ?", profile, number)
        records.run(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, 0, 0)",
            profile, number, token_hash(token), at_ms, expires_ms,
        )  # fmt: skip
        records.note(at_ms, profile, "token", number=number)
        return Challenge(profile, number, token, instant(expires_ms))

    def verify(self, profile: str, number: str, token: str, *, at: At) -> str:
        """Take a token that was read back; return a word of `ANSWERS`.

        A number that another profile of the same facility had leaves that one: whoever answers
        there now decides.

        Parameters
        ----------
        profile, number, token : str
        at : datetime or int

        Raises
        ------
        Unknown
            There is no such profile.
        InputError, InputTypeError
            The number is none.

        Source
        ------
        own; docs/calls.md. Tries are limited and tokens expire: NIST SP 800-63B, 5.1.3.
        """
        number, at_ms = _e164(number), ms_of(at)
        records = self._records
        with records.change():
            found = self.get(profile)
            if number in found.numbers:
                return "verified"
            rows = records.rows(
                "SELECT rowid, hash, expires_ms, tries FROM token "
                "WHERE profile = ? AND number = ? AND used = 0 ORDER BY at_ms DESC LIMIT 1",
                profile, number,
            )  # fmt: skip
            if not rows:
                return "no_token"
            row, kept, expires_ms, tries = rows[0]
            if at_ms >= expires_ms:
                return "expired"
            if tries >= TRIES:
                return "locked"
            if not matches(token, kept):
                records.run("UPDATE token SET tries = tries + 1 WHERE rowid = ?", row)
                records.note(at_ms, profile, "wrong_token", number=number)
                return "locked" if tries + 1 >= TRIES else "wrong_token"
            records.run("UPDATE token SET used = 1 WHERE rowid = ?", row)
            self._take_over(found, number, at_ms)
            return "ok"

    def _take_over(self, found: Profile, number: str, at_ms: int) -> None:
        records = self._records
        before = records.rows(
            "SELECT profile FROM number JOIN profile ON profile.id = number.profile WHERE "
            "number = ? AND facility = ? AND verified_ms IS NOT NULL AND left_ms IS NULL",
            number, found.facility,
        )  # fmt: skip
        for (other,) in before:
            records.run(
                "UPDATE number SET left_ms = ? WHERE profile = ? AND number = ?",
                at_ms, other, number,
            )  # fmt: skip
            records.note(at_ms, found.id, "number_left", number=number, profile=other)
        records.run(
            "UPDATE number SET verified_ms = ? WHERE profile = ? AND number = ?",
            at_ms, found.id, number,
        )  # fmt: skip
        records.note(at_ms, found.id, "verified", number=number)

    def get(self, profile: str) -> Profile:
        """Return a profile.

        Parameters
        ----------
        profile : str

        Raises
        ------
        Unknown
            There is none of that id.

        Source
        ------
        own.
        """
        rows = self._records.rows("SELECT * FROM profile WHERE id = ?", str(profile))
        if not rows:
            raise Unknown("profile", str(profile))
        id, facility, account, opened_ms = rows[0]
        sql = (
            "SELECT number, verified_ms FROM number WHERE profile = ? AND left_ms IS NULL "
            "ORDER BY verified_ms, rowid"
        )
        numbers = self._records.rows(sql, id)
        return Profile(
            id, facility, account, tuple(each for each, at in numbers if at is not None),
            tuple(each for each, at in numbers if at is None), instant(opened_ms),
        )  # fmt: skip

    def verified_at(self, profile: str, number: str) -> datetime:
        """Return when a number was verified for a profile.

        Parameters
        ----------
        profile, number : str

        Raises
        ------
        Unknown
            It was not, or belongs to another profile now.

        Source
        ------
        own.
        """
        rows = self._records.rows(
            "SELECT verified_ms FROM number WHERE profile = ? AND number = ? "
            "AND verified_ms IS NOT NULL AND left_ms IS NULL",
            profile, number,
        )  # fmt: skip
        if not rows:
            raise Unknown("verified number", number)
        return instant(rows[0][0])

    def of_number(self, number: str, *, facility: str) -> Profile | None:
        """Return the profile that a number was verified for.

        Parameters
        ----------
        number, facility : str

        Source
        ------
        own.
        """
        rows = self._records.rows(
            "SELECT profile FROM number JOIN profile ON profile.id = number.profile WHERE "
            "number = ? AND facility = ? AND verified_ms IS NOT NULL AND left_ms IS NULL",
            number, facility,
        )  # fmt: skip
        return self.get(rows[0][0]) if rows else None

    def log(self) -> Iterator[LogLine]:
        """Yield who changed what, oldest first; no token is in it.

        Raises
        ------
        StoreError
            A line was changed or removed since it was written.

        Source
        ------
        own.
        """
        return self._records.log()

    def close(self) -> None:
        """Let go of the file.

        Source
        ------
        own.
        """
        self._records.close()


def _e164(number: object) -> str:
    text = word(number, "number")
    if not (text[0] == "+" and text[1:].isascii() and text[1:].isdigit() and 8 <= len(text) <= 16):
        raise InputError(f"number must be E.164, such as '+17135550123', not {text[:40]!r}")
    return text
