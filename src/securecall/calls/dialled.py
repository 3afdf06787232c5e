"""What kind of number was dialled: one that a person has, or one that no facility puts through.

Only the shape of a number is looked at; whose it is, the directory knows.
"""

from __future__ import annotations

import re
from typing import Final

from securecall.errors import InputError
from securecall.rating.numbering import jurisdiction

__all__ = ["DIALLED_KINDS", "dialled"]

#: From the worst to the best.
DIALLED_KINDS: Final = ("invalid", "service", "premium", "toll_free", "ordinary")

#: N11 codes (411 directory, 911 emergency, 711 relay, ...), crisis line, operator, dial-around
#: (101XXXX) and vertical service codes (``*72`` forwards every call), alone or before a number.
_SERVICE: Final = re.compile(r"(\+?1?[2-9]11|\+?988|0{1,2}|101[0-9]{4}[0-9]*|[*#].*)\Z")
_TOLL_FREE: Final = frozenset(("800", "822", "833", "844", "855", "866", "877", "888"))
#: Country codes of services: +800 is free to the caller, +979 is premium.
_INTERNATIONAL_FREE: Final = "+800"
_INTERNATIONAL_PREMIUM: Final = "+979"
_DIGITS_LEAST: Final = 7


def dialled(number: str) -> str:
    """Return the kind of a number.

    Returns
    -------
    {"ordinary", "toll_free", "premium", "service", "invalid"}
        Ordinary and toll-free numbers are E.164.

    Source
    ------
    NANPA: N11 codes, easily recognizable codes 8YY and 900, exchange 976 for pay-per-call, line
    numbers NXX-555-1212 for directory assistance; ITU-T E.164, country codes 800 and 979.

    Examples
    --------
    >>> [dialled(each) for each in ("+17135550123", "+18005550123", "+19005550123", "411", "12")]
    ['ordinary', 'toll_free', 'premium', 'service', 'invalid']
    """
    if _SERVICE.match(number):
        return "service"
    if not number.startswith("+"):
        return "invalid"
    try:
        jurisdiction(number, None)
    except InputError:
        return "invalid"
    if not number.startswith("+1"):
        if number.startswith(_INTERNATIONAL_PREMIUM):
            return "premium"
        if number.startswith(_INTERNATIONAL_FREE):
            return "toll_free"
        return "ordinary" if len(number) > _DIGITS_LEAST else "invalid"
    area, exchange, line = number[2:5], number[5:8], number[8:]
    if exchange[0] in "01" or exchange[1:] == "11":
        return "invalid"
    if exchange == "555" and line == "1212":
        return "service"
    if area == "900" or exchange == "976":
        return "premium"
    return "toll_free" if area in _TOLL_FREE else "ordinary"
