"""Reads ``catalogue.toml``: which packages are fetched, and what each of their files is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora.store import CLASSES

CATALOGUE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """A file whose path has the pattern is of this class and pack; no class leaves it out."""

    pattern: re.Pattern[str]
    kind: str
    pack: str


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package, the side of the split it is on, and the rules for its files."""

    name: str
    held: bool
    rules: tuple[Rule, ...]

    def label(self, path: str) -> tuple[str, str] | None:
        """Return class and pack of a file, or None if it is left out."""
        for rule in self.rules:
            found = rule.pattern.search(path)
            if found is None:
                continue
            if not rule.kind:
                return None
            return rule.kind, found.expand(rule.pack).replace("/", "_")
        return None


def packages(path: Path = CATALOGUE) -> list[Package]:
    """Read the catalogue.

    Raises
    ------
    ValueError
        A package is named twice, or a rule has a class that is not known.
    """
    listed: dict[str, Package] = {}
    read = tomllib.loads(path.read_text())
    named = {"{" + name + "}": pattern for name, pattern in read.get("pattern", {}).items()}
    for entry in read["package"]:
        name = entry["name"]
        if name in listed:
            raise ValueError(f"{path.name}: package {name} is named twice")
        rules = tuple(
            Rule(re.compile(named.get(p, p)), kind, pack) for p, kind, pack in entry["rules"]
        )
        for rule in rules:
            if rule.kind and rule.kind not in CLASSES:
                raise ValueError(f"{path.name}: {name} has class {rule.kind!r}; known: {CLASSES}")
        listed[name] = Package(name, entry.get("held", False), rules)
    return list(listed.values())
