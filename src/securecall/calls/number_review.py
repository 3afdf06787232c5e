"""Number review: somebody asks that a number may be called again; another decides, on evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from securecall.calls.number_lists import BLOCK_KINDS
from securecall.errors import InputError, Unknown, did_you_mean
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At, instant, ms_of

if TYPE_CHECKING:
    from datetime import datetime

    from securecall.calls.directory import Directory

__all__ = ["EVIDENCE_KINDS", "REVIEW_STATES", "Evidence", "NumberReview", "NumberReviews"]

#: What can be put before whoever decides. ``consent`` is the called party's own.
EVIDENCE_KINDS: Final = ("consent", "statement", "document", "call")
REVIEW_STATES: Final = ("open", "granted", "denied", "withdrawn")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was put before whoever decides.

    Source
    ------
    own; docs/calls.md.
    """

    at: datetime
    by: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class NumberReview:
    """A review and how it stands.

    Attributes
    ----------
    id : int
    number : str
    kind : {"customer", "facility", "prefix"}
        Which block is asked about.
    person : str or None
        For whom; a block of many numbers is not lifted, but a number of them approved for one.
    asked_by, why : str
    asked_at : datetime
    state : {"open", "granted", "denied", "withdrawn"}
    decided_by, because : str or None
    decided_at : datetime or None
    evidence : tuple of Evidence

    Source
    ------
    own; docs/calls.md.
    """

    id: int
    number: str
    kind: str
    person: str | None
    asked_by: str
    asked_at: datetime
    why: str
    state: str
    decided_by: str | None
    decided_at: datetime | None
    because: str | None
    evidence: tuple[Evidence, ...]


