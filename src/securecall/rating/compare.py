"""Re-rating: what changes between two tariffs, or between two dates of knowledge of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from securecall.errors import InputTypeError
from securecall.notebook import table
from securecall.rating.batch import Progress, Rater
from securecall.rating.columns import check_values, open_stream, plain, plain_type

if TYPE_CHECKING:
    from securecall.rating.csv_records import Records
    from securecall.rating.tariff import Tariff

__all__ = ["REASONS", "Comparison", "compare", "compare_records"]

#: Why a row's price changed, in order of precedence: the first that differs.
REASONS: Final = ("status", "jurisdiction", "rate", "ceiling", "price", "state_share", "tax")
_AMOUNT: Final = pa.decimal128(18, 6)
_WIDE: Final = pa.decimal128(30, 6)  # a sum of many amounts
_COMPARED: Final = ("status", "net", "tax", "total", "state_paid", "cap_saved", "billed_ms")
_SHOWN: Final = (*_COMPARED, "jurisdiction", "rate_id", "cap_source")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed.

    Attributes
    ----------
    rows : pyarrow.Table
        Only the rows that changed, in order: ``row`` (from 0), the columns that name the call
        (``call_id``, ``facility``, ``account``, ``number``, ``start`` where present), ``reason``,
        ``difference`` (after minus before, dollars; null where either has no total), and each
        rated value ``..._before`` and ``..._after``.
    totals : pyarrow.Table
        By ``facility`` and ``reason``: ``rows``, ``before``, ``after``, ``difference``.
    compared : int
        How many rows were rated twice.

    Source
    ------
    own.
    """

    rows: pa.Table
    totals: pa.Table
    compared: int

    def _repr_html_(self) -> str:
        """Return the totals by facility and reason as a table."""
        names = self.totals.column_names
        rows = [[row[name] for name in names] for row in self.totals.to_pylist()]
        changed = f"{self.rows.num_rows:,} of {self.compared:,} rows change"
        return table("Comparison", names, rows, note=changed)


def _keys(schema: pa.Schema) -> list[str]:
    wanted = ("call_id", "facility", "account", "number", "start")
    return [name for name in wanted if name in schema.names]


def _differs(before: pa.Array, after: pa.Array) -> pa.Array:
    """Return where two columns differ; null equals null."""
    same = pc.equal(before, after)
    both_null = pc.and_(before.is_null(), after.is_null())
    return pc.invert(pc.or_(pc.fill_null(same, False), both_null))


def _reasons(before: dict[str, pa.Array], after: dict[str, pa.Array]) -> pa.Array:
    differ = {name: _differs(before[name], after[name]) for name in before}
    tests = {
        "status": differ["status"],
        "jurisdiction": differ["jurisdiction"],
        "rate": differ["rate_id"],
        "ceiling": pc.or_(differ["cap_source"], pc.and_(differ["cap_saved"], differ["net"])),
        "price": pc.or_(differ["net"], differ["billed_ms"]),
        "state_share": differ["state_paid"],
        "tax": differ["tax"],
    }
    reason = pa.nulls(len(before["status"]), pa.string())
    for name in reversed(REASONS):
        reason = pc.if_else(tests[name], name, reason)
    return reason


def _changed(
    first: int, through: pa.RecordBatch, before: pa.RecordBatch, after: pa.RecordBatch
) -> pa.Table | None:
    old = {name: plain(before.column(name)) for name in _SHOWN}
    new = {name: plain(after.column(name)) for name in _SHOWN}
    moved = _differs(old["status"], new["status"])
    for name in ("net", "tax", "total", "state_paid"):
        moved = pc.or_(moved, _differs(old[name], new[name]))
    if not pc.any(moved).as_py():
        return None
    check_values(through, _keys(through.schema))
    difference = pc.subtract(new["total"], old["total"]).cast(_AMOUNT)
    columns = {
        "row": pa.array(range(first, first + through.num_rows), pa.int64()),
        **{name: plain(through.column(name)) for name in _keys(through.schema)},
        "reason": _reasons(old, new),
        "difference": difference,
    }
    for name in _SHOWN:
        columns[f"{name}_before"] = old[name]
        columns[f"{name}_after"] = new[name]
    return pa.table(columns).filter(moved)


