"""How the engines are compiled: the host's arithmetic, threads and processors are left alone."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETUP = (ROOT / "setup.py").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "src" / "securecall").glob("*.p[yx][xd]"))
HEADERS = sorted((ROOT / "src" / "securecall").glob("*.h"))

# -ffast-math makes the whole process flush denormals to zero; -march=native dies elsewhere with
# SIGILL; OpenMP hangs in a forked child after the parent used it.
FORBIDDEN = ("fast-math", "-Ofast", "-march", "-mtune", "openmp", "-mavx", "-fwrapv")


@pytest.mark.parametrize("flag", FORBIDDEN)
def test_no_build_asks_for(flag: str) -> None:
    assert flag not in SETUP
    assert flag not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_contraction_is_off_in_every_build() -> None:
    # Fused multiply-add changes the last bits from machine to machine.
    shared = SETUP.split("[BUILD] + ", 1)[1].split("\n", 1)[0]
    assert '"-ffp-contract=off"' in shared


def test_release_checks_nothing_and_debug_checks_every_index() -> None:
    for directive in ("boundscheck", "initializedcheck"):
        assert f'"{directive}": BUILD == "debug"' in SETUP
    assert '"wraparound": False' in SETUP
    assert '"freethreading_compatible": True' in SETUP


def test_overflow_is_caught_in_c_and_not_by_a_directive() -> None:
    # overflowcheck inside nogil sets an exception without the GIL and crashes.
    for path in (*SOURCES, ROOT / "setup.py"):
        assert "overflowcheck" not in path.read_text(encoding="utf-8"), path.name
    assert any("__builtin_" in path.read_text(encoding="utf-8") for path in HEADERS)


def test_division_is_unchecked_only_where_a_function_says_so() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^#\s*cython:.*cdivision", text, re.MULTILINE), path.name
        for place in re.finditer(r"^(\s*)@cython\.cdivision\(True\)\n", text, re.MULTILINE):
            assert re.match(r"\s*(@|cdef|def|cpdef)", text[place.end() :]), path.name
    assert "cdivision" not in SETUP


def test_no_engine_starts_threads_or_prints() -> None:
    for path in (*SOURCES, *HEADERS):
        text = path.read_text(encoding="utf-8")
        for word in ("prange", "cython.parallel", "pthread", "printf", "signal.h", "setlocale"):
            assert word not in text, f"{path.name}: {word}"


def test_no_engine_was_linked_with_a_thread_library() -> None:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    engines = sorted((ROOT / "src" / "securecall").glob(f"*{suffix}"))
    assert len(engines) == len([path for path in SOURCES if path.suffix == ".pyx"])
    for engine in engines:
        content = engine.read_bytes()
        for library in (b"libgomp", b"libomp", b"libiomp"):
            assert library not in content, engine.name
