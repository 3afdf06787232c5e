"""How the page looks: by day, by night, and on paper."""

from __future__ import annotations

from typing import Final

__all__ = ["CSS"]

# Blue, orange, green and violet are told apart by people who see colours in other ways too; the
# contrast of text with paper is above 7, of bars with paper above 3, in both lights.
CSS: Final = """
:root {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif;
  --paper: #ffffff; --ink: #1b1f24; --muted: #505a66; --grid: #d5dae0; --panel: #f4f6f8;
  --accent-1: #2b6cb0; --accent-2: #c05621; --accent-3: #2f855a; --accent-4: #6b46c1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e8ebef; --muted: #aeb7c2; --grid: #363d46; --panel: #1d2127;
    --accent-1: #63a4e8; --accent-2: #ed8f4e; --accent-3: #5cc08d; --accent-4: #a98be8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 var(--font);
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.quiet { color: var(--muted); font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem;
  margin: 1.25rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--panel); border-radius: .5rem; padding: .6rem .8rem; }
.tiles b { display: block; font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--muted); font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0;
  font-size: .9rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: .5rem 0; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 36rem; height: auto; stroke-linejoin: round; }
svg text { font-family: var(--font); }
details { margin: .25rem 0 0; }
summary { cursor: pointer; color: var(--muted); font-size: .9rem; }
table { border-collapse: collapse; font-size: .88rem; margin: .5rem 0; width: 100%; }
.wide { overflow-x: auto; }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid var(--grid);
  vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { background: var(--panel); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto;
  font-size: .8rem; line-height: 1.4; white-space: pre-wrap; }
@media (max-width: 34rem) {
  .tiles { grid-template-columns: 1fr 1fr; }
  dl { display: block; }
  dd { margin-bottom: .4rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --ink: #000000; --muted: #444444; --grid: #cccccc; --panel: #ffffff;
    --accent-1: #2b6cb0; --accent-2: #c05621; --accent-3: #2f855a; --accent-4: #6b46c1;
  }
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  svg { min-width: 0; }
  .together, figure, tr, .tiles li { break-inside: avoid; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  table { font-size: 8pt; }
  .tiles li, pre { border: 1px solid var(--grid); }
}
"""
