"""Boosted trees, grown by LightGBM, in the form and with the numbers of the package's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.evidence.changes import NAMES, Changes
from benchmarks.evidence.targets import sampled
from securecall.errors import BuildError, InputError

#: So many of a kind's trees are asked first; the others, too, unless what these make is so much
#: below what they make of any alert, and of all but a hundredth of what is told. Every third call
#: says how much that is.
FIRST_SHARE: Final = 0.12
STOP_BEYOND: Final = 0.5
STOP_LOST: Final = 0.01
STOP_EVERY: Final = 3

Tree = tuple[tuple[int, float, int, float], ...]

#: Digits of a limit and of a mean that are written: the file is half as long as with all of them,
#: and what is judged here has the same few.
LIMIT_DIGITS: Final = 5
MEAN_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees grow: small ones, slowly, so that no single call makes a leaf."""

    trees: int = 250
    leaves: int = 16
    rate: float = 0.06
    least_in_leaf: int = 120
    seed: int = 1

    def parameters(self) -> dict[str, Any]:
        """Return them as LightGBM takes them; one thread and fixed orders: the same bits."""
        return {
            "objective": "binary", "num_leaves": self.leaves, "learning_rate": self.rate,
            "min_data_in_leaf": self.least_in_leaf, "lambda_l2": 20, "max_bin": 63,
            "feature_fraction": 0.5, "seed": self.seed, "deterministic": True,
            "force_row_wise": True, "num_threads": 1, "verbose": -1,
        }  # fmt: skip


def _short(number: float, digits: int) -> float:
    """Return a number with few digits, as the engine will have it."""
    return float(np.float32(f"{np.float32(number):.{digits}g}"))


def _flat(node: dict[str, Any], nodes: list[Any]) -> None:
    """Lay a tree out: a node, all that is left of it, all that is right of it."""
    at = len(nodes)
    if "leaf_value" in node:
        nodes.append((-1, 0.0, 0, _short(node["leaf_value"], MEAN_DIGITS)))
        return
    nodes.append(None)
    _flat(node["left_child"], nodes)
    right = len(nodes)
    _flat(node["right_child"], nodes)
    limit = _short(node["threshold"], LIMIT_DIGITS)
    mean = _short(node["internal_value"], MEAN_DIGITS)
    nodes[at] = (int(node["split_feature"]), limit, right, mean)


def grown(
    values: np.ndarray, shows: np.ndarray, growth: Growth, weight: np.ndarray | None = None
) -> tuple[Tree, ...]:
    """Return trees whose leaves add up to the log odds that a change shows something.

    Raises
    ------
    BuildError
        LightGBM is not installed.
    InputError
        All of the changes show it, or none.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise BuildError(f"training needs LightGBM: pip install lightgbm ({error})") from None
    if len(np.unique(shows)) < 2:
        raise InputError(f"{len(shows)} changes that all say the same teach nothing: more calls")
    data = lightgbm.Dataset(values, shows.astype(np.float32), weight=weight)
    model = lightgbm.train(growth.parameters(), data, growth.trees)
    made = []
    for told in model.dump_model()["tree_info"]:
        nodes: list[Any] = []
        _flat(told["tree_structure"], nodes)
        made.append(tuple(nodes))
    return tuple(made)


def taught(calls: Sequence[Changes], kind: str, growth: Growth) -> tuple[Tree, ...]:
    """Return trees that have learnt a kind from some calls."""
    lessons = [sampled(changes, kind, growth.seed) for changes in calls]
    values, shows, weight = (np.concatenate(parts) for parts in zip(*lessons, strict=True))
    try:
        return grown(values, shows, growth, weight)
    except InputError as error:
        raise InputError(f"{kind}: {error}") from None


def weighed(trees: Sequence[Tree], values: np.ndarray) -> np.ndarray:
    """Return the log odds of many changes, as the engine makes them of each."""
    total = np.zeros(len(values))
    for tree in trees:
        waiting = [(0, np.arange(len(values)))]
        while waiting:
            at, rows = waiting.pop()
            feature, limit, right, mean = tree[at]
            if feature < 0:
                total[rows] += mean
                continue
            left = values[rows, feature] <= np.float32(limit)
            waiting += [(at + 1, rows[left]), (right, rows[~left])]
    return total


def stopping(
    trees: Sequence[Tree], calls: Sequence[Changes], told: float, alert: float
) -> tuple[int, float]:
    """Return after how many trees to stop, and below what log odds.

    Nothing that would be an alert is lost, with a margin; of what is told below that a hundredth.
    """
    first = round(FIRST_SHARE * len(trees))
    earlies, wholes = [], []
    for changes in calls[::STOP_EVERY]:
        early = weighed(trees[:first], changes.values)
        whole = early + weighed(trees[first:], changes.values)
        earlies.append(early[whole >= told])
        wholes.append(whole[whole >= told])
    early, whole = np.concatenate(earlies), np.concatenate(wholes)
    if not len(early):
        return first, told - STOP_BEYOND
    certain = early[whole >= alert].min(initial=told) - STOP_BEYOND
    return first, float(min(certain, np.quantile(early, STOP_LOST), told - STOP_BEYOND))


def crossed(
    calls: Sequence[Changes], kind: str, growth: Growth, *, folds: int = 3
) -> list[np.ndarray]:
    """Return the log odds of each call's changes, by trees that never saw the call."""
    odds: list[np.ndarray] = [np.zeros(0)] * len(calls)
    for fold in range(folds):
        others = [changes for n, changes in enumerate(calls) if n % folds != fold]
        trees = taught(others, kind, growth)
        for n in range(fold, len(calls), folds):
            odds[n] = weighed(trees, calls[n].values)
    return odds


def lines(kind: str, trees: Sequence[Tree]) -> list[str]:
    """Return trees as lines of the package's file."""
    made = []
    for tree in trees:
        for at, (feature, limit, right, mean) in enumerate(tree):
            name = NAMES[feature] if feature >= 0 else "leaf"
            limit_told = f"{limit:.{LIMIT_DIGITS}g}" if feature >= 0 else "0"
            made.append(f"node,{kind},{at},{name},{limit_told},{right},{mean:.{MEAN_DIGITS}g}")
    return made
