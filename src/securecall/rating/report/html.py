"""Pieces of a page: sections, tables, what folds out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

__all__ = ["folded", "framed", "money", "section", "table_of"]


def money(amount: Decimal) -> str:
    """Return dollars and cents."""
    return f"${amount:,.2f}"


def table_of(headings: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Return a table whose first columns are words and the others numbers."""

    def cells(row: Sequence[str], tag: str) -> str:
        classes = ("" if place < words else ' class="number"' for place in range(len(row)))
        return "".join(
            f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(classes, row, strict=True)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in rows)
    head = f"<thead><tr>{cells(headings, 'th')}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>\n{body}</tbody></table></div>'


def folded(what: str, content: str) -> str:
    """Return something that opens when its line is clicked."""
    return f"<details><summary>{escape(what)}</summary>{content}</details>"


def section(heading: str, words: str, *content: str) -> str:
    """Return a heading, a paragraph, and what comes under them (HTML).

    On paper the first piece of content stays on the page of its heading.
    """
    first, rest = "".join(content[:1]), "\n".join(content[1:])
    head = f"<h2>{escape(heading)}</h2>\n<p>{escape(words)}</p>\n{first}"
    return f'<section>\n<div class="together">\n{head}\n</div>\n{rest}\n</section>'


def framed(svg: str) -> str:
    """Return a picture that scrolls by itself where the page is narrow."""
    return f"<figure>{svg}</figure>"
