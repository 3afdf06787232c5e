"""The columns of rules files."""

from __future__ import annotations

from dataclasses import fields

import pytest

from securecall.regulation.columns import COLUMNS, KINDS, kind_of_header


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_kind_is_told_by_its_needed_columns(kind: str) -> None:
    needed = [name for name, column in COLUMNS[kind].items() if column.required]
    assert kind_of_header(needed) == kind
    assert kind_of_header(list(COLUMNS[kind])) == kind


def test_every_column_fills_a_field_of_its_row() -> None:
    assert set(COLUMNS) == set(KINDS)
    for kind, columns in COLUMNS.items():
        names = {one.name for one in fields(KINDS[kind])}
        assert {column.field for column in columns.values()} <= names


def test_other_columns_are_of_no_kind() -> None:
    assert kind_of_header(["regime", "citation"]) is None
