"""A finding: one pattern, whom it is about, when, how clearly, and why in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Finding", "finding_order", "finding_schema", "findings_table"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one pattern found about one subject in one stretch of time.

    Attributes
    ----------
    pattern : str
    subject : str
        A person, account, number, station or facility; the pattern says which.
    facility : str
        Of the call that opened it.
    first_at, last_at : datetime
        Starts of the first and the last call that took part; UTC.
    calls : int
        Calls that took part.
    score : float
        How far beyond its threshold: 0.5 at it, towards 1. Not a probability.
    reason : str
        In words, with the numbers.
    evidence : mapping
        The numbers, thresholds included, and the id of the call that opened it.

    Source
    ------
    own.
    """

    pattern: str
    subject: str
    facility: str
    first_at: datetime
    last_at: datetime
    calls: int
    score: float
    reason: str
    evidence: Mapping[str, int | float | str | None] = field(default_factory=dict)


def finding_order(one: Finding) -> tuple[datetime, str, str, str, datetime]:
    """Return what findings are sorted by.

    Source
    ------
    own.
    """
    return one.first_at, one.pattern, one.subject, one.facility, one.last_at


def finding_schema() -> pa.Schema:
    """Return the columns of a table of findings; evidence is JSON.

    Source
    ------
    own.
    """
    import pyarrow as pa

    return pa.schema(
        [
            ("pattern", pa.string()),
            ("subject", pa.string()),
            ("facility", pa.string()),
            ("first_at", pa.timestamp("ms", "UTC")),
            ("last_at", pa.timestamp("ms", "UTC")),
            ("calls", pa.int64()),
            ("score", pa.float64()),
            ("reason", pa.string()),
            ("evidence", pa.string()),
        ]
    )


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """Return findings as an Arrow table.

    Parameters
    ----------
    findings : iterable of Finding

    Source
    ------
    own.
    """
    import pyarrow as pa

    schema = finding_schema()
    rows = [
        {
            name: json.dumps(dict(one.evidence), ensure_ascii=False)
            if name == "evidence"
            else getattr(one, name)
            for name in schema.names
        }
        for one in findings
    ]
    return pa.Table.from_pylist(rows, schema=schema)
