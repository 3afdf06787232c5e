"""Calls in which one thing happens, on a line that is told."""

from __future__ import annotations

from dataclasses import replace

from securecall.fraud.bench.call import Call
from securecall.fraud.bench.corpora import Corpora
from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.draft import Draft, begun
from securecall.fraud.bench.label import LEGS
from securecall.fraud.bench.line import Line
from securecall.fraud.bench.positives import Happening
from securecall.fraud.bench.render import Origin, rendered

__all__ = ["PLAIN", "call_with", "draft_of", "happened"]

PLAIN = Line(noise_dbm0=-62.0)
CORPORA = Corpora("development")


def draft_of(seconds: float = 40.0, *, seed: int = 1, line: Line = PLAIN) -> Draft:
    """Return a call without losses, both legs on a line."""
    draft = begun(round(seconds * 8000), dice(seed, "plot"), CORPORA)
    for leg in draft.legs.values():
        leg.lines = [(0, line)]
        leg.losses = []
    return draft


def happened(
    happening: Happening, *, at_s: float = 12.0, seconds: float = 60.0, seed: int = 1,
    line: Line = PLAIN,
) -> Draft:  # fmt: skip
    """Return a draft in which something happens."""
    draft = draft_of(seconds, seed=seed, line=line)
    happening(draft, round(at_s * 8000))
    return draft


def call_with(draft: Draft, *, silent: bool = False, seed: int = 1) -> Call:
    """Return the call of a draft; nobody says anything in a silent one."""
    if silent:
        for name in LEGS:
            leg = draft.legs[name]
            leg.parties = [replace(party, end=party.first) for party in leg.parties]
    return rendered(draft, Origin(seed, "development", 0))
