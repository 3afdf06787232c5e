"""Records as text: what every reader makes, before a layout says what the fields mean.

A raw table has one row a record and one text column a field; a field that a record has not is null.
More columns, whose names begin with a blank as no field's does, say where a record stands, why it
could not be read (its fields are then all null), and why it is not the one to charge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

__all__ = ["ASIDE", "BROKEN", "FILE", "LINE", "raw_schema", "raw_table", "text_array"]

FILE: Final = " file"
LINE: Final = " line"
BROKEN: Final = " broken"
ASIDE: Final = " aside"


def raw_schema(fields: Sequence[str]) -> pa.Schema:
    """Return the columns of a raw table of one file."""
    return pa.schema(
        [
            *((name, pa.string()) for name in fields),
            (LINE, pa.int64()),
            (BROKEN, pa.string()),
            (ASIDE, pa.string()),
        ]
    )


def text_array(values: Sequence[str | None]) -> pa.Array:
    """Return text as Arrow; what is not Unicode (a lone surrogate from JSON) becomes ``?``."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        clean = [None if v is None else v.encode("utf-8", "replace").decode() for v in values]
        return pa.array(clean, pa.string())


def raw_table(
    fields: Sequence[str],
    columns: Mapping[str, Sequence[str | None]],
    lines: Sequence[int],
    broken: Sequence[str | None],
    aside: Sequence[str | None] | None = None,
) -> pa.Table:
    """Return a raw table; a field without a column is null in every row."""
    rows = len(lines)
    return pa.table(
        [
            *(
                text_array(columns[name]) if name in columns else pa.nulls(rows, pa.string())
                for name in fields
            ),
            pa.array(lines, pa.int64()),
            text_array(broken),
            pa.nulls(rows, pa.string()) if aside is None else text_array(aside),
        ],
        schema=raw_schema(fields),
    )
