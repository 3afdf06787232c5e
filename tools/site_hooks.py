"""Makes a site of the pages as they lie in a checkout: what `mkdocs.yml` hooks in.

Pages link to each other, to the README, to examples and tests by their places in the repository, so
that they can be read anywhere. Here each such link is led to its page on the site: papers of the
root and pages of results become pages, a program that a page points to becomes a page with its
source, data is copied. The reference of names is made from docstrings, a page a module.
"""

from __future__ import annotations

import ast
import importlib
import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[1]
# Papers of the repository that have other names on the site, where README.md is the way in.
PAPERS: Final = {
    "README.md": "index.md",
    "docs/README.md": "map.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
# What users import by name: all that tests/test_docs.py wants documented in full, and some more.
FACES: Final = (
    "securecall",
    "securecall.errors",
    "securecall.money",
    "securecall.regulation",
    "securecall.rating.records",
    "securecall.fraud",
    "securecall.calls",
    "securecall.fraud.bench",
    "securecall.fraud.patterns",
    "securecall.testing",
)
SHOWN: Final = {".py": "python", ".toml": "toml", ".sh": "bash"}

_FENCE: Final = re.compile(r"^```[^\n`]*\n.*?^```[ ]*$", re.MULTILINE | re.DOTALL)
_SAVED: Final = re.compile(r"^```(?P<language>\w+) (?P<file>[\w./-]+)$", re.MULTILINE)
_LINK: Final = re.compile(r"(?P<before>\]\()(?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?(?=\))")


def prose(text: str) -> Iterator[tuple[bool, str]]:
    """Yield a page in pieces, with whether each is outside of every fence."""
    end = 0
    for match in _FENCE.finditer(text):
        yield True, text[end : match.start()]
        yield False, match[0]
        end = match.end()
    yield True, text[end:]


def targets(path: str, text: str) -> Iterator[str]:
    """Yield the places in the repository that a page links to; ``path`` is its own."""
    for outside, piece in prose(text):
        for match in _LINK.finditer(piece) if outside else ():
            if "://" not in match["target"]:
                yield posixpath.normpath(posixpath.join(posixpath.dirname(path), match["target"]))


def place(path: str) -> str:
    """Return where something of the repository is on the site."""
    if path in PAPERS:
        return PAPERS[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    there = ROOT / path
    return f"source/{path}.md" if there.is_dir() or there.suffix in SHOWN else f"source/{path}"


def origin(uri: str) -> str | None:
    """Return where a page of the site lies in the repository; None for one that is made."""
    if uri.startswith("reference/"):
        return None
    papers = {there: path for path, there in PAPERS.items()}
    path = papers.get(
        uri, uri.removeprefix("source/") if uri.startswith("source/") else f"docs/{uri}"
    )
    return path if (ROOT / path).is_file() and path.endswith(".md") else None


def beyond(pages: list[str]) -> set[str]:
    """Return what pages link to outside of docs, and what those link to, and so on."""
    waiting, seen = list(pages), set(pages)
    while waiting:
        path = waiting.pop()
        there = ROOT / path
        found: list[str] = []
        if there.is_dir():
            found = [f"{path}/{program.name}" for program in there.glob("*.py")]
        elif there.suffix == ".md" and there.is_file():
            found = list(targets(path, there.read_text(encoding="utf-8")))
        for target in found:
            # Of what is not there, mkdocs says so itself.
            if target not in seen and not target.startswith("docs/") and (ROOT / target).exists():
                seen.add(target)
                waiting.append(target)
    return seen - set(pages)


def led(path: str, text: str) -> str:
    """Return a page with its links led to the site, and saved files told by their names."""
    home = posixpath.dirname(place(path)) or "."

    def lead(match: re.Match[str]) -> str:
        if "://" in match["target"]:
            return match[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), match["target"]))
        return f"{match['before']}{posixpath.relpath(place(there), home)}{match['anchor'] or ''}"

    return "".join(
        _LINK.sub(lead, piece)
        if outside
        else _SAVED.sub(r'```\g<language> title="\g<file>"', piece)
        for outside, piece in prose(text)
    )


def shown(path: str) -> str:
    """Return the page of a program, or of a folder of programs."""
    there = ROOT / path
    if not there.is_dir():
        text = there.read_text(encoding="utf-8")
        ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        return f"# `{path}`\n\n{ticks}{SHOWN[there.suffix]}\n{text}\n{ticks}\n"
    lines = [f"# `{path}`\n"]
    for program in sorted(there.glob("*.py")):
        told = ast.get_docstring(ast.parse(program.read_text(encoding="utf-8"))) or ""
        first = told.partition("\n")[0]
        leads = f"{there.name}/{posixpath.basename(place(f'{path}/{program.name}'))}"
        lines.append(f"- [`{program.name}`]({leads}): {first}")
    return "\n".join(lines) + "\n"


def offered(module: str) -> dict[str, str]:
    """Return the public names of a module that have docstrings, and where each is defined."""
    door = importlib.import_module(module)
    found = {}
    for name in door.__all__:
        thing = getattr(door, name)
        home = getattr(thing, "__module__", None) or ""  # a constant or a module has none
        if home == "securecall":  # exceptions say where they are to be had
            home = "securecall.errors"
        if home.startswith("securecall."):
            found[name] = f"{home}.{thing.__qualname__}"
    return found


def reference(module: str) -> str:
    """Return the page of a module's names, for mkdocstrings to fill from docstrings.

    A name that several modules offer is told once, on the page of the last of `FACES`.
    """
    homes = {defined: face for face in FACES for defined in offered(face).values()}
    first = (importlib.import_module(module).__doc__ or "").partition("\n")[0]
    elsewhere, here = [], []
    for name, defined in offered(module).items():
        if homes[defined] == module:
            here += [f"::: {defined}", "    options:", f"      heading: {module}.{name}", ""]
        else:
            elsewhere.append(f"[{name}]({homes[defined]}.md#{defined})")
    told = [f"Told elsewhere: {', '.join(elsewhere)}.", ""] if elsewhere else []
    return "\n".join([f"# {module}", "", first, "", *told, *here])


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Bring in what pages point to outside of docs, and the reference."""
    from mkdocs.structure.files import File, InclusionLevel

    def bring(uri: str, level: InclusionLevel, **given: str) -> None:
        added = File.generated(config, uri, **given)
        added.inclusion = level
        files.append(added)

    sys.path.insert(0, str(ROOT / "src"))
    map_page = files.get_file_from_path("README.md")
    assert map_page is not None
    files.remove(map_page)
    own_pages = list(files.documentation_pages())
    for paper, uri in PAPERS.items():
        bring(uri, InclusionLevel.INCLUDED, abs_src_path=str(ROOT / paper))
    for module in FACES:
        bring(f"reference/{module}.md", InclusionLevel.INCLUDED, content=reference(module))
    for path in sorted(beyond([*PAPERS, *(f"docs/{each.src_uri}" for each in own_pages)])):
        if place(path) == f"source/{path}":
            bring(place(path), InclusionLevel.NOT_IN_NAV, abs_src_path=str(ROOT / path))
        else:
            bring(place(path), InclusionLevel.NOT_IN_NAV, content=shown(path))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead the links of a page that lies in the repository."""
    path = origin(page.file.src_uri)
    return markdown if path is None else led(path, markdown)
