"""Terminal: a telephone or tablet, where it stands, when it may be used, whether it works."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from securecall.calls.schedule import Schedule
from securecall.errors import InputError, Unknown, did_you_mean
from securecall.ledger.identifier import word
from securecall.ledger.instant import At, ms_of

__all__ = ["TERMINAL_STATES", "Terminal", "TerminalMark", "Terminals"]

#: Of a terminal; one that is not "working" takes no calls.
TERMINAL_STATES: Final = ("working", "faulty", "off")
FORMAT: Final = "securecall.terminals/1"


@dataclass(frozen=True, slots=True)
class Terminal:
    """A telephone or tablet.

    Attributes
    ----------
    id : str
    area : str or None
        The part of the facility in which it stands, for lockdowns of that part.
    hours : Schedule or None
        When it may be used; None: whenever the facility's schedule is open.
    state : {"working", "faulty", "off"}
        How it is when nobody has said anything else.

    Raises
    ------
    InputError
        An unknown state, or an empty id.

    Source
    ------
    own; docs/calls.md.
    """

    id: str
    area: str | None = None
    hours: Schedule | None = None
    state: str = "working"

    def __post_init__(self) -> None:
        word(self.id, "terminal")
        if self.area is not None:
            word(self.area, "area")
        known_state(self.state)


@dataclass(frozen=True, slots=True)
class TerminalMark:
    """What somebody said of a terminal: from an instant on it is in a state.

    Source
    ------
    own; docs/calls.md.
    """

    terminal: str
    state: str
    at_ms: int
    by: str
    why: str


def known_state(state: str) -> str:
    """Return a state of terminals.

    Raises
    ------
    InputError
        There is no such state.
    """
    if state not in TERMINAL_STATES:
        raise InputError(
            f"state must be one of {', '.join(TERMINAL_STATES)}, not {state!r}"
            + did_you_mean(state, TERMINAL_STATES)
        )
    return state


class Terminals:
    """The terminals of a facility, and what was said of each.

    Parameters
    ----------
    terminals : iterable of Terminal
        None at all: whatever terminal a call comes from is taken for a working one.

    Raises
    ------
    InputError
        Two have the same id.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> terminals = Terminals([Terminal("A-01", "block-a")])
    >>> _ = terminals.mark("A-01", "faulty", at=2_000, by="tech-3", why="no dial tone")
    >>> terminals.state_at("A-01", 1_999), terminals.state_at("A-01", 2_000)
    ('working', 'faulty')
    """

    __slots__ = ("_by_id", "_marks")

    def __init__(self, terminals: Iterable[Terminal] = ()) -> None:
        self._by_id: dict[str, Terminal] = {}
        self._marks: dict[str, list[TerminalMark]] = {}
        for each in terminals:
            if each.id in self._by_id:
                raise InputError(f"two terminals have the id {each.id!r}")
            self._by_id[each.id] = each

    def __iter__(self) -> Iterator[Terminal]:
        """Iterate over the terminals."""
        return iter(tuple(self._by_id.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._by_id)

    def knows_area(self, area: str) -> bool:
        """Return whether some terminal is in an area; where none is listed nobody can tell.

        Parameters
        ----------
        area : str

        Source
        ------
        own.
        """
        return not self._by_id or area in self.areas

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas that terminals are in."""
        return tuple(sorted({each.area for each in self if each.area is not None}))

    def get(self, terminal: str) -> Terminal | None:
        """Return a terminal; where none was ever listed, one of that id.

        Parameters
        ----------
        terminal : str

        Source
        ------
        own.
        """
        if not self._by_id:
            return Terminal(terminal)
        return self._by_id.get(terminal)

    def mark(self, terminal: str, state: str, *, at: At, by: str, why: str) -> TerminalMark:
        """Say in which state a terminal is from an instant on.

        Parameters
        ----------
        terminal : str
        state : str
            One of `TERMINAL_STATES`.
        at : datetime or int
        by : str
            Who does it.
        why : str

        Raises
        ------
        Unknown
            There is no such terminal.
        InputError
            There is no such state, or something was said for a later instant.

        Source
        ------
        own.
        """
        if self.get(terminal) is None:
            raise Unknown("terminal", terminal)
        mark = TerminalMark(
            terminal, known_state(state), ms_of(at), word(by, "by"), word(why, "why")
        )
        marks = self._marks.setdefault(terminal, [])
        if marks and marks[-1].at_ms > mark.at_ms:
            raise InputError(f"something was said of terminal {terminal!r} for a later instant")
        marks.append(mark)
        return mark

    def marks(self, terminal: str) -> tuple[TerminalMark, ...]:
        """Return what was said of a terminal, oldest first.

        Parameters
        ----------
        terminal : str

        Source
        ------
        own.
        """
        return tuple(self._marks.get(terminal, ()))

    def state_at(self, terminal: str, at_ms: int) -> str:
        """Return the state of a terminal at an instant.

        Parameters
        ----------
        terminal : str
        at_ms : int
            UTC epoch milliseconds.

        Raises
        ------
        Unknown
            There is no such terminal.

        Source
        ------
        own.
        """
        found = self.get(terminal)
        if found is None:
            raise Unknown("terminal", terminal)
        marks = self._marks.get(terminal, [])
        place = bisect_right(marks, at_ms, key=lambda each: each.at_ms)
        return marks[place - 1].state if place else found.state

    def dumps(self) -> str:
        """Return what was said of terminals as JSON, for a host that must know it after a restart.

        Source
        ------
        own.
        """
        marks = [asdict(each) for marks in self._marks.values() for each in marks]
        return json.dumps({"format": FORMAT, "marks": marks})

    def recall(self, text: str) -> None:
        """Say again what `dumps` wrote.

        Parameters
        ----------
        text : str

        Raises
        ------
        InputError
            It is something else, or something was said of one of these terminals already.
        Unknown
            It is of a terminal that is not here.

        Source
        ------
        own.
        """
        try:
            values = json.loads(text)
            if values["format"] != FORMAT:
                raise InputError(f"marks must be of format {FORMAT!r}, not {values['format']!r}")
            told = [
                (each["terminal"], each["state"], each["at_ms"], each["by"], each["why"])
                for each in values["marks"]
            ]
        except (KeyError, TypeError, RecursionError, json.JSONDecodeError) as error:
            raise InputError(f"these are no marks of terminals: {error!r}") from None
        for terminal in {str(each[0]) for each in told}:
            if self._marks.get(terminal):
                raise InputError(f"something was said of terminal {terminal!r} already")
        for terminal, state, at_ms, by, why in told:
            self.mark(terminal, state, at=at_ms, by=by, why=why)
