"""Makes the pictures of the documentation again, each by its script: ``make pictures``.

The picture of a facility's day is what a browser shows of its page, so that one needs Chromium
(Debian: chromium); without it the others are made, and this says so. ``--only`` names some.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
DAY_PIXELS: Final = (1_090, 2_240)
WIDEST_PIXELS: Final = 1_320
COLOURS: Final = 256
DAY_SHOWN: Final = ("By hour", "Balances", "What was heard", "Money")


def slim(picture: Path) -> None:
    """Keep a picture no wider than a page shows it, with a palette: a third of the bytes."""
    with Image.open(picture) as drawn:
        kept = drawn.convert("RGB")
    kept.thumbnail((WIDEST_PIXELS, kept.height), Image.Resampling.LANCZOS)
    palette = kept.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(picture, "PNG", optimize=True)


def run(*command: str) -> None:
    """Run a command of this environment in the root of the repository."""
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def example(name: str, picture: Path) -> None:
    """Take a picture from an example that draws it."""
    with tempfile.TemporaryDirectory() as folder:
        run(f"examples/{name}.py", "--out", folder)
        shutil.copy(Path(folder) / picture.name, picture)


def shortened(page: str) -> str:
    """Return the page of a day with the sections that its picture shows, and one call heard."""
    before, *sections = page.split("<section>")
    kept = []
    for section in sections:
        title = re.findall(r"<h2>([^<]+)</h2>", section)
        if title and title[0] in DAY_SHOWN:
            whole = section.partition("</section>")[0]
            if title[0] == "What was heard":
                whole = whole[: whole.index("</svg>") + len("</svg>")]
            kept.append(f"<section>{whole}</section>")
    return before.split("<body>")[0] + "<body><main>" + "".join(kept) + "</main></body></html>"


def day(picture: Path) -> None:
    """Show the page of a simulated day in a browser, and keep what it shows."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise FileNotFoundError(
            "no chromium to show the page in; as root: apt-get install chromium"
        )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "day.html"
        run("-m", "securecall", "simulate", "--report", str(page))
        page.write_text(shortened(page.read_text(encoding="utf-8")), encoding="utf-8")
        width, height = DAY_PIXELS
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        shown = [f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri()]
        subprocess.run([browser, *options, *shown], check=True, capture_output=True)


def limits(picture: Path) -> None:
    """Send signals at the limits of the standards; `make conform` keeps its page, too."""
    run(
        *("-m", "securecall", "conform", "--standard", "all", "--trials", "20"),
        *("--picture", str(picture)),
    )


MAKERS: Final[dict[str, Callable[[Path], None]]] = {
    "call.png": lambda picture: example("listen", picture),
    "three_way.png": lambda picture: example("three_way", picture),
    "day.png": day,
    "scale.png": lambda picture: run("-m", "benchmarks.capacity", "--page", "docs/scale.md"),
    "acceptance.png": limits,
}


def main(arguments: list[str] | None = None) -> int:
    """Make them; return how many could not be made."""
    parser = argparse.ArgumentParser(
        prog="pictures", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", nargs="+", choices=sorted(MAKERS), default=sorted(MAKERS))
    missing = 0
    for name in parser.parse_args(arguments).only:
        try:
            MAKERS[name](DOCS / name)
            slim(DOCS / name)
        except FileNotFoundError as wrong:
            print(f"{name} stays as it is: {wrong}", file=sys.stderr)
            missing += 1
    return missing


if __name__ == "__main__":
    sys.exit(main())