class NumberReviews:
    """The reviews of a directory's blocks, kept in its file and told in its log.

    - Only a block that is in force can be asked about, and once at a time.
    - Whoever asked does not decide, and nobody decides without evidence.
    - What the called party asked for, only the called party can undo: a ``customer`` block is
      lifted on evidence of kind ``consent``.
    - Granting lifts the block, in the same transaction; of a blocked prefix it approves this
      number for this person and leaves the rest blocked.

    Parameters
    ----------
    directory : Directory

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> from securecall.calls.directory import Directory
    >>> directory = Directory()
    >>> directory.block("+17135550123", kind="customer", at=0, by="desk", why="asked by mail")
    >>> reviews = NumberReviews(directory)
    >>> asked = reviews.request("+17135550123", kind="customer", at=1_000, by="p-77", why="mother")
    >>> _ = reviews.add_evidence(asked.id, kind="consent", at=2_000, by="desk", text="call back, "
    ...     "token 4471 repeated")
    >>> reviews.decide(asked.id, granted=True, at=3_000, by="lt-3", because="she agrees").state
    'granted'
    >>> directory.facts("p-77", "+17135550123", 3_000).customer
    False
    """

    __slots__ = ("_directory",)

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def request(
        self, number: str, *, kind: str, at: At, by: str, why: str, person: str | None = None
    ) -> NumberReview:
        """Ask that a number may be called again.

        Parameters
        ----------
        number : str
            The number itself, also where a prefix of it is blocked.
        kind : {"customer", "facility", "prefix"}
            Which block.
        at : datetime or int
        by, why : str
        person : str, optional
            For whom; needed for ``prefix``.

        Raises
        ------
        InputError
            There is no such block in force, or a review of it is open.

        Source
        ------
        own; docs/calls.md.
        """
        at_ms = ms_of(at)
        _one_of("kind", kind, BLOCK_KINDS)
        if person is not None:
            identifier(person, "person")
        elif kind == "prefix":
            raise InputError(
                "a review of a blocked prefix needs a person to approve the number for"
            )
        records = self._directory.records
        with records.change():
            facts = self._directory.facts(person or "", number, at_ms)
            if not getattr(facts, kind):
                raise InputError(f"{number} has no {kind} block at {instant(at_ms).isoformat()}")
            if records.rows(
                "SELECT 1 FROM reviews WHERE number = ? AND kind = ? AND person IS ? "
                "AND state = 'open'",
                number, kind, person,
            ):  # fmt: skip
                raise InputError(f"a review of the {kind} block of {number} is open")
            review = 1 + int(records.rows("SELECT coalesce(max(review), 0) FROM reviews")[0][0])
            records.run(
                "INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?, 'open', NULL, NULL, NULL)",
                review, number, kind, person, word(by, "by"), at_ms, word(why, "why"),
            )  # fmt: skip
            records.note(
                at_ms, by, "review_request", review=review, number=number, kind=kind,
                person=person, why=why,
            )  # fmt: skip
        return self.get(review)

    def add_evidence(self, review: int, *, kind: str, at: At, by: str, text: str) -> NumberReview:
        """Put something before whoever decides.

        Parameters
        ----------
        review : int
        kind : {"consent", "statement", "document", "call"}
        at : datetime or int
        by : str
            Who puts it there.
        text : str
            What it says, or where it is kept.

        Raises
        ------
        InputError, Unknown
            The review is decided, or there is none of that id.

        Source
        ------
        own.
        """
        at_ms = ms_of(at)
        _one_of("kind", kind, EVIDENCE_KINDS)
        records = self._directory.records
        with records.change():
            self._open(review)
            records.run(
                "INSERT INTO evidence VALUES (?, ?, ?, ?, ?)",
                review, at_ms, word(by, "by"), kind, word(text, "text", 2_000),
            )  # fmt: skip
            records.note(at_ms, by, "review_evidence", review=review, kind=kind, text=text)
        return self.get(review)

    def decide(self, review: int, *, granted: bool, at: At, by: str, because: str) -> NumberReview:
        """Decide a review; granting it lifts the block.

        Parameters
        ----------
        review : int
        granted : bool
        at : datetime or int
        by : str
            Not who asked.
        because : str

        Raises
        ------
        InputError, Unknown
            It is decided, there is none of that id, the same person asked, there is no evidence,
            or none of the kind that this block needs.

        Source
        ------
        own; docs/calls.md.
        """
        at_ms = ms_of(at)
        records = self._directory.records
        with records.change():
            found = self._open(review)
            if by == found.asked_by:
                raise InputError(f"{by!r} asked for review {review} and cannot decide it")
            if granted and not found.evidence:
                raise InputError(f"review {review} has no evidence to be granted on")
            kinds = {each.kind for each in found.evidence}
            if granted and found.kind == "customer" and "consent" not in kinds:
                raise InputError(
                    f"review {review} is of a block that the called party asked for: it can be "
                    "granted on evidence of kind 'consent' only"
                )
            self._close(found, "granted" if granted else "denied", at_ms, by, because)
            if granted and found.kind == "prefix":
                assert found.person is not None
                self._directory.approve(found.person, found.number, at=at_ms, by=by)
            elif granted:
                self._directory.unblock(found.number, kind=found.kind, at=at_ms, by=by)
        return self.get(review)

    def withdraw(self, review: int, *, at: At, by: str, because: str) -> NumberReview:
        """Take a request back.

        Parameters
        ----------
        review : int
            Its id.
        at : datetime or int
        by : str
            Who does it.
        because : str

        Raises
        ------
        InputError, Unknown
            It is decided, or there is none of that id.

        Source
        ------
        own.
        """
        with self._directory.records.change():
            self._close(self._open(review), "withdrawn", ms_of(at), by, because)
        return self.get(review)

    def get(self, review: int) -> NumberReview:
        """Return a review as it stands.

        Parameters
        ----------
        review : int
            Its id.

        Raises
        ------
        Unknown
            There is none of that id.

        Source
        ------
        own.
        """
        rows = self._rows("review = ?", review)
        if not rows:
            raise Unknown("review", str(review))
        return rows[0]

    def open(self) -> tuple[NumberReview, ...]:
        """Return the reviews that wait for a decision, oldest first.

        Source
        ------
        own.
        """
        return self._rows("state = 'open'")

    def of_number(self, number: str) -> tuple[NumberReview, ...]:
        """Return every review of a number, oldest first.

        Parameters
        ----------
        number : str
            E.164.

        Source
        ------
        own.
        """
        return self._rows("number = ?", number)

    def _rows(self, which: str, *values: Any) -> tuple[NumberReview, ...]:
        records = self._directory.records
        found = []
        for row in records.rows(f"SELECT * FROM reviews WHERE {which} ORDER BY review", *values):
            review, number, kind, person, by, asked_ms, why, state, decider, decided_ms, why_so = (
                row
            )
            evidence = records.rows(
                "SELECT at_ms, by, kind, text FROM evidence WHERE review = ? ORDER BY rowid", review
            )
            found.append(NumberReview(
                review, number, kind, person, by, instant(asked_ms), why, state, decider,
                None if decided_ms is None else instant(decided_ms), why_so,
                tuple(Evidence(instant(at_ms), *rest) for at_ms, *rest in evidence),
            ))  # fmt: skip
        return tuple(found)

    def _open(self, review: int) -> NumberReview:
        found = self.get(review)
        if found.state != "open":
            raise InputError(f"review {review} was {found.state} by {found.decided_by!r}")
        return found

    def _close(self, found: NumberReview, state: str, at_ms: int, by: str, because: str) -> None:
        records = self._directory.records
        records.run(
            "UPDATE reviews SET state = ?, decided_by = ?, decided_ms = ?, because = ? "
            "WHERE review = ?",
            state, word(by, "by"), at_ms, word(because, "because"), found.id,
        )  # fmt: skip
        records.note(
            at_ms, by, f"review_{state}", review=found.id, number=found.number, because=because
        )


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}"
            + did_you_mean(value, allowed)
        )
