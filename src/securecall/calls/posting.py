"""A month of call records, rated and charged as they pass: where prices and money meet in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from securecall.ledger.instant import At
from securecall.ledger.ledger import Ledger
from securecall.ledger.values.posting import Posting
from securecall.rating.tariff import Tariff

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["post_month", "with_accounts"]

NUMBERS_MAX = 1 << 16  # whose accounts are remembered


def post_month(
    tariff: Tariff,
    ledger: Ledger,
    records: Any,
    *,
    at: At,
    request_id: str,
    explain: bool = False,
    rows: int = 4_096,
    expected: Mapping[str, Any] | None = None,
    refusals: Callable[[pa.RecordBatch], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Posting:
    """Rate call records and charge them to their accounts, in bounded memory.

    A record without an account is charged to the one on which the number called is linked, if it is
    (`Ledger.link_number`).

    Parameters
    ----------
    tariff : Tariff
    ledger : Ledger
    records : any Arrow producer
        Call records, as for `Tariff.rate_stream`.
    explain : bool
        Post each tax under its own name; slower, because every call is explained.
    at, request_id, rows, expected, refusals, progress
        As for `Ledger.post_records`.

    Returns
    -------
    Posting

    Raises
    ------
    ColumnError, InputError, InputTypeError, TotalsDiffer
        As in `Tariff.rate_stream` and `Ledger.post_records`.

    Source
    ------
    own; docs/posting.md.
    """
    rated = tariff.rate_stream(records, explain=explain)
    return ledger.post_records(
        with_accounts(rated, ledger),
        at=at,
        request_id=request_id,
        rows=rows,
        expected=expected,
        refusals=refusals,
        progress=progress,
    )


def with_accounts(reader: pa.RecordBatchReader, ledger: Ledger) -> pa.RecordBatchReader:
    """Return the same stream, each record without an account on that of the number called.

    Source
    ------
    own; docs/posting.md.
    """
    import pyarrow as pa

    schema = reader.schema
    if "account" not in schema.names:
        schema = schema.append(pa.field("account", pa.string()))
    place = schema.get_field_index("account")
    schema = schema.set(place, pa.field("account", pa.string()))
    account_of = lru_cache(NUMBERS_MAX)(ledger.account_of)

    def filled() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            accounts: list[str | None] = [None] * batch.num_rows
            if "account" in batch.schema.names:
                accounts = batch.column("account").to_pylist()
            if None in accounts:
                numbers = batch.column("number").to_pylist()
                statuses = batch.column("status").to_pylist()
                accounts = [
                    # What was rated has a number that is one.
                    account_of(number) if account is None and status == "ok" else account
                    for account, number, status in zip(accounts, numbers, statuses, strict=True)
                ]
            columns = list(batch.columns)
            columns[place : place + 1] = [pa.array(accounts, pa.string())]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, filled())
