"""Work in parts, on the processors of one machine, that any kill leaves whole.

A job is cut into parts with names that depend on its input alone. Each part is written beside its
name by a worker, synced and put in place, and then noted with its rows, sums and digest. Whatever
is killed, the worker, the one that leads, or the machine: what was noted is there, what was not is
made again, and nothing is made twice. This package knows no wing: what a part is made from, and
how, is said by who asks.
"""

from __future__ import annotations

from securecall.spread.manifest import Manifest, read_manifest
from securecall.spread.part import Made, Part, Written
from securecall.spread.verify import Problem, verify
from securecall.spread.work import PartWork, Work
from securecall.spread.write_parts import write_parts

__all__ = [
    "Made",
    "Manifest",
    "Part",
    "PartWork",
    "Problem",
    "Work",
    "Written",
    "read_manifest",
    "verify",
    "write_parts",
]
