"""Every pattern finds what its judge finds, in any pieces of the table, in any order of rows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.patterns.records import found, some_of, table, tables
from tests.oracles.patterns import JUDGES, Row

from securecall.errors import InputError, InputTypeError
from securecall.fraud.patterns import (
    BusyNumber,
    Chain,
    Forwarding,
    HotNumber,
    Hours,
    InvalidPin,
    Scan,
    Schedule,
    Sequence,
    SharedNumber,
    SharedPin,
    ShortBurst,
    Suspended,
    Velocity,
    scan,
)
from securecall.fraud.patterns.catalogue import PARAMETERS, PATTERNS, patterns_of
from securecall.fraud.patterns.scanning import Scanner

WINDOWS = some_of(1, 500, 1000, 5000, 86_400_000)
COUNTS = some_of(2, 3, 4)
KNOWN: Any = some_of((), ("+100",))
HOURS = st.builds(
    Hours,
    timezone=some_of("America/Chicago", "Asia/Kolkata"),
    opens=some_of("08:00", "20:00", "00:00"),
    closes=some_of("08:01", "22:30", "24:00"),
    days=some_of(("fri",), ("sat", "sun"), ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
)
DRAWN: dict[str, Any] = {
    "velocity": st.builds(Velocity, window_ms=WINDOWS, calls=COUNTS, talked_only=st.booleans()),
    "shared_number": st.builds(SharedNumber, window_ms=WINDOWS, people=COUNTS, known=KNOWN),
    "shared_pin": st.builds(SharedPin, window_ms=WINDOWS),
    "invalid_pin": st.builds(InvalidPin, attempts=COUNTS, gap_ms=WINDOWS),
    "chain": st.builds(Chain, gap_ms=WINDOWS, calls=COUNTS, duration_ms_min=some_of(1, 1000)),
    "sequence": st.builds(Sequence, stride=some_of(1, 2), gap_ms=WINDOWS, calls=some_of(3, 4)),
    "short_burst": st.builds(
        ShortBurst, duration_ms_min=some_of(0, 1), duration_ms_max=some_of(1, 1000), calls=COUNTS,
        window_ms=WINDOWS,
    ),
    "hot_number": st.builds(HotNumber, numbers=KNOWN, quiet_ms=WINDOWS),
    "busy_number": st.builds(BusyNumber, sigmas=some_of(0.5, 1.0, 3), calls=COUNTS, known=KNOWN),
    "forwarding": st.builds(
        Forwarding, overlaps=some_of(1, 2, 3), people=some_of(2, 3), window_ms=WINDOWS,
        duration_ms_min=some_of(1, 1000), known=KNOWN,
    ),
    "suspended": st.builds(
        Suspended, accounts=some_of((), ("acc",), {"acc": 1_777_640_401_000}), remember_ms=WINDOWS
    ),
    "schedule": st.builds(
        Schedule, hours=st.dictionaries(some_of("f", "g"), HOURS), grace_ms=some_of(0, 60_000),
        quiet_ms=WINDOWS,
    ),
}  # fmt: skip


def test_every_pattern_has_a_judge_and_parameters() -> None:
    assert list(PATTERNS) == list(PARAMETERS)
    assert set(PATTERNS) == set(JUDGES) == set(DRAWN)


@pytest.mark.parametrize("name", list(JUDGES))
@settings(max_examples=max(60, settings().max_examples // 2))
@given(data=st.data())
def test_the_scan_and_the_judge_agree(name: str, data: st.DataObject) -> None:
    rows = data.draw(tables())
    parameters = data.draw(DRAWN[name])
    result = scan(table(rows), [parameters], only=[name])
    assert found(result, name) == JUDGES[name](rows, parameters)
    assert (result.rows, dict(result.bad)) == (len(rows), {})


@settings(max_examples=max(40, settings().max_examples // 4))
@given(rows=tables(), cuts=st.lists(st.integers(0, 40)), data=st.data())
def test_any_cutting_gives_the_same_findings(
    rows: list[Row], cuts: list[int], data: st.DataObject
) -> None:
    parameters = [data.draw(one) for one in DRAWN.values()]
    whole = table(rows)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    pieces = [whole.slice(at, to - at) for at, to in pairwise(edges)]
    batches = [batch for piece in pieces for batch in piece.combine_chunks().to_batches()]
    for lateness in (0, 1000):
        once = scan(whole, parameters, lateness_ms=lateness)
        cut = scan(
            pa.RecordBatchReader.from_batches(whole.schema, batches), parameters,
            lateness_ms=lateness,
        )  # fmt: skip
        assert cut == once


@settings(max_examples=max(40, settings().max_examples // 4))
@given(rows=tables(), seed=st.integers(0, 100), data=st.data())
def test_rows_that_come_late_are_put_in_order_or_counted(
    rows: list[Row], seed: int, data: st.DataObject
) -> None:
    starts = sorted({row.start for row in rows})
    rows = [next(row for row in rows if row.start == start) for start in starts]  # no equal ones
    mixed = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]
    parameters = [data.draw(one) for one in DRAWN.values()]
    assert scan(table(mixed), parameters, lateness_ms=1 << 45) == scan(table(rows), parameters)
    late = scan(table(mixed), parameters, lateness_ms=500)
    kept, latest = [], 0
    for row in mixed:
        if row.start >= latest - 500:
            kept.append(row)
        latest = max(latest, row.start)
    assert late.bad.get("late", 0) == len(rows) - len(kept)
    on_time = scan(table(sorted(kept)), parameters)
    assert late.findings == on_time.findings


def test_crowds_do_not_change_what_is_found() -> None:
    # Thousands of subjects in one window: tables grow, and in the next hours they are used again.
    rng = np.random.default_rng(7)
    rows = [
        Row(int(start), 5000, f"f{who % 7}", f"+1{who % 4000}", f"p{who}", None, "answered")
        for start, who in zip(
            np.sort(rng.integers(0, 5 * 3_600_000, 30_000)), rng.integers(0, 9000, 30_000),
            strict=True,
        )
    ]  # fmt: skip
    given_here = [Velocity(window_ms=3_600_000, calls=6), ShortBurst(calls=4),
                  SharedNumber(window_ms=3_600_000, people=3)]  # fmt: skip
    result = scan(table(rows), given_here, only=["velocity", "short_burst", "shared_number"])
    for one in given_here:
        name = next(name for name, kind in PARAMETERS.items() if kind is type(one))
        busy = {find.subject for find in result.findings if find.pattern == name}
        few = [row for row in rows if row.person in busy or row.number in busy]
        assert busy
        assert found(scan(table(few), [one], only=[name]), name) == found(result, name)
        assert JUDGES[name](few[:400], one) == found(
            scan(table(few[:400]), [one], only=[name]), name
        )


def test_what_is_remembered_does_not_grow_with_the_stream() -> None:
    def hour(which: int) -> pa.RecordBatch:
        rows = [
            Row(which * 3_600_000 + at * 600, 1000, "f", f"+{which}{at}", f"p{which}-{at}")
            for at in range(6000)
        ]
        return table(rows).combine_chunks().to_batches()[0]

    scanner = Scanner([SharedNumber(window_ms=3_600_000)], lateness_ms=0,
                      only=["velocity", "shared_number", "chain", "busy_number"])  # fmt: skip
    held = []
    for which in range(60):
        scanner.feed(hour(which))
        held.append(scanner.bytes_held)
        assert len(scanner._texts) <= 2
    # A day of UTC is what the busiest table holds; the second day adds nothing to it.
    assert held[-1] == held[24 * 1 + 10]


def test_names_and_parameters_that_are_wrong_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'velocity'"):
        patterns_of([], ["velocitty"])
    with pytest.raises(InputError, match="given twice"):
        patterns_of([Velocity(), Velocity()], None)
    with pytest.raises(InputTypeError, match="must be of Velocity"):
        patterns_of(["velocity"], None)
    for kind, name in (
        (Velocity, "calls"), (SharedNumber, "people"), (SharedPin, "facilities"),
        (InvalidPin, "attempts"), (Chain, "calls"), (Sequence, "calls"), (ShortBurst, "calls"),
        (BusyNumber, "calls"), (Forwarding, "overlaps"),
    ):  # fmt: skip
        for wrong in (0, -1, True, 2.5, 1 << 60):
            with pytest.raises(InputError, match=f"{name} must be a whole number"):
                kind(**{name: wrong})


def test_an_empty_table_has_no_findings() -> None:
    assert scan(table([])) == Scan((), 0, {}, scan(table([])).notes)
