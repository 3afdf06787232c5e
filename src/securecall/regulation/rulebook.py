"""Rows at one day of knowledge, with the digest that stands for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import TypeVar

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.regulation.desk import Rows
from securecall.regulation.row import (
    CeilingRow,
    FeeRow,
    InactivityRow,
    PerCallRow,
    RelayRow,
    Row,
    StateRow,
)

__all__ = ["Rulebook"]

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, eq=False, repr=False)
class Rulebook:
    """Rows, of which some are believed; equal digests give equal answers.

    Attributes
    ----------
    rows : tuple of Row
        All that was loaded, whenever believed, ordered by date and content, so that the order
        of files decides nothing.
    known_at : date or None
        The day of knowledge; None is all that the rows know.
    digest : str
        SHA-256, in hexadecimal, of the rows and ``known_at``.

    Source
    ------
    own.
    """

    rows: tuple[Row, ...]
    known_at: date | None = None
    digest: str = field(init=False)
    _believed: Rows = field(init=False)
    _fees: tuple[FeeRow, ...] = field(init=False)
    _inactivity: tuple[InactivityRow, ...] = field(init=False)

    def __post_init__(self) -> None:
        written = sorted(
            ((row.effective_from, row.canonical(), row) for row in self.rows),
            key=lambda one: one[:2],
        )
        text = "\n".join([*(line for _, line, _ in written), f"known_at={self.known_at}"])
        rows = tuple(row for _, _, row in written)
        believed = [row for row in rows if row.known(self.known_at)]

        def of(kind: type[AnyRow]) -> tuple[AnyRow, ...]:
            return tuple(row for row in believed if isinstance(row, kind))

        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("rows", rows)
        put("digest", sha256(text.encode()).hexdigest())
        put("_believed", Rows(of(CeilingRow), of(StateRow), of(PerCallRow), of(RelayRow)))
        put("_fees", of(FeeRow))
        put("_inactivity", of(InactivityRow))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        name, rows = type(self).__name__, len(self.rows)
        return f"<{name}: {rows} rows, known_at={self.known_at}, digest={self.digest[:12]}>"

    def __reduce__(self) -> tuple[type[Rulebook], tuple[tuple[Row, ...], date | None]]:
        return type(self), (self.rows, self.known_at)

    @property
    def policies(self) -> frozenset[str]:
        """The regimes that a facility may opt out of: agency policies, which no statute backs.

        Source
        ------
        own; `docs/regulation.md`.

        Examples
        --------
        >>> from securecall.regulation import Rules
        >>> sorted(Rules.default().policies)
        ['NY_DOCCS_free']
        """
        return frozenset(
            row.regime
            for row in self.rows
            if isinstance(row, StateRow) and row.legal_nature == "agency_policy"
        )

    def _policies(self, opt_out: Iterable[str]) -> frozenset[str]:
        """Check that a facility opts out of agency policies only."""
        if isinstance(opt_out, str):
            raise InputTypeError("opt_out must be a list of regimes, not one text")
        regimes = frozenset(opt_out)
        if regimes:
            policies = self.policies
            for name in sorted(regimes - policies, key=str):
                raise InputError(
                    f"opt_out must name agency policies ({', '.join(sorted(policies))}),"
                    f" not {name!r}" + did_you_mean(name, policies)
                )
        return regimes
