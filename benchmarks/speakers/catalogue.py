"""Reads ``catalogue.toml``: which voices there are, who holds them, and what engines are told."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

CATALOGUE: Final = Path(__file__).with_name("catalogue.toml")
ARCHIVES: Final = {"debian": "Debian", "pypi": "PyPI", "npm": "npm"}
#: SPDX names of what may be learnt from and handed on, by whoever sells something too.
FREE: Final = frozenset(
    {
        "Apache-2.0", "BSD-3-Clause", "CC-BY-3.0", "CC-BY-SA-3.0", "CC0-1.0", "GPL-2.0-or-later",
        "GPL-3.0-or-later", "LGPL-2.0-or-later", "LGPL-2.1-or-later", "MIT-Festival",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Package:
    """A package of an archive, in the version that was there when the voice was chosen."""

    archive: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker.

    Attributes
    ----------
    says : str
        What the engine calls the voice; of recordings, which files are his.
    packages : tuple of Package
        What is fetched for him alone.
    held : tuple of Package
        What has the voice in it, be it fetched for him alone or for the engine.
    same_as : str
        Another voice of the same person, or nothing.
    """

    name: str
    source: str
    says: str
    language: str
    sex: str
    licence: str
    kind: str
    packages: tuple[Package, ...]
    held: tuple[Package, ...]
    same_as: str


@dataclass(frozen=True, slots=True)
class Source:
    """An engine and the voices that it speaks with.

    Attributes
    ----------
    seconds : float
        So much is made of each voice if nobody says otherwise: slow engines say less.
    told : mapping
        What the engine is told beside.
    """

    name: str
    engine: str
    seconds: float
    packages: tuple[Package, ...]
    voices: tuple[Voice, ...]
    told: Mapping[str, Any] = field(default_factory=dict)


def packages_of(named: Sequence[Package], archive: str) -> tuple[Package, ...]:
    """Return those of an archive."""
    return tuple(package for package in named if package.archive == archive)


def _packages(entry: Mapping[str, Any]) -> tuple[Package, ...]:
    """Read ``debian = ["NAME VERSION"]`` and the same of the other archives."""
    made = []
    for archive in ARCHIVES:
        for said in entry.get(archive, ()):
            name, _, version = said.partition(" ")
            if not version:
                raise ValueError(f"{archive} package {said!r} has no version")
            made.append(Package(archive, name, version))
    return tuple(made)


def _voice(entry: Mapping[str, Any], source: Mapping[str, Any]) -> Voice:
    own = _packages(entry)
    known = {package.name: package for package in _packages(source)}
    licence = entry.get("licence", source.get("licence", ""))
    if not licence or not set(licence.split(" AND ")) <= FREE:
        raise ValueError(f"{entry['name']} has licence {licence!r}; known: {sorted(FREE)}")
    return Voice(
        name=entry["name"],
        source=source["name"],
        says=entry["says"],
        language=entry["language"],
        sex=entry["sex"],
        licence=licence,
        kind=entry.get("kind", source.get("kind", "")),
        packages=own,
        # The first package of a voice is its own; what follows are words and rules of its language.
        held=own[:1] or tuple(known[name] for name in source["held"]),
        same_as=entry.get("same_as", ""),
    )


def sources(path: Path = CATALOGUE) -> tuple[Source, ...]:
    """Read the catalogue.

    Raises
    ------
    ValueError
        A voice is named twice, its licence is none of `FREE`, or a package has no version.
    """
    made = []
    seen: set[str] = set()
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["source"]:
        try:
            voices = tuple(_voice(each, entry) for each in entry["voice"])
            packages = _packages(entry)
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from None
        for name in (entry["name"], *(voice.name for voice in voices)):
            if name in seen:
                raise ValueError(f"{path.name}: {name} is named twice")
            seen.add(name)
        made.append(
            Source(
                entry["name"], entry["engine"], float(entry["seconds"]), packages, voices,
                entry.get("told", {}),
            )
        )  # fmt: skip
    return tuple(made)
