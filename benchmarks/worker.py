"""A process of its own for one contestant of the plain job, so that nobody warms another's caches.

``python -m benchmarks.worker NAME FOLDER`` reads the work from the folder, then answers lines:
``["forms"]`` with the kinds and names of its forms, ``["run", kind, form]`` with processor seconds,
``["check", kind, form]`` with whether each row is as in the folder's answer.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measure import least_seconds
from benchmarks.workloads import KEY_DIGITS, Deck, plain_tariff

__all__ = ["good_calls", "main", "micros_of", "statuses_of"]

OURS = "securecall"


def micros_of(column: pa.ChunkedArray) -> pa.Array:
    """Return amounts of decimal128 with six places as whole micro-dollars."""
    parts = []
    for chunk in column.chunks:
        halves = np.frombuffer(chunk.buffers()[1], np.int64).reshape(-1, 2)
        low = halves[chunk.offset : chunk.offset + len(chunk), 0]
        parts.append(pa.array(low, mask=~chunk.is_valid().to_numpy(zero_copy_only=False)))
    return pa.concat_arrays(parts)


def statuses_of(column: pa.ChunkedArray) -> pa.Array:
    """Return the engine's numbers of statuses."""
    return pa.concat_arrays([chunk.indices for chunk in column.chunks])


def good_calls(calls: pa.Table, status: pa.Array) -> pa.Table:
    """Return what the easiest form starts from: calls with status ok, numbers as integers."""
    good = calls.filter(pc.equal(status, 9))
    key = pc.utf8_rpad(good["number"], KEY_DIGITS, "0").cast(pa.int64())
    return pa.table({"key": key, "duration_ms": good["duration_ms"]}).combine_chunks()


def _forms(
    name: str, deck: Deck, calls: pa.Table, good: pa.Table
) -> dict[str, dict[str, Callable[[], Any]]]:
    if name != OURS:
        return import_module(f"benchmarks.peers.{name}").forms(deck, calls, good)
    tariff = plain_tariff(deck)
    return {"text": {"": lambda: tariff.rate_batch(calls)}}


def _same(kind: str, result: Any, answer: dict[str, Any]) -> bool:
    """Return whether a result is the answer, row by row and in order."""
    if kind == "easiest":
        return bool(result == answer["sum"])
    table = result
    if not isinstance(result, pa.Table):
        table = result.to_arrow() if hasattr(result, "to_arrow") else pa.Table.from_pandas(result)
    ours = pa.types.is_dictionary(table["status"].type)
    status = statuses_of(table["status"]) if ours else table["status"].cast(pa.int8())
    checked = {"status": status}
    for name in ("net", "tax", "total"):
        checked[name] = micros_of(table[name]) if ours else table[name].cast(pa.int64())
    checked["billed_ms"] = table["billed_ms"].cast(pa.int64())
    return all(
        pa.chunked_array(column).equals(pa.chunked_array(answer[name]))
        if isinstance(column, pa.Array)
        else column.equals(pa.chunked_array(answer[name]))
        for name, column in checked.items()
    ) and table["number"].cast(pa.string()).equals(answer["number"])


def main() -> None:
    """Answer until stdin ends."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    work = pickle.loads((folder / "work.pickle").read_bytes())
    answer = pickle.loads((folder / "answer.pickle").read_bytes())
    forms = _forms(name, work["deck"], work["calls"], work["good"])
    for line in sys.stdin:
        command, *rest = json.loads(line)
        if command == "forms":
            reply: Any = [[kind, form] for kind, found in forms.items() for form in found]
        elif command == "check":
            reply = _same(rest[0], forms[rest[0]][rest[1]](), answer)
        else:
            # The first of three finds caches and free memory as others left them; all get three.
            reply = least_seconds(forms[rest[0]][rest[1]], 3)
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
