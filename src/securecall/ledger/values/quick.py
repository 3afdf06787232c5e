"""Frozen values that are made in half the time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, ParamSpec, TypeVar

__all__ = ["maker", "quick"]

T = TypeVar("T")
P = ParamSpec("P")

# Without the interpreter's lock an object that changes its class stops every other thread.
_LOCKED: Final[bool] = getattr(sys, "_is_gil_enabled", lambda: True)()


def quick(kind: type[T]) -> type[T]:
    """Give a frozen dataclass with slots an ``__init__`` that fills the slots directly.

    The one it has sets each field with `object.__setattr__`, which looks for the name in the class
    and its bases; an operation in memory spent a tenth of its time there.

    Source
    ------
    own; measured in docs/ledger.md, "How fast".
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    fill = {f"fill_{name}": getattr(kind, name).__set__ for name in names}
    lines = [f"def __init__(self, {', '.join(names)}):"]
    lines += [f"    fill_{name}(self, {name})" for name in names]
    made: dict[str, Any] = {}
    exec("\n".join(lines), fill, made)
    init = made["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    init.__annotations__ = kind.__init__.__annotations__
    kind.__init__ = init  # type: ignore[method-assign]
    return kind


def maker(kind: Callable[P, T]) -> Callable[P, T]:
    """Return a function that makes a quick value's like, by position, in half its time again.

    It fills an open twin, a class with the same slots and nothing that guards them, which then
    becomes the value that it is; no class is called, and no slot's setter.

    Source
    ------
    own; measured in docs/ledger.md, "How fast".
    """
    if not _LOCKED:
        return kind
    assert isinstance(kind, type)
    names = [field.name for field in fields(kind)]
    open_kind = type(f"Open{kind.__name__}", kind.__bases__, {"__slots__": tuple(names)})
    lines = [f"def make({', '.join(names)}):", "    it = new(open_kind)"]
    lines += [f"    it.{name} = {name}" for name in names]
    lines += ["    it.__class__ = kind", "    return it"]
    made: dict[str, Any] = {}
    exec("\n".join(lines), {"new": object.__new__, "open_kind": open_kind, "kind": kind}, made)
    make: Callable[P, T] = made["make"]
    return make
