"""E.164 numbers, NANP area codes, and the jurisdiction of a call.

The rule, in full:

- ``+1`` and an area code of a US state, the District of Columbia or a territory with an area code
  (PR, VI, GU, AS, MP): ``intrastate`` if it is the facility's state, otherwise ``interstate``.
- ``+1`` and an area code of Canada or a Caribbean country: ``international``. So is everything that
  does not begin with ``+1``.
- ``+1`` and an area code with no place (toll-free 800 ..., premium 900, personal 500 ..., 710), or
  one that nobody has been given: *mixed*. Jurisdiction ``interstate``, and the ceiling is the lower
  of the interstate and the intrastate one.
- ``local`` is a class, not a jurisdiction: the facility's own list of prefixes decides.

Source
------
47 CFR 64.6000(u) for mixed; the table of area codes is made by ``tools/make_areas.py``.
"""

from __future__ import annotations

import csv
import re
from array import array
from functools import lru_cache
from importlib.resources import files
from typing import Final

from securecall.errors import InputError, did_you_mean
from securecall.regulation import words

__all__ = ["STATES", "area_regions", "digits_of", "jurisdiction", "prefix_key", "state_number"]

DIGITS_MAX: Final = 15  # E.164, clause 6.1
KEY_DIGITS: Final = 16  # the engine's width of a left-justified number
FOREIGN: Final = -1
NO_PLACE: Final = 0

_NUMBER = re.compile(r"\+?([0-9]{1,15})\Z")


@lru_cache(maxsize=1)
def _areas() -> dict[int, str]:
    """Read the table: area code to US-XX, US or another country."""
    text = files("securecall.rating").joinpath("data/areas.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {int(row["area_code"]): row["region"] for row in rows}


STATES: Final = tuple(sorted(words.STATES))


def state_number(state: str) -> int:
    """Return the engine's number of a state, from 1.

    Raises
    ------
    InputError
        No such state or territory.
    """
    if state not in STATES:
        raise InputError(
            f"state must be a US state or territory such as 'TX', not {state!r}"
            + did_you_mean(state, STATES)
        )
    return STATES.index(state) + 1


def area_regions() -> array[int]:
    """Return 1000 numbers: of an area code's state, 0 for no place, -1 for another country."""
    regions = array("q", [NO_PLACE]) * 1000
    regions[0] = FOREIGN  # what the engine looks at for a number that is no NANP number
    for area, region in _areas().items():
        if region.startswith("US-"):
            regions[area] = STATES.index(region[3:]) + 1
        elif region != "US":
            regions[area] = FOREIGN
    return regions


def digits_of(number: str) -> str:
    """Return a number's digits without the plus.

    Raises
    ------
    InputError
        Anything but an optional plus and 1 to 15 digits.

    Source
    ------
    ITU-T E.164 (2010), clause 6.

    Examples
    --------
    >>> digits_of("+17135550123")
    '17135550123'
    """
    match = _NUMBER.match(number)
    if not match:
        raise InputError(f"number must be '+' and 1 to 15 digits, not {number!r}")
    return match[1]


def prefix_key(digits: str) -> tuple[int, int]:
    """Return what sorts prefixes for the engine: the left-justified number, and the length."""
    return int(digits.ljust(KEY_DIGITS, "0")), len(digits)


def jurisdiction(number: str, state: str | None) -> str:
    """Return the jurisdiction of a call from a state to a number.

    Parameters
    ----------
    number : str
        E.164, ``"+17135550123"``.
    state : str or None
        Two letters of the facility's state; None makes every domestic call interstate.

    Returns
    -------
    str
        ``intrastate``, ``interstate``, ``international``, or ``mixed`` for a number with no place
        (a result reports that as interstate).

    Raises
    ------
    InputError
        The number is not E.164.

    Source
    ------
    47 CFR 64.6000(u); see this module's text for the rule.

    Examples
    --------
    >>> jurisdiction("+17135550123", "TX"), jurisdiction("+14165550123", "TX")
    ('intrastate', 'international')
    """
    digits = digits_of(number)
    if digits[0] == "0":
        raise InputError(f"number must begin with a country code, not {number!r}")
    if digits[0] != "1":
        return "international"
    if len(digits) != 11 or digits[1] in "01":
        raise InputError(f"a +1 number must have ten digits after it, not {number!r}")
    region = _areas().get(int(digits[1:4]), "US")
    if region == "US":
        return "mixed"
    if not region.startswith("US-"):
        return "international"
    return "intrastate" if region[3:] == state else "interstate"
