"""A compiled tariff as bytes: written once, mapped into memory by any number of workers.

::

    magic  8 bytes        format  uint32        size of the header  uint32
    checksum of all that follows  uint32        zeros to 64 bytes
    header, JSON          what the sections are and where, and what is small
    sections              the engine's tables, rate ids, and the source, compressed

A section begins at a multiple of 64 bytes, so that the engine reads it where it lies. The source
(text, decks, rules) is looked at only where somebody asks what the engine does not know: a receipt,
fees, the linter. The checksum finds damage; it is no proof against someone who means harm, so a
compiled file is to be trusted like the program itself.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import zlib
from base64 import b64decode, b64encode
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, Final

from securecall import __version__, _rating
from securecall.errors import InputError, InputTypeError
from securecall.rating.compile import ENGINE_VERSION, Compiled
from securecall.rating.later import Later
from securecall.rating.packed_words import PackedWords
from securecall.rating.tariff import Source, Tariff
from securecall.regulation import Rules
from securecall.regulation.row_text import rows_from_text, rows_to_text

__all__ = ["MAGIC", "dumps", "is_compiled", "load_compiled", "loads", "save"]

MAGIC: Final = b"\x93scTRF\r\n"
FORMAT: Final = 1
ALIGNED: Final = 64
SLACK: Final = (
    128  # zeros behind a section: the engine's loops read a little further than they look
)

_HEAD: Final = struct.Struct("<8sIII")
_LISTS: Final = ("sources", "tax_ids", "timezones", "longest_ms")


def _made_for() -> dict[str, Any]:
    """Return what a file and its reader must agree on."""
    return {
        "securecall": __version__,
        "engine": ENGINE_VERSION,
        "byteorder": sys.byteorder,
        "layout": list(_rating.layout()),
    }


def dumps(tariff: Tariff) -> bytes:
    """Return a tariff as the bytes of a compiled file; the same tariff gives the same bytes.

    Source
    ------
    own.
    """
    if tariff.image is not None:
        return bytes(tariff.image)
    compiled = tariff.compiled
    source = tariff.source.value
    told = {
        "text": source.text,
        "decks": {name: b64encode(deck).decode() for name, deck in sorted(source.decks.items())},
        "rules": rows_to_text(source.rules.rows),
        "known_at": None if source.rules.known_at is None else source.rules.known_at.isoformat(),
    }
    sections = [
        *compiled.plan.dump(),
        bytes(compiled.rate_ids.offsets),
        bytes(compiled.rate_ids.text),
        zlib.compress(json.dumps(told).encode(), 1),
    ]
    places, body = [], bytearray()
    for section in sections:
        places.append((len(body), len(section)))
        body += section + bytes(SLACK)
        body += bytes(-len(body) % ALIGNED)
    header = json.dumps(
        {
            "made_for": _made_for(),
            "digest": tariff.digest,
            "file": tariff.file,
            "scalars": compiled.plan.scalars,
            "facilities": list(compiled.facilities),
            "tzdata": compiled.tzdata,
            **{name: getattr(compiled, name) for name in _LISTS},
            "sections": places,
        }
    ).encode()
    header += b" " * (-len(header) % ALIGNED)
    checksum = zlib.crc32(body, zlib.crc32(header))
    head = _HEAD.pack(MAGIC, FORMAT, len(header), checksum)
    return head.ljust(ALIGNED, b"\0") + header + bytes(body)


def save(tariff: Tariff, path: str | PathLike[str]) -> None:
    """Write a compiled file; see `Tariff.save`."""
    path = Path(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            file.write(dumps(tariff))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


def is_compiled(path: str | PathLike[str]) -> bool:
    """Return whether a file begins like a compiled tariff; one that cannot be read does not."""
    try:
        with open(path, "rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def load_compiled(path: str | PathLike[str]) -> Tariff:
    """Load a tariff that `Tariff.save` wrote, in a few milliseconds whatever its size.

    The file is mapped, not read: processes that load it share its memory. Charges and price curves
    come from it; what a receipt, a fee or the linter needs beside it is compiled from the source in
    the file when it is first asked for.

    Parameters
    ----------
    path : path
        Made by the same version of securecall. It may be replaced or deleted while in use, but not
        be written over.

    Raises
    ------
    InputError
        The file cannot be read, is no compiled tariff, is damaged, or was made by another version
        or for another kind of machine.

    Notes
    -----
    Time zones are those of the machine that compiled it. A checksum finds damage, not malice: load
    files of your own only.

    Source
    ------
    own.

    Examples
    --------
    >>> import tempfile
    >>> tariff = Tariff.loads('''
    ... [[facility]]
    ... id = "tx-harris"
    ... kind = "jail"
    ... adp = 8932
    ... state = "TX"
    ... timezone = "America/Chicago"
    ... contract = "c"
    ... [[contract]]
    ... id = "c"
    ... [[contract.rate]]
    ... id = "all"
    ... steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 1_000 }]
    ... ''')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tariff.save(f"{folder}/harris.tariff")
    ...     again = load_compiled(f"{folder}/harris.tariff")
    >>> again == tariff
    True
    """
    if not isinstance(path, str | PathLike):
        raise InputTypeError(f"path must be a path, not {type(path).__name__}")
    name = str(path)
    try:
        with open(path, "rb") as file:
            if not os.fstat(file.fileno()).st_size:
                raise InputError(f"{name}: is no compiled tariff: it is empty")
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name}: cannot be read: {reason.lower()}") from None
    return _open(memory, name)


def loads(data: bytes) -> Tariff:
    """Load the bytes of `dumps`: what a pickled tariff is.

    Source
    ------
    own.
    """
    memory = mmap.mmap(-1, max(len(data), 1))  # begins at a page, as the engine wants its tables
    memory[: len(data)] = data
    return _open(memory, "a pickled tariff")


def _open(memory: mmap.mmap, name: str) -> Tariff:
    header, body = _read_header(memoryview(memory).toreadonly(), name)
    places = [(body + begins, size) for begins, size in header["sections"]]
    *tables, offsets, text, packed = places

    def piece(place: tuple[int, int]) -> memoryview:
        return memoryview(memory).toreadonly()[place[0] : sum(place)]

    def read_source() -> Source:
        told = json.loads(zlib.decompress(piece(packed)))
        known_at = told["known_at"] and date.fromisoformat(told["known_at"])
        decks = {name: b64decode(deck) for name, deck in told["decks"].items()}
        return Source(told["text"], decks, Rules(rows_from_text(told["rules"]), known_at))

    source = Later(read_source)

    def compile_again() -> Tariff:
        given = source.value
        whole = Tariff(given.text, header["file"], given.decks.__getitem__, given.rules)
        if whole.digest != header["digest"]:
            raise InputError(f"{name}: its source is not the one that it was compiled from")
        return whole

    whole = Later(compile_again)
    compiled = Compiled(
        plan=_rating.mapped(memoryview(memory).toreadonly(), tables, header["scalars"]),
        facilities={facility: number for number, facility in enumerate(header["facilities"])},
        rate_ids=PackedWords(piece(offsets), piece(text)),
        meaning=Later(lambda: whole.value.compiled.meaning.value),
        tzdata=header["tzdata"],
        **{name: tuple(header[name]) for name in _LISTS},
    )
    return Tariff.of_parts(
        compiled=compiled,
        digest=header["digest"],
        document=Later(lambda: whole.value.document),
        fee_book=Later(lambda: whole.value.fee_book),
        file=header["file"],
        image=memoryview(memory).toreadonly(),
        source=source,
    )


def _read_header(memory: memoryview, name: str) -> tuple[dict[str, Any], int]:
    """Return the header and where the sections begin, when all is as it was written.

    Raises
    ------
    InputError
        It is not.
    """
    if bytes(memory[: len(MAGIC)]) != MAGIC:
        hint = "; load a TOML file with Tariff.load" if name.endswith(".toml") else ""
        raise InputError(f"{name}: is no compiled tariff{hint}")
    if len(memory) < ALIGNED:
        raise InputError(f"{name}: is damaged: it ends after {len(memory)} bytes")
    _, form, length, checksum = _HEAD.unpack_from(memory)
    if form != FORMAT:
        raise InputError(f"{name}: is a compiled tariff of format {form}, not {FORMAT}; save again")
    if zlib.crc32(memory[ALIGNED:]) != checksum:
        raise InputError(f"{name}: is damaged: its checksum is not the one that was written")
    header: dict[str, Any] = json.loads(bytes(memory[ALIGNED : ALIGNED + length]))
    wanted = _made_for()
    for word, value in header["made_for"].items():
        if value != wanted[word]:
            raise InputError(
                f"{name}: was compiled for {word} {_short(value)}, and this is "
                f"{_short(wanted[word])}; save it again with this one"
            )
    return header, ALIGNED + length


def _short(value: Any) -> str:
    return "of another layout" if isinstance(value, list) else str(value)
