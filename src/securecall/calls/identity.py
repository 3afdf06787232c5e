"""Identity: PINs, how often one may be wrong, and the end of a lock; voices by a verifier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from securecall.calls.pin_hash import PinHash, checked_pin
from securecall.calls.records_file import KeepsRecords, RecordsFile
from securecall.calls.voice import VoiceVerifier
from securecall.errors import InputError, InputTypeError, Unknown
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At, ms_of

__all__ = ["Identity", "PinAnswer"]

DAY_MS: Final = 86_400_000
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS pins (person TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tries (
    what TEXT NOT NULL, key TEXT NOT NULL, wrong INTEGER NOT NULL, locks INTEGER NOT NULL,
    last_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (what, key)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """What came of keying a PIN.

    Attributes
    ----------
    code : str
        ``ok``, or a reason: ``pin_missing``, ``pin_not_set``, ``pin_invalid``, ``pin_locked``,
        ``terminal_locked``.
    left : int
        How many more wrong ones there may be before the lock.
    until_ms : int or None
        When the lock ends.

    Source
    ------
    own; docs/calls.md.
    """

    code: str
    left: int = 0
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Tries:
    wrong: int = 0
    locks: int = 0
    last_ms: int = 0
    until_ms: int = 0


class Identity(KeepsRecords):
    """PINs of people, in an SQLite file of their own.

    Of a PIN its argon2id hash is kept, and nothing else. Wrong ones are counted before the hash is
    looked at, so that neither a crash nor two terminals at once give anybody more guesses. After
    ``wrong_max`` in a row the person's PIN is locked, also for the right one; each lock that
    follows another without a right PIN in between lasts twice as long, up to a day. A terminal at
    which many go wrong, for whomever, is locked too. Not for two threads at once.

    Parameters
    ----------
    path : str or Path
        ``:memory:`` keeps nothing.
    pepper : bytes
        A key of the host, 16 bytes or more, that is not kept beside the file. Without it whoever
        has the file tries all PINs of four digits in minutes.
    wrong_max, lock_ms : int
        How many wrong ones lock a PIN, and for how long at first.
    terminal_wrong_max : int
        How many wrong ones lock a terminal; those are forgotten ``lock_ms`` after the last.
    passes, memory_kib, lanes : int
        Of argon2id; the defaults are RFC 9106's for little memory.
    voice : VoiceVerifier, optional
        Who knows voices.

    Raises
    ------
    InputError, InputTypeError
        argon2-cffi is not installed (``pip install securecall[identity]``), or a parameter cannot
        be.
    StoreError
        The file cannot be opened, or is one of something else.

    Source
    ------
    RFC 9106, section 4; NIST SP 800-63B, section 5.2.2, on how many guesses; docs/calls.md.

    Examples
    --------
    >>> identity = Identity(memory_kib=64, passes=1, lanes=1)
    >>> identity.set_pin("p-77", "4711", at=0, by="sgt-12")
    >>> [identity.verify("p-77", pin, "A-01", at_ms=1_000).code for pin in ("4712", "4711")]
    ['pin_invalid', 'ok']
    """

    __slots__ = ("_hashes", "lock_ms", "terminal_wrong_max", "voice", "wrong_max")

    def __init__(
        self,
        path: str | Path = ":memory:",
        *,
        pepper: bytes = b"",
        wrong_max: int = 3,
        lock_ms: int = 900_000,
        terminal_wrong_max: int = 10,
        passes: int = 3,
        memory_kib: int = 65_536,
        lanes: int = 4,
        voice: VoiceVerifier | None = None,
    ) -> None:
        for name, value in (
            ("wrong_max", wrong_max), ("lock_ms", lock_ms),
            ("terminal_wrong_max", terminal_wrong_max),
        ):  # fmt: skip
            if type(value) is not int or value < 1:
                raise InputError(f"{name} must be 1 or more, not {value!r}")
        if voice is not None and not isinstance(voice, VoiceVerifier):
            raise InputTypeError(f"voice must have a method verify, not {voice!r}")
        self._hashes = PinHash(pepper, passes, memory_kib, lanes)
        self.records = RecordsFile(path, "scId", _SCHEMA)
        self.wrong_max, self.lock_ms = wrong_max, lock_ms
        self.terminal_wrong_max = terminal_wrong_max
        self.voice = voice

    def set_pin(self, person: str, pin: str, *, at: At, by: str) -> None:
        """Set a person's PIN, and forget how often the old one was wrong.

        Parameters
        ----------
        person : str
        pin : str
        at : datetime or int
        by : str
            Who does it.

        Raises
        ------
        InputError, InputTypeError
            The PIN is not of 4 to 12 digits, or easily guessed.

        Source
        ------
        own; docs/calls.md.
        """
        identifier(person, "person")
        kept, at_ms = self._hashes.hash(person, checked_pin(person, pin)), ms_of(at)
        with self.records.change():
            self.records.run("INSERT OR REPLACE INTO pins VALUES (?, ?)", person, kept)
            self._clear("person", person)
            self.records.note(at_ms, by, "set_pin", person=person)

    def forget_pin(self, person: str, *, at: At, by: str) -> None:
        """Keep a person's PIN no longer.

        Parameters
        ----------
        person : str
        at : datetime or int
        by : str
            Who does it.

        Raises
        ------
        Unknown
            There is none.

        Source
        ------
        own.
        """
        at_ms = ms_of(at)
        with self.records.change():
            if not self.records.run("DELETE FROM pins WHERE person = ?", person):
                raise Unknown("PIN of a person", person)
            self._clear("person", person)
            self.records.note(at_ms, by, "forget_pin", person=person)

    def unlock(self, person: str, *, at: At, by: str, why: str) -> None:
        """End the lock of a person's PIN before its time, and forget the wrong ones.

        Parameters
        ----------
        person : str
        at : datetime or int
        by : str
            Who does it.
        why : str

        Source
        ------
        own.
        """
        self._unlock("person", identifier(person, "person"), ms_of(at), by, why)

    def unlock_terminal(self, terminal: str, *, at: At, by: str, why: str) -> None:
        """End the lock of a terminal before its time, and forget the wrong PINs keyed there.

        Parameters
        ----------
        terminal : str
        at : datetime or int
        by : str
            Who does it.
        why : str

        Source
        ------
        own.
        """
        self._unlock("terminal", word(terminal, "terminal"), ms_of(at), by, why)

    def verify(self, person: str, pin: str | None, terminal: str, *, at_ms: int) -> PinAnswer:
        """Say whether a PIN is right, and count it if it is not.

        Parameters
        ----------
        person : str
        pin : str or None
            As it was keyed.
        terminal : str
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own; docs/calls.md.
        """
        if not pin:
            return PinAnswer("pin_missing")
        with self.records.change():
            at_terminal, of_person = (
                self._tries("terminal", terminal),
                self._tries("person", person),
            )
            if at_ms < at_terminal.until_ms:
                return PinAnswer("terminal_locked", 0, at_terminal.until_ms)
            if at_ms < of_person.until_ms:
                return PinAnswer("pin_locked", 0, of_person.until_ms)
            kept = self.records.rows("SELECT hash FROM pins WHERE person = ?", person)
            at_terminal = self._count_terminal(terminal, at_terminal, at_ms)
            if not kept:
                return PinAnswer("pin_not_set")
            counted = self._count_person(person, of_person, at_ms)
        if not self._hashes.fits(kept[0][0], person, pin):
            if counted.until_ms > at_ms:
                with self.records.change():
                    self.records.note(at_ms, "gate", "lock", person=person, until=counted.until_ms)
                return PinAnswer("pin_invalid", 0, counted.until_ms)
            return PinAnswer("pin_invalid", self.wrong_max - counted.wrong)
        with self.records.change():
            self._clear("person", person)
            self.records.run(
                "UPDATE tries SET wrong = max(wrong - 1, 0), until_ms = 0 "
                "WHERE what = 'terminal' AND key = ?",
                terminal,
            )
            if self._hashes.is_old(kept[0][0]):
                fresh = self._hashes.hash(person, pin)
                self.records.run("UPDATE pins SET hash = ? WHERE person = ?", fresh, person)
        return PinAnswer("ok", self.wrong_max)

    def _tries(self, what: str, key: str) -> _Tries:
        rows = self.records.rows(
            "SELECT wrong, locks, last_ms, until_ms FROM tries WHERE what = ? AND key = ?",
            what, key,
        )  # fmt: skip
        return _Tries(*rows[0]) if rows else _Tries()

    def _count_person(self, person: str, before: _Tries, at_ms: int) -> _Tries:
        """Count a try as a wrong one; the right PIN takes it back."""
        wrong = before.wrong + 1
        if wrong < self.wrong_max:
            return self._keep("person", person, _Tries(wrong, before.locks, at_ms))
        lasts_ms = min(self.lock_ms << min(before.locks, 20), max(DAY_MS, self.lock_ms))
        return self._keep("person", person, _Tries(0, before.locks + 1, at_ms, at_ms + lasts_ms))

    def _count_terminal(self, terminal: str, before: _Tries, at_ms: int) -> _Tries:
        fresh = at_ms - before.last_ms < self.lock_ms
        wrong = (before.wrong if fresh else 0) + 1
        until_ms = at_ms + self.lock_ms if wrong >= self.terminal_wrong_max else 0
        return self._keep("terminal", terminal, _Tries(wrong, 0, at_ms, until_ms))

    def _keep(self, what: str, key: str, tries: _Tries) -> _Tries:
        self.records.run(
            "INSERT OR REPLACE INTO tries VALUES (?, ?, ?, ?, ?, ?)",
            what, key, tries.wrong, tries.locks, tries.last_ms, tries.until_ms,
        )  # fmt: skip
        return tries

    def _clear(self, what: str, key: str) -> None:
        self.records.run("DELETE FROM tries WHERE what = ? AND key = ?", what, key)

    def _unlock(self, what: str, key: str, at_ms: int, by: str, why: str) -> None:
        with self.records.change():
            self._clear(what, key)
            self.records.note(at_ms, by, f"unlock_{what}", key=key, why=word(why, "why"))
