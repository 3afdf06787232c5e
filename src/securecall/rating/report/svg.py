"""A matplotlib figure as SVG that can stand in a page: colours of the page, names of its own."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ACCENTS", "GRID", "INK", "MUTED", "PAPER", "embedded"]

# Colours that no picture uses by itself: the page says what they are, by day and by night.
INK: Final = "#010101"
MUTED: Final = "#020202"
GRID: Final = "#030303"
PAPER: Final = "#040404"
ACCENTS: Final = ("#050501", "#050502", "#050503", "#050504")

_VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    **{accent: f"--accent-{number}" for number, accent in enumerate(ACCENTS, 1)},
}
_COLOUR: Final = re.compile("|".join(_VARIABLES))
_HEAD: Final = re.compile(r"\A.*?(?=<svg )", re.DOTALL)
_METADATA: Final = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_NAME: Final = re.compile(r'(\bid="|url\(#|href="#)')
_STYLE: Final = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>\s*", re.DOTALL)
_FAMILY: Final = re.compile(r" font-family: [^;\"]+;?")
_SIZE: Final = re.compile(r'<svg [^>]*?viewBox="([^"]+)"[^>]*>')


def embedded(figure: Figure, name: str, title: str, description: str) -> str:
    """Return a figure as an ``svg`` element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn with the colours of this module.
    name : str
        Of this picture on the page: what is named inside begins with it.
    title, description : str
        For readers who do not see it.
    """
    from matplotlib import rc_context

    target = io.StringIO()
    # Text stays text: it can be searched, read aloud, and takes the page's font. The salt makes
    # the names of clip paths, and so the bytes of the page, the same every time.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(target, format="svg", metadata={"Date": None}, transparent=True)
    text = _HEAD.sub("", target.getvalue(), count=1)
    for unwanted in (
        _METADATA,
        _COMMENT,
        _STYLE,
        _FAMILY,
    ):  # a style in an SVG rules the whole page
        text = unwanted.sub("", text)
    text = _NAME.sub(rf"\g<1>{name}-", text)
    text = _COLOUR.sub(lambda found: f"var({_VARIABLES[found[0]]})", text)
    opening = (
        rf'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        rf'viewBox="\1" role="img" aria-labelledby="{name}-title {name}-desc">'
    )
    said = (
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
    )
    return _SIZE.sub(lambda found: found.expand(opening) + said, text, count=1).strip()
