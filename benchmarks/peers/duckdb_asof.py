"""DuckDB: ``ASOF JOIN`` on the flattened deck, all in its own tables."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pyarrow as pa

from benchmarks.peers import BAD_NUMBER, NO_RATE, OK, UNANSWERED
from benchmarks.workloads import KEY_DIGITS, LIMIT_MICROS, Deck

__all__ = ["forms"]

KEY = "TRY_CAST(number AS BIGINT) * powers[length(number) + 1]"
BILLED = (
    "initial_ms + CAST(ceil(greatest(duration_ms - initial_ms, 0) / increment_ms) AS BIGINT) "
    "* increment_ms AS billed_ms"
)
# Floating point is exact here, and quicker than dividing whole numbers: see polars_asof.py.
NET = (
    "least(CAST(round_even(minute_micros * billed_ms / 60000, 0) AS BIGINT), "
    f"CAST(ceil(billed_ms / 60000) AS BIGINT) * {LIMIT_MICROS}) AS net"
)
TAX = "(net * 625 + 50000000) // 100000000 * 10000 AS tax"
STATUS = (
    f"CAST(CASE WHEN key IS NULL THEN {BAD_NUMBER} WHEN duration_ms = 0 THEN {UNANSWERED} "
    f"WHEN rate IS NULL THEN {NO_RATE} ELSE {OK} END AS TINYINT) AS status"
)
OUT = "facility, number, start, duration_ms, status, rate, billed_ms, net, tax, net + tax AS total"


def _amount(name: str) -> str:
    return f"CASE status WHEN {OK} THEN {name} WHEN {UNANSWERED} THEN 0 END AS {name}"


def _priced(source: str) -> str:
    """Return the query of the output over one that joins calls with prices."""
    rated = f"SELECT *, {TAX} FROM (SELECT *, {NET} FROM (SELECT *, {BILLED} FROM ({source})))"
    amounts = ", ".join(_amount(name) for name in ("billed_ms", "net", "tax"))
    kept = "row, facility, number, start, duration_ms, status"
    judged = f"SELECT *, {STATUS} FROM ({rated})"
    return f"SELECT {kept}, CASE status WHEN {OK} THEN rate END AS rate, {amounts} FROM ({judged})"


def forms(
    deck: Deck, calls: pa.Table, good: pa.Table
) -> dict[str, dict[str, Callable[[], object]]]:
    """Return the forms of the job."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    begins, owners = deck.flattened()
    rate = pa.array(owners, mask=owners < 0)
    table = pa.table({"begins": begins, "rate": rate})
    for name in ("minute_micros", "initial_ms", "increment_ms"):
        table = table.append_column(name, pa.array(getattr(deck, name)).take(rate))
    integers = pa.table({"key": good["key"], "duration_ms": good["duration_ms"]})
    for name, content in (("ranges", table), ("good", integers), ("calls", calls)):
        connection.register("arrow", content)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow")
        connection.unregister("arrow")
    powers = [10 ** max(KEY_DIGITS - digits, 0) for digits in range(20)]
    key = KEY.replace("powers", f"({powers}::BIGINT[])")
    whole_query = (
        f"SELECT {OUT} FROM ("
        + _priced(
            f"SELECT * FROM (SELECT *, rowid AS row, {key} AS key FROM calls) "
            "ASOF LEFT JOIN ranges ON key >= begins"
        )
        + ") ORDER BY row"
    )
    narrow_query = (
        f"SELECT {OUT} FROM ("
        + _priced(
            "SELECT rowid AS row, * FROM calls POSITIONAL JOIN (SELECT key, rate, minute_micros, "
            f"initial_ms, increment_ms FROM (SELECT rowid AS call, {key} AS key FROM calls) "
            "ASOF LEFT JOIN ranges ON key >= begins ORDER BY call)"
        )
        + ")"
    )
    total_query = (
        f"SELECT sum(net + tax) FROM (SELECT *, {TAX} FROM (SELECT *, {NET} "
        f"FROM (SELECT *, {BILLED} FROM good ASOF JOIN ranges ON key >= begins)))"
    )

    def whole() -> pa.Table:
        return connection.sql(whole_query).to_arrow_table()

    def narrow() -> pa.Table:
        return connection.sql(narrow_query).to_arrow_table()

    def total() -> int:
        return int(connection.execute(total_query).fetchall()[0][0])

    return {"text": {"whole": whole, "narrow": narrow}, "easiest": {"": total}}
