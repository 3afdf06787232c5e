"""Loops over columns, compiled by numba when they are first used.

A compiled loop is kept beside its source. numba looks at the source of the loop itself, not at what
the loop calls: who changes `slots` must clear ``__pycache__``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from securecall.errors import BuildError

__all__ = ["compiled", "need_numba"]

Loop = TypeVar("Loop", bound=Callable[..., Any])


def need_numba() -> Any:
    """Return numba, or say at once that records cannot be looked through here.

    Raises
    ------
    BuildError
        numba is not installed (``pip install securecall[patterns]``).

    Source
    ------
    own.
    """
    try:
        import numba
    except ImportError as missing:
        raise BuildError(
            "patterns of call records need numba, which is not installed: "
            "pip install 'securecall[patterns]'"
        ) from missing
    return numba


def compiled(loop: Loop) -> Loop:
    """Compile a loop: kept on disk, and without the GIL.

    Raises
    ------
    BuildError
        numba is not installed.

    Source
    ------
    own, over ``numba.njit``.
    """
    made: Loop = need_numba().njit(cache=True, nogil=True)(loop)
    return made
