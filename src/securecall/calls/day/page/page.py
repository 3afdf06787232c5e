"""The page: what stands on it, in words, tables and charts."""

from __future__ import annotations

from html import escape

from securecall.calls.day.checks import INVARIANTS
from securecall.calls.day.page.charts import (
    OUTCOMES,
    PHASES,
    burn_down,
    by_hour,
    endings,
    eventful,
    live_calls,
    local_hour,
)
from securecall.calls.day.page.flows import flows
from securecall.calls.day.page.strips import heard_call
from securecall.calls.day.result import DayResult
from securecall.calls.ending import ENDINGS
from securecall.calls.reasons import rule_of
from securecall.fraud.bench.page.style import CSS
from securecall.fraud.bench.page.words import figure, folded, legend, section, table

__all__ = ["day_page"]

_MORE: str = """
.fine { color: var(--good); font-weight: 600; } .wrong { color: var(--bad); font-weight: 600; }
"""


def day_page(result: DayResult) -> str:
    """Return a page about a simulated day.

    Parameters
    ----------
    result : DayResult

    Notes
    -----
    The same day gives the same bytes: the page holds no date of its own making, and no times that
    a machine took.

    Source
    ------
    own; docs/simulate.md says how to read it.
    """
    body = "\n".join(
        (
            _head(result), _invariants(result), _hours(result), _endings(result), _burns(result),
            _events(result), _money(result), _acts(result),
        )
    )  # fmt: skip
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>A facility's day, seed {result.setting.seed}</title>
<style>{CSS}{_MORE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _head(result: DayResult) -> str:
    setting, tally = result.setting, result.tally
    attempts = sum(tally.outcomes.values())
    lines = {
        "day": f"{setting.day.isoformat()}, 06:00 and {setting.hours:g} hours after it",
        "callers, seed": f"{setting.callers:,}, {setting.seed}; {setting.lines:,} lines",
        "attempts": f"{attempts:,}: {tally.outcomes['talked']:,} talked, "
        f"{tally.outcomes['not_accepted']:,} placed and not accepted, "
        f"{tally.outcomes['denied']:,} refused by the gate",
        "talked": f"{tally.talked_ms / 3_600_000:,.1f} hours; "
        f"{tally.billed_ms / 3_600_000:,.1f} billed",
        "privileged": f"{tally.privileged:,} attempts; {tally.offered_frames:,} frames offered, "
        f"{tally.heard_privileged:,} heard",
        "with sound": f"{tally.sounding:,} calls, of simulated audio",
        "PINs": "asked for" if result.pins else "not asked for: argon2-cffi is not installed",
        "ledger": result.digest,
    }
    said = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in lines.items()
    )
    verdict = (
        '<p class="fine">Every invariant held.</p>' if result.ok else
        f'<p class="wrong">Broken: {escape(", ".join(result.checks.broken))}.</p>'
    )  # fmt: skip
    return f"<h1>A facility's day</h1>\n{verdict}\n<dl>{said}</dl>"


def _invariants(result: DayResult) -> str:
    rows, faults = [], []
    for name, check in result.checks.found.items():
        rows.append((INVARIANTS[name], f"{check.looked:,}", f"{check.broken:,}"))
        faults += check.faults
    unseen = result.checks.unseen
    more = f'<p class="quiet">Never at stake: {escape(", ".join(unseen))}.</p>' if unseen else ""
    told = "<pre>" + escape("\n".join(faults)) + "</pre>" if faults else ""
    return section(
        "Invariants",
        "The day counts for itself what each account should hold and what each call should cost, "
        "and compares at each record and at its end.",
        table(("what must hold", "looked at", "broken"), rows), more, told,
    )  # fmt: skip


def _hours(result: DayResult) -> str:
    return section(
        "By hour", "Attempts, and what became of them. Below: how many calls were live; what "
        "staff ordered is shaded, the dashed line is how many lines there are.",
        legend([words for _, words in OUTCOMES]), figure(by_hour(result)),
        figure(live_calls(result)),
    )  # fmt: skip


def _endings(result: DayResult) -> str:
    found = sorted(result.tally.endings.items(), key=lambda each: (-each[1], each[0]))
    told = table(
        ("code", "what happened", "by", "records"),
        [(code, ENDINGS[code].text if code in ENDINGS else "not in the list",
          ENDINGS[code].by if code in ENDINGS else "", f"{n:,}") for code, n in found],
        words=3,
    )  # fmt: skip
    denied = table(
        ("reason", "what is so", "times"),
        [(code, rule_of(code).text, f"{n:,}")
         for code, n in sorted(result.tally.denials.items(), key=lambda each: (-each[1], each[0]))],
        words=2,
    )  # fmt: skip
    return section(
        "Endings", "Each attempt has one record, and each record one ending of the closed list; "
        "the colour says when an ending of that code comes.",
        legend([words for _, words in PHASES]), figure(endings(result)),
        folded("In words", told), folded("Every reason that the gate told", denied),
    )  # fmt: skip


def _burns(result: DayResult) -> str:
    drawn = "".join(figure(burn_down(result, burn)) for burn in eventful(result))
    return section(
        "Balances", "What was available on some accounts, increment by increment as calls bought "
        "them, by the facility's clock. A red line is a cutoff: the instant at which the money "
        "ended a call; a grey one was foreseen until money came. Dots are money that came or went "
        "otherwise: deposits, refunds, payouts.",
        f'<div class="pair">{drawn}</div>' if drawn else "<p>Nothing was spent.</p>",
    )  # fmt: skip


def _events(result: DayResult) -> str:
    tally = result.tally
    strips = "".join(
        f'<div class="case"><p class="quiet">accepted at {_clock(result, strip.at_ms)}</p>'
        f"{figure(heard_call(strip))}</div>"
        for strip in tally.strips
    )
    heard = table(
        ("event", "times"), [(name, f"{n:,}") for name, n in sorted(tally.events.items())]
    )
    return section(
        "What was heard", "Calls with sound: what truly happened, as the simulator knows (red is "
        "fraud), and what the monitor heard and the policy did. Digits that signalling told are "
        "events of any call.",
        strips or "<p>No call had sound.</p>", folded("Every event, counted", heard),
    )  # fmt: skip


def _clock(result: DayResult, at_ms: int) -> str:
    seconds = round(local_hour(result.setting, at_ms) * 3600)
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _money(result: DayResult) -> str:
    told = result.as_dict()["money"]
    rows = [(name.replace("_", " "), f"${amount}") for name, amount in told.items()]
    return section(
        "Money", "What came into accounts, what went out of them, and what is left; both sides "
        "add up to the same micro-dollar.",
        figure(flows(result)), folded("In figures", table(("flow", "dollars"), rows)),
    )  # fmt: skip


def _acts(result: DayResult) -> str:
    rows = [(name, f"{n:,}") for name, n in sorted(result.tally.acts.items())]
    return section(
        "What families and staff did", "Besides calling.", table(("what", "times"), rows)
    )
