"""The states of a call, and what leads from one to another.

::

    dialing -> ringing -> prompting -> talking -> ended
                                         ^ |
                                         | v
                                        paused

``docs/calls.md`` draws the whole; the drawing is made from `COURSE`, and a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from securecall.errors import InputError

__all__ = ["COURSE", "STATES", "after", "chart"]

DIALING: Final = "dialing"
RINGING: Final = "ringing"
PROMPTING: Final = "prompting"
TALKING: Final = "talking"
PAUSED: Final = "paused"
ENDED: Final = "ended"

STATES: Final = (DIALING, RINGING, PROMPTING, TALKING, PAUSED, ENDED)
"""In the order in which a call goes through them. Source: own; docs/calls.md."""

COURSE: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        (DIALING, "ring"): RINGING,
        (RINGING, "ring"): RINGING,  # a switch says so for each provisional answer
        (DIALING, "answer"): PROMPTING,
        (RINGING, "answer"): PROMPTING,
        (PROMPTING, "accept"): TALKING,
        (PROMPTING, "refuse"): ENDED,
        (TALKING, "pause"): PAUSED,
        (PAUSED, "resume"): TALKING,
        **{(state, "end"): ENDED for state in STATES[:-1]},
    }
)
"""(state, what happens) -> the next state. Source: own; docs/calls.md."""


def after(state: str, verb: str) -> str:
    """Return the state after something happened.

    Parameters
    ----------
    state, verb : str
        Of `COURSE`.

    Raises
    ------
    InputError
        It cannot happen in this state; what can is named.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> after("prompting", "accept")
    'talking'
    >>> after("dialing", "accept")
    Traceback (most recent call last):
    securecall.InputError: a call that is dialing cannot accept; it can ring, answer, end
    """
    found = COURSE.get((state, verb))
    if found is None:
        can = [name for place, name in COURSE if place == state]
        raise InputError(
            f"a call that is {state} cannot {verb}; it can {', '.join(can) or 'do nothing more'}"
        )
    return found


def chart() -> str:
    """Return the states as a table of Markdown: a row a state, what leads out of it and where to.

    Source
    ------
    own; docs/calls.md.
    """
    lines = ["| state | what happens | next |", "|---|---|---|"]
    lines += [f"| {state} | {verb} | {target} |" for (state, verb), target in COURSE.items()]
    return "\n".join(lines)
