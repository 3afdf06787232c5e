"""Conformance: signals at the limits of the standards, and what receivers make of them.

The same seeded signals go through our detector and through others on this machine, row by row of a
table of limits with their sources. ``securecall conform`` is its command; ``docs/conformance.md``
says how to read it. Needs numpy, which is an extra: ``pip install securecall[audio]``.
"""

from __future__ import annotations

from importlib.util import find_spec

from securecall.errors import BuildError

if find_spec("numpy") is None:
    raise BuildError("conformance signals need numpy: pip install securecall[audio]")
