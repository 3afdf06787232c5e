"""The site: links led from the repository to it, and a build that passes nothing over."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.test_docs import FACES

ROOT = Path(__file__).parents[2]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_hooks", ROOT / "tools" / "site_hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOOKS = loaded()


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("README.md", "index.md"),
        ("docs/README.md", "map.md"),
        ("docs/rating.md", "rating.md"),
        ("docs/recipes/README.md", "recipes/README.md"),
        ("docs/call.png", "call.png"),
        ("tests/oracles/charging.py", "source/tests/oracles/charging.py.md"),
        ("examples", "source/examples.md"),
        ("benchmarks/results/README.md", "source/benchmarks/results/README.md"),
        ("docs/data/x.json", "data/x.json"),
    ],
)
def test_what_lies_in_the_repository_has_a_place_on_the_site(path: str, there: str) -> None:
    assert HOOKS.place(path) == there


def test_links_are_led_from_where_a_page_lies_to_where_it_is_shown() -> None:
    page = "[a](docs/rating.md#tables) [b](CHANGELOG.md) [c](https://example.org/x.md) [d](#limits)"
    assert HOOKS.led("README.md", page) == (
        "[a](rating.md#tables) [b](changelog.md) [c](https://example.org/x.md) [d](#limits)"
    )
    assert HOOKS.led("docs/recipes/polars.md", "[e](../../examples/month.py) [f](../cli.md)") == (
        "[e](../source/examples/month.py.md) [f](../cli.md)"
    )
    assert HOOKS.led("docs/map.md", "[g](../README.md)") == "[g](index.md)"


def test_a_fence_keeps_its_text_and_shows_the_name_of_what_it_saves() -> None:
    page = "```toml tariff.toml\nx = [](docs/a.md)\n```\n[a](docs/a.md)\n"
    assert HOOKS.led("README.md", page) == (
        '```toml title="tariff.toml"\nx = [](docs/a.md)\n```\n[a](a.md)\n'
    )


def test_a_page_of_the_site_knows_where_it_lies() -> None:
    assert HOOKS.origin("index.md") == "README.md"
    assert HOOKS.origin("rating.md") == "docs/rating.md"
    results = "source/benchmarks/results/README.md"
    assert HOOKS.origin(results) == "benchmarks/results/README.md"
    assert HOOKS.origin("source/tests/oracles/charging.py.md") is None
    assert HOOKS.origin("reference/securecall.md") is None


def test_what_pages_point_to_is_followed_as_far_as_it_goes() -> None:
    found = HOOKS.beyond(["docs/README.md", "docs/performance.md"])
    assert {"examples", "examples/month.py", "README.md"} <= found
    # The page of results is a link of performance.md, the figures are one of its own.
    assert "benchmarks/results/README.md" in found
    assert [path for path in found if path.startswith("benchmarks/") and path.endswith(".json")]


def test_the_pages_of_programs_show_them() -> None:
    page = HOOKS.shown("examples/rate_one_call.py")
    assert (ROOT / "examples" / "rate_one_call.py").read_text(encoding="utf-8") in page
    programs = HOOKS.shown("examples")
    assert "- [`month.py`](examples/month.py.md): " in programs


def test_the_reference_has_every_name_that_is_documented() -> None:
    assert set(FACES) <= set(HOOKS.FACES)
    page = HOOKS.reference("securecall")
    assert "::: securecall.rating.tariff.Tariff\n" in page
    assert "      heading: securecall.Tariff\n" in page
    assert "__version__" not in page


def build(config: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config)]
    return subprocess.run(
        [*command, "-d", str(out)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"},
        timeout=300,
    )


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = build(ROOT / "mkdocs.yml", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    # mkdocs counts warnings only where it shows them.
    assert [line for line in done.stderr.splitlines() if not line.startswith("INFO")] == []
    shown = (tmp_path / "site" / "reference" / "securecall.html").read_text(encoding="utf-8")
    assert 'id="securecall.rating.tariff.Tariff.rate"' in shown
    assert 'id="securecall.ledger.ledger.Ledger.deposit"' in shown  # inherited
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script src=http" not in text.replace('"', ""), page  # a reader asks nobody else
        assert "fonts.googleapis" not in text, page


def test_a_page_that_nobody_finds_or_that_leads_nowhere_breaks_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "README.md").write_text("# Map\n")
    (docs / "told.md").write_text("# Told\n\n[gone](gone.md) [there](stray.md#nowhere)\n")
    (docs / "stray.md").write_text("# Stray\n")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\n"
        f"hooks: ['{ROOT / 'tools' / 'site_hooks.py'}']\n"
        "nav: [map.md, told.md, missing.md]\n"
        "plugins: [search]\n"
    )
    done = build(config, tmp_path / "site")
    assert done.returncode == 1
    assert "stray.md" in done.stderr  # in no navigation
    assert "missing.md" in done.stderr  # in the navigation, and nowhere else
    assert "gone.md" in done.stderr
    assert "#nowhere" in done.stderr
