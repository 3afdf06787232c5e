"""A finding is a plain value, and a row of a table."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from securecall.fraud.patterns import Finding
from securecall.fraud.patterns.finding import finding_schema, findings_table

AT = datetime(2026, 5, 1, 13, 0, 0, 1000, UTC)
ONE = Finding("chain", "p", "f", AT, AT, 4, 0.5, "why", {"call_id": "ü", "measure": 4})


def test_a_finding_cannot_be_changed_and_travels() -> None:
    with pytest.raises(FrozenInstanceError):
        ONE.calls = 5  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(ONE)) == ONE


def test_a_table_has_a_row_for_each() -> None:
    table = findings_table([ONE, ONE])
    assert table.schema == finding_schema()
    row = table.to_pylist()[1]
    assert json.loads(row.pop("evidence")) == {"call_id": "ü", "measure": 4}
    assert row["first_at"] == AT
    assert row["reason"] == "why"


def test_no_findings_are_an_empty_table() -> None:
    assert findings_table([]).schema.field("first_at").type == pa.timestamp("ms", "UTC")
