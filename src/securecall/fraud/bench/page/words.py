"""Pieces of a page: sections, tables, figures as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from securecall.fraud.bench.page.style import colour

__all__ = ["figure", "folded", "legend", "percent", "section", "shown", "table"]


def shown(value: float | None, unit: str = "") -> str:
    """Return a figure with three digits that mean something; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
    return text + unit


def percent(share: float | None) -> str:
    """Return a share in percent; a dash for none."""
    return "–" if share is None else f"{100 * share:.3g} %"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Return a table whose first columns are words and the others numbers."""

    def cells(row: Sequence[str], tag: str) -> str:
        kinds = ("" if place < words else ' class="number"' for place in range(len(row)))
        return "".join(
            f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(kinds, row, strict=True)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in rows)
    head = f"<thead><tr>{cells(heads, 'th')}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>\n{body}</tbody></table></div>'


def folded(what: str, content: str) -> str:
    """Return something that opens when its line is clicked."""
    return f"<details><summary>{escape(what)}</summary>{content}</details>"


def section(heading: str, words: str, *content: str) -> str:
    """Return a heading, a paragraph, and what comes under them (HTML)."""
    body = "\n".join(content)
    return f"<section>\n<h2>{escape(heading)}</h2>\n<p>{escape(words)}</p>\n{body}\n</section>"


def figure(svg: str) -> str:
    """Return a picture that scrolls by itself where the page is narrow."""
    return f"<figure>{svg}</figure>"


def legend(names: Sequence[str]) -> str:
    """Return the colours of detectors."""
    chips = "".join(
        f'<span><i class="chip" style="background:{colour(place)}"></i>{escape(name)}</span>'
        for place, name in enumerate(names)
    )
    return f'<p class="legend">{chips}</p>'
