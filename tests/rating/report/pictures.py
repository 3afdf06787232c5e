"""Reads bars back from a picture."""

from __future__ import annotations

import re

_BAR = re.compile(
    r'<path d="M (?P<left>[\d.]+) (?P<foot>[\d.]+) \nL (?P<right>[\d.]+) [\d.]+ \n'
    r'L [\d.]+ (?P<top>[\d.]+) \nL [\d.]+ [\d.]+ \nz\n" clip-path="[^"]+" '
    r'style="fill: var\((?P<colour>--[a-z0-9-]+)\)'
)


def bars_of(svg: str) -> list[tuple[str, float, float, float, float]]:
    """Return colour, left, right, foot and top of every filled bar, in drawing order."""
    return [
        (found["colour"], *(float(found[name]) for name in ("left", "right", "foot", "top")))
        for found in _BAR.finditer(svg)
    ]
