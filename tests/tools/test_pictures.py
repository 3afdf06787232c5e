"""The pictures of the documentation: each has a script that makes it, and is shown by a page."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image
from tests.pages import pages

ROOT = Path(__file__).parents[2]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "tools" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PICTURES = loaded()


def test_every_picture_has_a_script_and_a_page() -> None:
    kept = {path.name for kind in ("png", "svg") for path in (ROOT / "docs").rglob(f"*.{kind}")}
    told = {
        Path(target).name
        for page in pages()
        for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    assert kept == set(PICTURES.MAKERS) == told


def test_an_examples_picture_is_taken_from_it(tmp_path: Path) -> None:
    picture = tmp_path / "call.png"
    PICTURES.MAKERS["call.png"](picture)
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_a_picture_is_kept_small_and_looks_the_same(tmp_path: Path) -> None:
    across, down = np.meshgrid(np.linspace(0, 255, 2_640), np.linspace(0, 255, 400))
    pixels = np.stack([across, down, 255 - across], axis=-1).astype(np.uint8)
    picture = tmp_path / "drawn.png"
    Image.fromarray(pixels).save(picture)
    PICTURES.slim(picture)
    with Image.open(picture) as kept:
        assert kept.mode == "P"
        assert kept.size == (PICTURES.WIDEST_PIXELS, 200)
        seen = np.asarray(kept.convert("RGB"), dtype=np.int16)
    assert np.abs(seen - pixels[::2, ::2].astype(np.int16)).mean() < 10  # of 255


def test_without_a_browser_the_day_stays_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert PICTURES.main(["--only", "day.png"]) == 1
    assert "day.png stays as it is: no chromium" in capsys.readouterr().err


def test_the_picture_of_a_day_shows_four_sections_and_one_call_that_was_heard() -> None:
    titles = ("Invariants", *PICTURES.DAY_SHOWN, "What families and staff did")
    sections = "".join(f"<section><h2>{title}</h2><svg/></svg>and</section>" for title in titles)
    told = PICTURES.shortened(f"<html><body><main><h1>A day</h1>{sections}</main></body></html>")
    assert re.findall(r"<h2>([^<]+)", told) == list(PICTURES.DAY_SHOWN)
    assert "<h2>What was heard</h2><svg/></svg></section>" in told
    assert "<h2>Money</h2><svg/></svg>and</section>" in told
    assert "A day" not in told
