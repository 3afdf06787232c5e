"""No line that runs without the GIL may touch Python: read from Cython's own annotated listing.

The listing scores each line by the calls into Python that its C code makes. A score above 0 inside
``nogil`` is a missing ``noexcept``, a missing type, or a division that wants to raise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from Cython.Compiler import Annotate
from Cython.Compiler.Main import CompilationOptions, compile_single

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "securecall"
ENGINES = sorted(path.name for path in PACKAGE.glob("*.pyx"))
# Those of a release, as in setup.py: a debug build may raise, and pays for it.
DIRECTIVES = {
    "language_level": "3",
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "freethreading_compatible": True,
}

_LINE = re.compile(r'class="cython line score-(\d+)"[^\n]*?<span class="">(\d+)</span>')


def scores(source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, list[int]]:
    """Compile to C and return the score of every line of a module and what it cimports."""
    kept = Annotate.AnnotationCCodeWriter.save_annotation
    listings: dict[Path, Path] = {}

    def keep_all(self: Any, source_name: str, target: str, coverage_xml: Any = None) -> None:
        # Cython writes the listing of the .pyx alone, though it has those of the .pxd too.
        for name in self.code:
            if name and Path(name).parent == source.parent:
                listing = folder / (Path(name).name + ".c")
                kept(self, name, str(listing), coverage_xml)
                listings[Path(name)] = listing.with_suffix(".html")

    monkeypatch.setattr(Annotate.AnnotationCCodeWriter, "save_annotation", keep_all)
    options = CompilationOptions(
        annotate=True,
        include_path=[str(ROOT / "src")],
        output_file=str(folder / (source.stem + ".c")),
        compiler_directives=DIRECTIVES,
    )
    package = "securecall." if source.parent == PACKAGE else ""
    done = compile_single(str(source), options, package + source.stem)
    assert done.num_errors == 0
    found = {}
    for name, listing in listings.items():
        lines = _LINE.findall(listing.read_text(encoding="utf-8"))
        assert [int(number) for _, number in lines] == list(range(1, len(lines) + 1))
        found[name] = [int(score) for score, _ in lines]
    return found


def without_gil(text: str) -> Iterator[int]:
    """Yield the lines, from 0, inside ``with nogil`` and in functions that need no GIL."""
    inside: int | None = None
    signature = ""
    for number, line in enumerate(text.splitlines()):
        bare = line.partition("#")[0].rstrip()
        if not bare:
            continue
        depth = len(bare) - len(bare.lstrip())
        if inside is not None and depth <= inside and not bare.lstrip().startswith(")"):
            inside = None
        if inside is not None:
            yield number
            continue
        begins = re.match(r"\s*(cdef|cpdef|with)\b", bare)
        signature = bare if begins else signature + " " + bare.strip()
        if bare.endswith("nogil:") and not re.match(r"\s*cdef extern", signature):
            inside = len(signature) - len(signature.lstrip())


def touching(source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    """Return how many lines run without the GIL, and those of them that touch Python."""
    looked = 0
    wrong = []
    for path, found in scores(source, folder, monkeypatch).items():
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for number in without_gil(text):
            looked += 1
            if found[number] > 0:
                wrong.append(f"{path.name}:{number + 1}: {lines[number].strip()}")
    return looked, wrong


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_without_the_gil_touches_python(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, wrong = touching(PACKAGE / engine, tmp_path, monkeypatch)
    assert looked > 100
    assert wrong == []


WRONG = '''
cdef int divided(int a, int b) except? -1 nogil:
    return a // b


cdef inline long long fine(long long a) noexcept nogil:
    return a + 1


def door(int a, int b):
    """Add up."""
    cdef int total = 0
    with nogil:
        total += divided(a, b)
        total += fine(a)
    return total
'''


def test_a_division_that_may_raise_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "wrong.pyx"
    source.write_text(WRONG, encoding="utf-8")
    looked, wrong = touching(source, tmp_path, monkeypatch)
    assert looked == 4
    assert wrong[0] == "wrong.pyx:3: return a // b"
    assert not [line for line in wrong if "fine" in line or "a + 1" in line]
