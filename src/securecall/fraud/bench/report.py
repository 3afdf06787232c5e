"""The report in words: tables with a column for each detector, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from securecall.fraud.bench.score import AT_PER_HOUR, Alarms, Found, Scores

__all__ = ["Table", "tables"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, the heads of its columns, and its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(scores: Mapping[str, Scores]) -> tuple[Table, ...]:
    """Return what is told of detectors that heard the same calls.

    Parameters
    ----------
    scores : mapping of str to Scores
        By the detector's name.

    Source
    ------
    own.
    """
    first = next(iter(scores.values()))
    clips = (_clips(scores),) if first.distinct.classes else ()
    return (
        _found(scores),
        _by_kind(scores),
        _alarms(scores),
        *clips,
        _totals(scores),
        _curves(scores),
    )


def _found(scores: Mapping[str, Scores]) -> Table:
    rows: list[tuple[str, ...]] = []
    first = next(iter(scores.values()))
    for kind, whole in first.kinds.items():
        rows.append(
            (kind, str(whole.labels), *(_share(one.kinds[kind]) for one in scores.values()))
        )
        for names, part in first.strata.items():
            if names[0] == kind:
                cells = (_share(one.strata[names]) for one in scores.values())
                rows.append((f"  {names[1]}", str(part.labels), *cells))
    return Table(
        "Found: share (95 % limits), median/95 % latency from when it is audible",
        ("what happens", "times", *scores), tuple(rows),
    )  # fmt: skip


def _share(found: Found) -> str:
    told = found.as_dict()
    text = f"{told['found']}/{told['labels']}"
    if not told["found"]:
        return text
    text += f" {100 * told['share']:.0f} % ({100 * told['low_95']:.0f}-{100 * told['high_95']:.0f})"
    return f"{text} {told['latency_median_s']:.2f}/{told['latency_95_s']:.2f} s"


def _by_kind(scores: Mapping[str, Scores]) -> Table:
    """Tell of each kind what was false, what was right and late, and what was another kind."""
    rows: list[tuple[str, ...]] = []
    for kind in next(iter(scores.values())).kind_alarms:
        late = [one.late.get(kind, 0) for one in scores.values()]
        others = [
            sum(count for (_, told), count in one.confused.items() if told == kind)
            for one in scores.values()
        ]
        rows.append((kind, *(_rate(one.kind_alarms[kind]) for one in scores.values())))
        for name, counts in (("  right, late", late), ("  of another kind", others)):
            if any(counts):
                rows.append((name, *map(str, counts)))
    return Table(
        "False alarms by kind: count, per hour (95 % limits), of them disconnects; beside them what"
        " was right and late, and where the call did go elsewhere, but by another kind",
        ("kind", *scores), tuple(rows),
    )  # fmt: skip


def _alarms(scores: Mapping[str, Scores]) -> Table:
    classes = sorted({name for one in scores.values() for name in one.classes})
    rows = []
    for name in classes:
        alarms = [one.classes.get(name, Alarms()) for one in scores.values()]
        most = max(alarms, key=lambda one: one.hours)
        rows.append((name, str(most.instances), f"{most.hours:.3f}", *map(_rate, alarms)))
    whole = next(iter(scores.values()))
    overall = (_rate(one.overall) for one in scores.values())
    rows.append(("all", str(whole.calls), f"{whole.hours:.3f}", *overall))
    return Table(
        "False alarms: count, per hour (95 % limits), of them disconnects",
        ("while", "times", "hours", *scores), tuple(rows),
    )  # fmt: skip


def _rate(alarms: Alarms) -> str:
    told = alarms.as_dict()
    if told["per_hour"] is None:
        return "-"
    text = f"{alarms.count} {told['per_hour']:.3g} ({told['low_95']:.3g}-{told['high_95']:.3g})"
    return text + (f" !{alarms.disconnects}" if alarms.disconnects else "")


def _clips(scores: Mapping[str, Scores]) -> Table:
    """Tell of distinct recordings: a clip that is heard often is one clip."""
    rows = []
    told = {name: one.distinct.as_dict() for name, one in scores.items()}
    for kind, whole in next(iter(told.values())).items():
        cells = (
            f"{one[kind]['clips_with_disconnects']}"
            f" <{100 * one[kind]['clips_with_disconnects_share_high_95']:.2g} %"
            f" ({one[kind]['packs_with_disconnects']}"
            f" <{100 * one[kind]['packs_with_disconnects_share_high_95']:.2g} %)"
            f" {one[kind]['clips_with_alarms']}"
            for one in told.values()
        )
        rows.append((kind, str(whole["clips"]), str(whole["packs"]), *cells))
    return Table(
        "Distinct recordings during which a false alarm would disconnect, and below which share of "
        "all such it is (95 %); the same of packs; then recordings with any false alarm",
        ("class", "recordings", "packs", *scores), tuple(rows),
    )  # fmt: skip


def _totals(scores: Mapping[str, Scores]) -> Table:
    rows: list[tuple[str, ...]] = []
    cells: dict[str, list[str]] = {}
    for one in scores.values():
        told = one.as_dict()
        cut = told["disconnected_per_1000_calls_of_15_min"]
        error = told["expected_calibration_error"]
        cpu = told["cpu_s_per_channel_second"]
        size = told["state_bytes"]
        for name, text in (
            (
                "false disconnects per 1 000 calls of 15 min",
                "-" if cut["rate"] is None
                else f"{cut['rate']:.3g} ({cut['low_95']:.3g}-{cut['high_95']:.3g})",
            ),
            ("expected calibration error", "-" if error is None else f"{error:.3f}"),
            ("CPU, us a channel-second", f"{1e6 * cpu:.1f}"),
            ("bytes of state", "-" if size is None else str(size)),
        ):  # fmt: skip
            cells.setdefault(name, []).append(text)
    rows.extend((name, *texts) for name, texts in cells.items())
    return Table("In all", ("", *scores), tuple(rows))


def _curves(scores: Mapping[str, Scores]) -> Table:
    rows = []
    for kind in next(iter(scores.values())).kinds:
        cells = []
        for one in scores.values():
            at = one.found_at(kind)
            cells.append(" ".join(f"{100 * at[rate]:.0f}" for rate in AT_PER_HOUR))
        rows.append((kind, *cells))
    rates = ", ".join(f"{rate:g}" for rate in AT_PER_HOUR)
    return Table(
        f"Found, in percent, where the threshold leaves {rates} false alarms an hour of the kind",
        ("kind", *scores), tuple(rows),
    )  # fmt: skip
