"""How the page looks: by day, by night, and on paper."""

from __future__ import annotations

from typing import Final

__all__ = ["COLOURS", "CSS", "colour"]

#: Six colours that are told apart by people who see colours in other ways, too.
COLOURS: Final = 6

CSS: Final = """
:root {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif;
  --paper: #ffffff; --ink: #1b1f24; --muted: #505a66; --grid: #d5dae0; --panel: #f4f6f8;
  --c0: #2b6cb0; --c1: #c05621; --c2: #2f855a; --c3: #6b46c1; --c4: #8a6d00; --c5: #b83280;
  --bad: #b3261e; --good: #2f855a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e8ebef; --muted: #aeb7c2; --grid: #363d46; --panel: #1d2127;
    --c0: #63a4e8; --c1: #ed8f4e; --c2: #5cc08d; --c3: #a98be8; --c4: #d9b93b; --c5: #ee7cb8;
    --bad: #ff8a80; --good: #5cc08d;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 var(--font); }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 3rem 0 .25rem; }
h3 { font-size: 1.02rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 50rem; }
.quiet { color: var(--muted); font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .75rem 0;
  font-size: .9rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: .75rem 0; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 36rem; height: auto; }
.pair { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: 1rem; }
.pair figure { margin: 0; }
.pair svg { min-width: 0; }
svg text { font-family: var(--font); fill: var(--ink); }
svg text.dim { fill: var(--muted); }
svg image { image-rendering: pixelated; }
details { margin: .25rem 0 .75rem; }
summary { cursor: pointer; color: var(--muted); font-size: .9rem; }
table { border-collapse: collapse; font-size: .86rem; margin: .5rem 0; }
.wide { overflow-x: auto; }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid var(--grid);
  vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.chip { display: inline-block; width: .7em; height: .7em; border-radius: .15em;
  margin-right: .4em; }
.legend { font-size: .88rem; margin: .5rem 0; }
.legend span { margin-right: 1.2rem; white-space: nowrap; }
pre { background: var(--panel); border-radius: .5rem; padding: .5rem .8rem; overflow-x: auto;
  font-size: .8rem; line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --ink: #000000; --muted: #444444; --grid: #cccccc; --panel: #ffffff;
    --c0: #2b6cb0; --c1: #c05621; --c2: #2f855a; --c3: #6b46c1; --c4: #8a6d00; --c5: #b83280;
    --bad: #b3261e; --good: #2f855a;
  }
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  figure svg { min-width: 0; }
  figure, tr, .case { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  table { font-size: 8pt; }
}
"""


def colour(place: int) -> str:
    """Return the colour of a detector by its place; they repeat after six."""
    return f"var(--c{place % COLOURS})"
