"""The files of the package that training makes: trees, a network, and its operating points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

import securecall
from benchmarks.evidence.calls import Batch
from benchmarks.evidence.changes import NAMES, listening
from benchmarks.evidence.limits import Limits
from benchmarks.evidence.trees import Tree, lines
from securecall.fraud import recurrent
from securecall.fraud.detectors import DETECTORS
from securecall.fraud.detectors.evidence import ByEvidence
from securecall.fraud.forest import FILE, Kind, read
from securecall.fraud.learnt import packaged
from securecall.fraud.operating import CURVES

PACKAGE: Final = Path(securecall.__file__).parent / "fraud"
COLUMNS: Final = (
    "# kind, name, log odds: told, alert, disconnect; probability: slope, shift;"
    " trees after which log odds below the last number are weighed no further",
    "# node, name, place in its tree, number of the change or leaf, limit (left up to it), right,"
    " mean log odds",
)


def weighing() -> frozenset[str]:
    """Return the kinds whose detectors tell what the network says, so that their curve is its."""
    return frozenset(
        kind for kind, maker in DETECTORS.items()
        if isinstance(maker, type) and issubclass(maker, ByEvidence)
    )  # fmt: skip


def kinds_of(text: str) -> Mapping[str, Kind]:
    """Return the kinds of a file of trees, read as the package reads its own.

    Raises
    ------
    ValueError
        The engine does not take them: there are too many.
    """
    forest = read(text)
    listening(forest.packed)
    return forest.kinds


def evidence_text(
    kinds: Mapping[str, tuple[Limits, Sequence[Tree]]], hours: float, batches: Sequence[Batch]
) -> str:
    """Return the file of trees."""
    seeds = " ".join(str(batch.seed) for batch in batches)
    head = [
        "# Trees that weigh the numbers of a change (fraud/cues.py): python -m benchmarks.evidence",
        f"# {hours:.0f} h of simulated calls, {batches[0].split}, seeds {seeds},"
        f" {datetime.now(UTC):%Y-%m-%d}.",
        *COLUMNS,
    ]
    for kind, (limits, trees) in kinds.items():
        head += [limits.line(kind), *lines(kind, trees)]
    return "\n".join(head) + "\n"


def points_text(old: str, points: Mapping[str, Sequence[str]], note: str) -> str:
    """Return a file of operating points with the curves of some kinds exchanged.

    A comment stands as long as a line below it does; the notes of curves that go, go with them.
    """
    kept: list[str] = []
    notes: list[str] = []
    for line in old.splitlines():
        if line.startswith("#"):
            notes.append(line)
        elif line.partition(",")[0] not in points:
            kept += [*notes, line]
            notes = []
        elif kept:
            notes = []
    if not kept:
        kept = notes[:1]
    return "\n".join([*kept, f"# {note}", *(line for told in points.values() for line in told)]) + (
        "\n"
    )


def _number(number: float) -> str:
    """Return a weight in few characters."""
    told = f"{number:.3g}"
    if float(told) == 0:
        return "0"
    return told.replace("0.", ".", 1) if told.lstrip("-").startswith("0.") else told


def network_text(
    bounds: Mapping[str, Limits], knots: Sequence[np.ndarray], weights: Mapping[str, np.ndarray],
    about: str,
) -> str:  # fmt: skip
    """Return the file of a network, as `securecall.fraud.recurrent` reads it."""
    made = [
        "# The network that remembers a call: python -m benchmarks.evidence network",
        f"# {about}, {datetime.now(UTC):%Y-%m-%d}.",
        "# kind, its name, log odds: told, alert, disconnect; probability: slope, shift; then the"
        " parts of fraud/recurrent.py, a row a line",
    ]
    for kind, each in bounds.items():
        made.append(",".join(each.line(kind).split(",")[:7]))  # trees have two numbers more
    for name, knot in zip(NAMES, knots, strict=True):
        made.append(f"knots,{name}," + ",".join(f"{value:.5g}" for value in knot))
    for part in recurrent.PARTS:
        if part != "knots":
            for number, row in enumerate(weights[part]):
                made.append(f"{part},{number}," + ",".join(map(_number, row)))
    return "\n".join(made) + "\n"


def parts_of(text: str) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Return the knots of a network's file, and its weights by part, to learn on from.

    Raises
    ------
    ValueError
        The engine does not take it.
    """
    network_of(text)
    rows: dict[str, list[np.ndarray]] = {part: [] for part in recurrent.PARTS}
    for line in text.splitlines():
        what, _, numbers = line.partition(",")
        if what in rows:
            rows[what].append(np.array(numbers.split(",")[1:], np.float32))
    knots = rows.pop("knots")
    return knots, {part: np.stack(each) for part, each in rows.items()}


def network_of(text: str) -> recurrent.Network:
    """Return the network of a file, read as the package reads its own.

    Raises
    ------
    ValueError
        The engine does not take it.
    """
    network = recurrent.read(text)
    listening(recurrent=network.packed)
    return network


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files of the package's names into a folder; say where."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts.items():
        path = folder / Path(name).name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def packaged_evidence() -> str:
    """Return the trees that the package has, as text."""
    return packaged(FILE)


def packaged_points() -> str:
    """Return the operating points that the package has."""
    return packaged(CURVES)