def _empty(schema: pa.Schema, old: Rater) -> pa.Table:
    def kind(name: str, source: pa.Schema) -> pa.DataType:
        return plain_type(source.field(name).type)

    fields = [("row", pa.int64()), *((name, kind(name, schema)) for name in _keys(schema))]
    fields += [("reason", pa.string()), ("difference", _AMOUNT)]
    for name in _SHOWN:
        fields += [(f"{name}_{side}", kind(name, old.schema)) for side in ("before", "after")]
    return pa.schema(fields).empty_table()


def _totals(rows: pa.Table) -> pa.Table:
    zero = pa.scalar(0, _WIDE)
    columns = {
        "facility": rows["facility"],
        "reason": rows["reason"],
        "before": pc.fill_null(rows["total_before"].cast(_WIDE), zero),
        "after": pc.fill_null(rows["total_after"].cast(_WIDE), zero),
    }
    grouped = pa.table(columns).group_by(["facility", "reason"], use_threads=False)
    summed = grouped.aggregate([("before", "sum"), ("after", "sum"), ("before", "count")])
    summed = summed.sort_by([("facility", "ascending"), ("reason", "ascending")])
    before, after = summed["before_sum"].cast(_WIDE), summed["after_sum"].cast(_WIDE)
    return pa.table(
        {
            "facility": summed["facility"],
            "reason": summed["reason"],
            "rows": summed["before_count"],
            "before": before,
            "after": after,
            "difference": pc.subtract(after, before).cast(_WIDE),
        }
    )


def _compare(
    before: Tariff,
    after: Tariff,
    *,
    schema: pa.Schema,
    rating_schema: pa.Schema | None,
    batches: Iterator[tuple[pa.RecordBatch, pa.RecordBatch]],
    total: int | None,
    progress: Progress | None,
) -> Comparison:
    old = Rater(before, schema, replace=True, rating_schema=rating_schema)
    new = Rater(after, schema, replace=True, rating_schema=rating_schema)
    changed = [_empty(schema, old)]
    done = 0
    for through, rating in batches:
        first = done
        for one, other in zip(old.rate(through, rating), new.rate(through, rating), strict=True):
            piece = _changed(first, through.slice(first - done, one.num_rows), one, other)
            first += one.num_rows
            if piece is not None:
                changed.append(piece.cast(changed[0].schema))
            if progress is not None:
                progress(first, total)
        done = first
    rows = pa.concat_tables(changed)
    return Comparison(rows, _totals(rows), done)


def _other(tariff: Tariff, other: Tariff | date) -> Tariff:
    if isinstance(other, type(tariff)):
        return other
    if isinstance(other, datetime):
        other = other.date()
    if isinstance(other, date):
        return tariff.known(other)
    raise InputTypeError(
        "compare with another Tariff, or with a date of knowledge of the rules, "
        f"not {type(other).__name__}"
    )


def compare(
    tariff: Tariff, cdrs: Any, other: Tariff | date, *, progress: Progress | None = None
) -> Comparison:
    """Rate records twice; see `Tariff.compare`."""
    total = getattr(cdrs, "num_rows", None)
    reader = open_stream(cdrs)
    batches = ((batch, batch) for batch in reader)
    return _compare(
        tariff,
        _other(tariff, other),
        schema=reader.schema,
        rating_schema=None,
        batches=batches,
        total=total if isinstance(total, int) else None,
        progress=progress,
    )


def compare_records(
    tariff: Tariff, records: Records, other: Tariff | date, progress: Progress | None = None
) -> Comparison:
    """Rate a file's records twice; see `Tariff.compare`."""
    return _compare(
        tariff,
        _other(tariff, other),
        schema=records.schema,
        rating_schema=records.rating_schema,
        batches=records.batches,
        total=records.rows,
        progress=progress,
    )
