"""Messages in JSON from a peer: short, flat, and with numbers of a size that a call can have."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error
from typing import Any, NoReturn

from securecall.errors import WireError
from securecall.integrations.limits import (
    AUDIO_BYTES_MAX,
    JSON_BRACKETS_MAX,
    JSON_DIGITS_MAX,
    TEXT_CHARACTERS_MAX,
)

__all__ = ["audio_of", "message_of", "part_of", "shown", "told_of", "whole_of", "word_of"]

SHOWN = 40
WORD_CHARACTERS_MAX = 512


def message_of(wire: str, text: str) -> dict[str, Any]:
    """Return a message as a dictionary.

    Parameters
    ----------
    wire : str
        Which wire it came by, for errors.
    text : str

    Raises
    ------
    WireError
        It is too long, too deep, has too long a number, or is no object.

    Source
    ------
    RFC 8259 (2017), clause 9: who reads JSON may limit it.

    Examples
    --------
    >>> from securecall.integrations.json_message import message_of
    >>> message_of("twilio", '{"event": "connected"}')
    {'event': 'connected'}
    """

    def number(digits: str) -> int:
        if len(digits.lstrip("-")) > JSON_DIGITS_MAX:
            raise WireError(wire, f"a number of {len(digits)} digits")
        return int(digits)

    def strange(word: str) -> NoReturn:
        raise WireError(wire, f"{word} is no number of JSON")

    if len(text) > TEXT_CHARACTERS_MAX:
        raise WireError(
            wire, f"a message of {len(text)} characters; the most is {TEXT_CHARACTERS_MAX}"
        )
    # Counted, not parsed: a bracket inside a string counts too, and nothing is deeper than that.
    if text.count("[") + text.count("{") > JSON_BRACKETS_MAX:
        raise WireError(wire, f"a message with more than {JSON_BRACKETS_MAX} brackets")
    try:
        found = json.loads(text, parse_int=number, parse_float=str, parse_constant=strange)
    except ValueError as error:
        if isinstance(error, WireError):
            raise
        raise WireError(wire, f"{text[:SHOWN]!r} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise WireError(wire, f"a message is an object of JSON, not {text[:SHOWN]!r}")
    return found


def part_of(wire: str, message: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside a message.

    Parameters
    ----------
    wire, name : str
    message : dict

    Raises
    ------
    WireError
        There is none of that name.

    Source
    ------
    own.
    """
    part = message.get(name)
    if not isinstance(part, dict):
        raise WireError(wire, f"{name!r} must be an object, not {shown(part)}")
    return part


def word_of(wire: str, message: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a string of a message; a number is one, too.

    Parameters
    ----------
    wire, name : str
    message : dict
    default : str, optional
        If it is missing.

    Raises
    ------
    WireError
        It is missing, of another kind, or longer than 512 characters.

    Source
    ------
    own.
    """
    found = message.get(name, default)
    if type(found) is int:
        return str(found)
    if not isinstance(found, str) or len(found) > WORD_CHARACTERS_MAX:
        raise WireError(wire, f"{name!r} must be a string, not {shown(found)}")
    return found


def whole_of(wire: str, message: dict[str, Any], name: str) -> int:
    """Return a whole number that is not below 0, written as a number or as a string.

    Parameters
    ----------
    wire, name : str
    message : dict

    Raises
    ------
    WireError
        It is missing or none.

    Source
    ------
    own; Twilio and FreeSWITCH write numbers as strings.
    """
    found = message.get(name)
    text = str(found) if type(found) is int else found
    digits = isinstance(text, str) and text.isascii() and text.isdigit()
    if not digits or len(text) > JSON_DIGITS_MAX:  # type: ignore[arg-type]
        raise WireError(wire, f"{name!r} must be a whole number, not {shown(found)}")
    return int(text)  # type: ignore[arg-type]


def audio_of(wire: str, message: dict[str, Any], name: str) -> bytes:
    """Return audio that is written in base64.

    Parameters
    ----------
    wire, name : str
    message : dict

    Raises
    ------
    WireError
        It is missing, no base64, or too much.

    Source
    ------
    RFC 4648 (2006), clause 4.
    """
    found = message.get(name)
    if not isinstance(found, str):
        raise WireError(wire, f"{name!r} must be audio in base64, not {shown(found)}")
    try:
        audio = b64decode(found, validate=True)
    except (Error, ValueError) as error:
        raise WireError(wire, f"{name!r} is no base64: {error}") from None
    if len(audio) > AUDIO_BYTES_MAX:
        raise WireError(wire, f"{len(audio)} bytes of audio at once; the most is {AUDIO_BYTES_MAX}")
    return audio


def told_of(message: dict[str, Any]) -> dict[str, str]:
    """Return the strings and numbers of an object: what a peer said of a call.

    Parameters
    ----------
    message : dict

    Source
    ------
    own.
    """
    return {
        name[:WORD_CHARACTERS_MAX]: str(value)[:WORD_CHARACTERS_MAX]
        for name, value in message.items()
        if type(value) in (str, int)
    }


def shown(value: object) -> str:
    """Return what a peer sent as an error may say it: not long, and nothing that steers a terminal.

    Parameters
    ----------
    value : object

    Source
    ------
    own.
    """
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
