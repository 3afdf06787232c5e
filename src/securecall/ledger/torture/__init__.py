"""Faults done to a ledger on purpose: kills, power cuts, failing disks, full disks, clocks, crowds.

`run` is the suite and ``securecall ledger torture`` its command. Every part sends seeded requests
to real SQLite files through the public face, does harm, opens the file again and asks a `judge`.

Source
------
docs/torture.md, docs/decisions/0101.
"""

from securecall.ledger.torture.suite import NAMES, TARGETS, Report, run

__all__ = ["NAMES", "TARGETS", "Report", "run"]
