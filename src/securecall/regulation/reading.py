"""Rules files in, checked rows out, or every fault of every file at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from securecall.errors import Fault, nearest
from securecall.regulation.columns import COLUMNS, KINDS, Cell, Column, kind_of_header
from securecall.regulation.row import CeilingRow, FeeRow, Row, StateRow

__all__ = ["Placed", "faults_between", "read_rules"]

_SIGNS: Final = ", ".join(sorted(COLUMNS))


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and where it stands."""

    row: Row
    file: str
    line: int


def read_rules(file: str, text: str) -> tuple[list[Placed], list[Fault]]:
    r"""Read one rules file; its kind is told by its header.

    Lines that begin with ``#`` are comments.

    Returns
    -------
    rows : list of Placed
        Those without fault.
    faults : list of Fault
        In file order.

    Source
    ------
    own; the columns are in `securecall.regulation.columns`.

    Examples
    --------
    >>> rows, faults = read_rules("mine.csv", "regime,days\nmine,many\n")
    >>> print(faults[0])
    mine.csv:1: effective_from: is missing from the columns
    """
    table = _lines(text)
    try:
        line, header = next(table)
    except StopIteration:
        return [], [Fault(file, None, "header", "", "has no line with the names of columns")]
    except csv.Error as error:
        return [], [Fault(file, None, "header", "", f"is not CSV: {error}")]
    header = [name.strip() for name in header]
    kind = kind_of_header(header)
    if kind is None:
        rule = f"names no kind of rules file: {_SIGNS}"
        return [], [Fault(file, line, "header", ",".join(header), rule)]
    faults = list(_header_faults(file, line, header, kind))
    if faults:
        return [], faults
    rows: list[Placed] = []
    try:
        for line, cells in table:
            if len(cells) != len(header):
                rule = f"has {len(cells)} cells, the header has {len(header)}"
                faults.append(Fault(file, line, "row", "", rule))
                continue
            values, wrong = _values(
                file, line, COLUMNS[kind], dict(zip(header, cells, strict=True))
            )
            if not wrong:
                row = KINDS[kind](**values)
                wrong = [Fault(file, line, *fault) for fault in _contradictions(row)]
                if not wrong:
                    rows.append(Placed(row, file, line))
            faults += wrong
    except csv.Error as error:
        faults.append(Fault(file, None, "row", "", f"is not CSV: {error}"))
    return rows, faults


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is neither empty nor a comment, with its number."""
    kept = ("\n" if line.startswith("#") else line for line in text.splitlines(keepends=True))
    reader = csv.reader(kept, strict=True)
    first = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield first, cells
        first = reader.line_num + 1


def _header_faults(file: str, line: int, header: list[str], kind: str) -> Iterator[Fault]:
    columns = COLUMNS[kind]
    for at, name in enumerate(header):
        if name not in columns:
            rule = f"is no column of a {kind} file"
            yield Fault(file, line, name or f"column {at + 1}", "", rule, nearest(name, columns))
        elif name in header[:at]:
            yield Fault(file, line, name, "", "stands twice in the header")
    for name, column in columns.items():
        if column.required and name not in header:
            yield Fault(file, line, name, "", "is missing from the columns")


def _values(
    file: str, line: int, columns: Any, cells: dict[str, str]
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, cell in cells.items():
        column: Column = columns[name]
        text = cell.strip()
        if not text:
            if column.filled:
                faults.append(Fault(file, line, name, "", "must not be empty"))
            elif column.required:
                values[column.field] = None
            continue
        try:
            values[column.field] = column.read(text)
        except Cell as bad:
            faults.append(Fault(file, line, name, text, bad.rule, bad.near))
    return values, faults


def _contradictions(row: Row) -> Iterator[tuple[str, str, str]]:
    """Give (column, value, rule) for each value that goes against another of the same row."""
    if row.effective_to is not None and row.effective_to < row.effective_from:
        yield "effective_to", str(row.effective_to), "must not be before effective_from"
    if row.known_to is not None and row.known_to <= row.known_from:
        yield "known_to", str(row.known_to), "must be after known_from"
    if row.adp_max is not None and row.adp_max < row.adp_min:
        yield "adp_max", str(row.adp_max), "must not be below adp_min"
    if row.tiered and row.facility_kind != "jail":
        yield "adp_min", str(row.adp_min), "needs facility_kind jail: only jails have tiers"
    if row.regime.split() != [row.regime]:
        yield "regime", row.regime, "must be one word"
    if row.regime in row.replaces:
        yield "replaces", row.regime, "must not name the row's own regime"
    if isinstance(row, CeilingRow):
        if row.cap is None and row.component != "none":
            yield "component", row.component, "needs a cap"
        if row.component == "additive" and row.cap is not None and row.component_max > row.cap:
            yield "component_usd_max", str(row.component_max), "must not be above the cap"
        if row.component == "none" and row.component_max:
            yield "component_usd_max", str(row.component_max), "needs a component"
    elif isinstance(row, StateRow):
        yield from _state_contradictions(row)
    elif isinstance(row, FeeRow):
        if row.status == "capped" and row.cap is None:
            yield "cap_usd", "", "must be given where status is capped"
        if row.status not in ("capped", "pass_through") and row.cap is not None:
            yield "cap_usd", str(row.cap), f"must be empty where status is {row.status}"


def _state_contradictions(row: StateRow) -> Iterator[tuple[str, str, str]]:
    cap = "" if row.cap is None else str(row.cap)
    if row.legal_nature in ("statute_cost_share", "exempt"):
        if row.cap is not None:
            yield "cap_usd_per_minute", cap, f"must be empty for {row.legal_nature}"
        if row.legal_nature == "statute_cost_share" and not row.state_paid_share:
            yield "state_paid_share", str(row.state_paid_share), "must be above 0"
    elif row.cap is None:
        yield "cap_usd_per_minute", "", f"must be given for {row.legal_nature}"
    elif row.legal_nature == "statute_free" and row.cap:
        yield "cap_usd_per_minute", cap, "must be 0 where calls are free"


def faults_between(rows: Sequence[Placed], packaged: Iterable[Row]) -> Iterator[Fault]:
    """Give the faults that only show between rows: ``replaces`` of nothing, or in a circle.

    Source
    ------
    own.
    """
    regimes: dict[str, set[str]] = {kind: set() for kind in COLUMNS}
    names: dict[tuple[str, str], set[str]] = {}
    for row in packaged:
        regimes[row.kind].add(row.regime)
    for placed in rows:
        row = placed.row
        regimes[row.kind].add(row.regime)
        names.setdefault((row.kind, row.regime), set()).update(row.replaces)
    for placed in rows:
        row = placed.row
        for name in row.replaces:
            if name not in regimes[row.kind]:
                near = nearest(name, regimes[row.kind])
                rule = f"names no regime among the {row.kind}"
                yield Fault(placed.file, placed.line, "replaces", name, rule, near)
        if row.replaces and _in_circle(row, names):
            rule = "must not lead back to the row's own regime"
            yield Fault(placed.file, placed.line, "replaces", " ".join(row.replaces), rule)


def _in_circle(row: Row, names: dict[tuple[str, str], set[str]]) -> bool:
    seen: set[str] = set()
    todo = list(row.replaces)
    while todo:
        name = todo.pop()
        if name == row.regime:
            return True
        if name not in seen:
            seen.add(name)
            todo += names.get((row.kind, name), ())
    return False
