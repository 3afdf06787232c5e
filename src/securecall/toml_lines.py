"""On which line of a TOML text each key and array item stands.

``tomllib`` reads values but forgets where they stood; errors without a line are of little use in a
file of hundreds of rates. This scanner runs after ``tomllib`` has accepted the text, so it need not
judge it.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

__all__ = ["Path", "line_of_paths", "written"]

Path: TypeAlias = tuple[str | int, ...]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANK: Final = re.compile(r"[ \t]*")
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")


def written(path: Path) -> str:
    """Return a path as people write it: ``contract[0].rate[2].steps[1].price``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        found = match[0] if match else ""
        self.move(len(found))
        return found

    def move(self, characters: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + characters)
        self.at += characters

    def peek(self, characters: int = 1) -> str:
        return self.text[self.at : self.at + characters]

    def skip(self) -> None:
        """Step over blanks, newlines and comments."""
        while self.at < len(self.text):
            if self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.peek().isspace():
                self.move(1)
            else:
                return

    def string(self) -> str:
        """Step over a string of any of the four kinds; return its inside as it stands."""
        mark = self.peek()
        quote = mark * 3 if self.peek(3) == mark * 3 else mark
        end = self.at + len(quote)
        while not self.text.startswith(quote, end):
            end += 2 if mark == '"' and self.text[end] == "\\" else 1
        if len(quote) == 3:
            while self.text.startswith(mark, end + 3):  # up to two quotes before the closing three
                end += 1
        inside = self.text[self.at + len(quote) : end]
        self.move(end + len(quote) - self.at)
        return inside

    def key(self) -> tuple[str, ...]:
        parts = []
        while True:
            self.take(_BLANK)
            parts.append(self.string() if self.peek() in "\"'" else self.take(_BARE))
            self.take(_BLANK)
            if self.peek() != ".":
                return tuple(parts)
            self.move(1)

    def pair(self, table: Path) -> None:
        line = self.line
        path = table
        for part in self.key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self.move(1)  # "="
        self.take(_BLANK)
        self.value(path)

    def value(self, path: Path) -> None:
        self.lines.setdefault(path, self.line)
        first = self.peek()
        if first in "\"'":
            self.string()
        elif first == "[":
            self.move(1)
            index = 0
            self.skip()
            while self.peek() != "]":
                self.value((*path, index))
                index += 1
                self.separator()
            self.move(1)
        elif first == "{":
            self.move(1)
            self.skip()
            while self.peek() != "}":
                self.pair(path)
                self.separator()
            self.move(1)
        else:
            self.take(_SCALAR)

    def separator(self) -> None:
        self.skip()
        if self.peek() == ",":
            self.move(1)
        self.skip()

    def header(self) -> Path:
        many = self.peek(2) == "[["
        line = self.line
        self.move(2 if many else 1)
        parts = self.key()
        self.move(2 if many else 1)
        path: Path = ()
        for part in parts[:-1]:
            path = (*path, part)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        path = (*path, parts[-1])
        if many:
            self.counts[path] = self.counts.get(path, 0) + 1
            self.lines.setdefault(path, line)
            path = (*path, self.counts[path] - 1)
        elif path in self.counts:
            path = (*path, self.counts[path] - 1)
        self.lines.setdefault(path, line)
        return path

    def run(self) -> dict[Path, int]:
        table: Path = ()
        self.skip()
        while self.at < len(self.text):
            if self.peek() == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip()
        return self.lines


def line_of_paths(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every key and array item of a valid TOML text.

    Keys are paths as ``tomllib``'s result nests them: ``("contract", 0, "rate", 2, "steps")``.

    Source
    ------
    own; TOML 1.0.0.
    """
    return _Scanner(text).run()
