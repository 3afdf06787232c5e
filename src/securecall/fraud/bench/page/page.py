"""The page: what stands on it, in words, tables and charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from securecall.errors import InputError
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.codec import missing
from securecall.fraud.bench.distinct import ALL
from securecall.fraud.bench.page.charts import (
    alarms_by_class,
    calibration,
    latencies,
    misses_over_alarms,
)
from securecall.fraud.bench.page.strip import strip
from securecall.fraud.bench.page.style import CSS
from securecall.fraud.bench.page.words import (
    figure,
    folded,
    legend,
    percent,
    section,
    shown,
    table,
)
from securecall.fraud.bench.page.worst import Case, false_alarms, misses
from securecall.fraud.bench.report import Table, tables
from securecall.fraud.bench.run import Setting
from securecall.fraud.bench.score import Record, Scores
from securecall.fraud.bench.showing import again

__all__ = ["bench_page", "write_page"]

#: A picture shows so much before and after what it is about, and no more than so much in all.
BEFORE_S: Final = 10.0
AFTER_S: Final = 14.0
MOST_S: Final = 75.0
#: So many misses and false alarms of each kind are shown of the first detector; one of the others.
CASES: Final = 2
NEAR_S: Final = 12.0


def write_page(path: Path, page: str) -> None:
    """Put a page in place at its end, so that no half of one is left.

    Raises
    ------
    InputError
        The file cannot be written.

    Source
    ------
    own.
    """
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(page, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def bench_page(
    setting: Setting, records: Mapping[str, Sequence[Record]], scores: Mapping[str, Scores], *,
    cases: int = CASES, facts: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """Return a page about detectors that heard the same calls.

    Parameters
    ----------
    setting : Setting
        What the calls came from: those that are shown are made again.
    records : mapping of str to sequence of Record
        By detector, as `securecall.fraud.bench.run.play` returns them.
    scores : mapping of str to Scores
        Of the same.
    cases : int
        So many misses, and false alarms, of each kind are shown of the first detector.
    facts : mapping of str to str, optional
        Further lines for the head of the page.

    Notes
    -----
    The same input gives the same bytes: the page holds no date of its own making.

    Source
    ------
    own; docs/bench.md says how to read it.
    """
    simulator = setting.simulator()
    names = list(scores)
    shown_call = lru_cache(maxsize=8)(simulator.call)
    parts = [
        _head(setting, scores, simulator.corpora.about, simulator.corpora.distinct_s(), facts),
        section("In short", "Each detector heard the same calls.", _summary(scores)),
        _curves(scores),
        _alarms(scores),
        _distinct(scores),
        _latency(scores),
        section(
            "How sure, and how often right",
            "Reports by the probability that they said: dots on the dashed line are honest. The "
            "larger a dot, the more reports; bars are exact 95 % limits. ECE is the expected "
            "calibration error, the mean distance from the line.",
            '<div class="pair">'
            + "".join(figure(calibration(name, scores[name], n)) for n, name in enumerate(names))
            + "</div>",
        ),
        _cases(setting, records, scores, shown_call, cases),
    ]
    body = "\n".join(parts)
    title = f"Fraud bench: {', '.join(names)}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{escape(title)}</title>
<style>{CSS}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _head(
    setting: Setting, scores: Mapping[str, Scores], about: str, distinct_s: float,
    facts: Mapping[str, str] | None,
) -> str:  # fmt: skip
    one = next(iter(scores.values()))
    lines = {
        "calls": f"{one.calls:,} of {setting.call_s:g} s, {one.hours:,.2f} hours; "
        "two legs of an hour are one hour",
        "seed, part": f"{setting.seed}, {about}",
        "recordings": f"{distinct_s / 3600:.2f} h of distinct ones"
        if distinct_s else "none: voices and sounds are made; it shows that all runs, no more",
        "codecs missing": ", ".join(missing()) or "none",
        **(facts or {}),
    }  # fmt: skip
    said = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in lines.items()
    )
    return f"<h1>Fraud bench</h1>\n<dl>{said}</dl>"


def _summary(scores: Mapping[str, Scores]) -> str:
    names = list(scores)
    rows = []
    kinds = next(iter(scores.values())).kinds
    for kind in kinds:
        cells = []
        for one in scores.values():
            told = one.kinds[kind].as_dict()
            cells.append(
                f"{percent(told['share'])} ({100 * told['low_95']:.0f}–{100 * told['high_95']:.0f})"
            )
        rows.append((f"{kind}: found", *cells))
        rows.append((
            f"{kind}: false an hour",
            *(_limited(one.kind_alarms[kind].as_dict(), "per_hour") for one in scores.values()),
        ))  # fmt: skip
    further = {
        "false alarms an hour": [
            _limited(one.overall.as_dict(), "per_hour") for one in scores.values()
        ],
        "false disconnects per 1 000 calls of 15 min": [
            _limited(one.disconnected_per_1000_calls(), "rate") for one in scores.values()
        ],
        "expected calibration error": [shown(one.calibration()[0]) for one in scores.values()],
        "CPU, µs a channel-second": [
            shown(1e6 * one.as_dict()["cpu_s_per_channel_second"]) for one in scores.values()
        ],
        "bytes of state a call": [shown(one.state_bytes or None) for one in scores.values()],
    }
    rows += [(name, *cells) for name, cells in further.items()]
    return table(("with exact 95 % limits", *names), rows)


def _limited(told: Mapping[str, float | None], name: str) -> str:
    if told[name] is None:
        return "–"
    return f"{shown(told[name])} ({shown(told['low_95'])}–{shown(told['high_95'])})"


def _curves(scores: Mapping[str, Scores]) -> str:
    kinds = list(next(iter(scores.values())).kinds)
    drawn = "".join(figure(misses_over_alarms(scores, kind)) for kind in kinds)
    return section(
        "What is missed, over false alarms",
        "At every threshold on the probability: further down misses less, further left alarms "
        "less. Both axes are logarithmic; at “none” there is no false alarm, or no miss. Bands and "
        "bars are exact 95 % limits (Clopper and Pearson of shares, Garwood of rates); a dot is "
        "where all reports count. Dashed: 0.05 an hour.",
        legend(list(scores)), f'<div class="pair">{drawn}</div>', _folded(_table(scores, "Found")),
    )  # fmt: skip


def _table(scores: Mapping[str, Scores], begins: str) -> Table | None:
    return next((one for one in tables(scores) if one.title.startswith(begins)), None)


def _folded(told: Table | None) -> str:
    return "" if told is None else folded(told.title, table(told.heads, told.rows))


def _alarms(scores: Mapping[str, Scores]) -> str:
    classes = sorted({name for one in scores.values() for name in one.classes})
    return section(
        "False alarms by what went on",
        "Hours are those of the class alone. A hollow dot is no alarm at all; its bar ends at the "
        "rate that so many hours leave possible. Names with “in” are fraud of another kind.",
        legend(list(scores)), figure(alarms_by_class(scores, classes)),
        _folded(_table(scores, "False alarms")),
    )  # fmt: skip


def _distinct(scores: Mapping[str, Scores]) -> str:
    told = {name: one.distinct.as_dict() for name, one in scores.items()}
    first = next(iter(told.values()))
    if not first:
        return section("Distinct recordings", "No recordings were played: all sounds were made.")
    rows = []
    for kind, whole in first.items():
        cells = []
        for one in told.values():
            cells += [
                f"{one[kind]['clips_with_disconnects']} "
                f"(< {percent(one[kind]['clips_with_disconnects_share_high_95'])})",
                f"{one[kind]['packs_with_disconnects']} "
                f"(< {percent(one[kind]['packs_with_disconnects_share_high_95'])})",
            ]
        name = "all" if kind == ALL else kind
        rows.append((name, str(whole["clips"]), str(whole["packs"]), *cells))
    heads = ["class", "recordings", "packs"]
    for name in scores:
        heads += [f"{name}: recordings", "packs"]
    named = "".join(
        folded(f"{name}: recordings during which it would have disconnected",
               "<pre>" + escape("\n".join(one.distinct.worst())) + "</pre>")
        for name, one in scores.items()
        if one.distinct.worst()
    )  # fmt: skip
    return section(
        "Distinct recordings",
        "In how many of the recordings that were heard, and of their makers' packs, a false alarm "
        "would have disconnected; in brackets, below which share of all such recordings that is, "
        "at 95 %. A recording that is heard a thousand times counts once.",
        table(heads, rows), named,
    )  # fmt: skip


def _latency(scores: Mapping[str, Scores]) -> str:
    kinds = list(next(iter(scores.values())).kinds)
    drawn = [latencies(scores, kind) for kind in kinds]
    return section(
        "How soon",
        "What was found, by seconds from when it can be heard, as shares of each detector's own; "
        "before zero, a hold was recognised before the merge.",
        legend(list(scores)),
        '<div class="pair">' + "".join(figure(one) for one in drawn if one) + "</div>",
    )  # fmt: skip


def _cases(
    setting: Setting, records: Mapping[str, Sequence[Record]], scores: Mapping[str, Scores],
    call_of: Callable[[int], Call], cases: int,
) -> str:  # fmt: skip
    parts = []
    for place, name in enumerate(scores):
        most = cases if place == 0 else min(cases, 1)
        for kind in scores[name].kinds:
            found = [
                *misses(records[name], scores[name], kind, most),
                *false_alarms(records[name], kind, most),
            ]
            drawn = [_case(setting, name, case, call_of(case.record.index)) for case in found]
            if drawn:
                parts.append(f"<h3>{escape(name)}, {escape(kind)}</h3>" + "".join(drawn))
    return section(
        "The worst",
        "Misses of what is found most elsewhere, and the false alarms that would disconnect or "
        "were surest. Each call was made again from its seed: what happened (a triangle marks from "
        "when on it can be heard), the spectrum and the level of each leg, and every report of the "
        "detector. The command makes the call again, as a WAV file with its labels.",
        *parts,
    )


def _case(setting: Setting, name: str, case: Case, call: Call) -> str:
    from_s, to_s = case.from_s - BEFORE_S, case.to_s + AFTER_S
    if to_s - from_s > MOST_S:
        from_s = to_s - MOST_S
    picture = strip(call, from_s, to_s, case.record.heard, label=case.label, heard=case.heard)
    near = [
        one for one in case.record.heard
        if case.from_s - NEAR_S <= one.detected_ms / 1000 <= case.to_s + NEAR_S
    ]  # fmt: skip
    rows = [
        (
            f"{one.detected_ms / 1000:.2f} s", one.kind, one.grade, f"{one.probability:.3f}",
            one.detail,
            ", ".join(f"{cue} {value:.4g}" for cue, value in one.cues.items()) or "none told",
        )
        for one in near
    ]  # fmt: skip
    told = (
        folded(
            f"Reports about then, with their cues: {len(rows)}",
            table(("at", "kind", "grade", "sure", "detail", "cues"), rows, words=6),
        )
        if rows
        else '<p class="quiet">Nothing was reported about then.</p>'
    )
    what = escape(f"Call {call.index}, {case.from_s:.1f} to {case.to_s:.1f} s: {case.what}.")
    command = escape(again(setting, call.index, name))
    return f'<div class="case"><p>{what}</p>{figure(picture)}{told}<pre>{command}</pre></div>'
