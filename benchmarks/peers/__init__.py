"""The plain job in other libraries, as well as we can write it there.

A peer is a module with ``forms(deck, calls, good)``, which prepares what may be prepared (the
flattened deck, the calls in the library's own table) and returns functions by name:

``text``
    Dialled digits as text in; the calls' columns, ``status``, ``rate``, ``billed_ms``, ``net``,
    ``tax`` and ``total`` out, in input order. Money is whole micro-dollars in 64 bits; null where a
    row is rejected.
``easiest``
    Only good calls, numbers as left-justified integers already; only the sum of the totals.

A peer may have several forms of either; each is measured, and the fastest counts.
"""

from __future__ import annotations

from typing import Final

__all__ = ["BAD_NUMBER", "NO_RATE", "OK", "PEERS", "UNANSWERED"]

# What peers put into ``status``; the numbers are the engine's.
BAD_NUMBER: Final = 3
UNANSWERED: Final = 6
NO_RATE: Final = 7
OK: Final = 9

#: Modules of this package.
PEERS: Final = ("polars_asof", "polars_search", "duckdb_asof", "pandas_asof", "pandas_search")
