"""The fraud benchmark: simulated calls with labels, and what a detector makes of them.

A call has two legs and comes from a seed and its number alone, so that a thousand hours need no
memory and any call can be made again. ``securecall bench`` is its command; ``docs/bench.md`` says
how to read it. Needs numpy, soundfile and soxr: ``pip install securecall[audio]``.
"""

from __future__ import annotations

from importlib.util import find_spec

from securecall.errors import BuildError

if find_spec("numpy") is None:
    raise BuildError("simulated calls need numpy: pip install securecall[audio]")

from securecall.fraud.bench.call import Call
from securecall.fraud.bench.corpora import Corpora, open_corpora
from securecall.fraud.bench.label import INNOCENT, KINDS, LEGS, Label
from securecall.fraud.bench.listener import Listener, Report
from securecall.fraud.bench.run import run
from securecall.fraud.bench.score import Scores, score
from securecall.fraud.bench.simulate import Simulator

__all__ = [
    "INNOCENT",
    "KINDS",
    "LEGS",
    "Call",
    "Corpora",
    "Label",
    "Listener",
    "Report",
    "Scores",
    "Simulator",
    "open_corpora",
    "run",
    "score",
]
