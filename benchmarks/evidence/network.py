"""Trains the network that remembers, by PyTorch, which is imported when it is wanted.

A gated recurrent layer goes through a call, half second by half second. In half of the calls of a
batch it does not have the comparisons, so that it learns to hear from the blocks, too.

Source: K. Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014; the
weights that are kept are the running mean of those of training (B. T. Polyak and A. B. Juditsky,
Acceleration of stochastic approximation by averaging, SIAM J. Control Optim. 30, 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.evidence.changes import NAMES
from benchmarks.evidence.lessons import Lesson
from benchmarks.evidence.louder import moved, moves
from benchmarks.measure import say
from securecall.errors import BuildError, InputError
from securecall.fraud.recurrent import BLOCK, HIDDEN, KINDS

#: What is left of a comparison's numbers in calls that go without: when it was, and the context.
CONTEXT: Final = (*range(4), *range(53, 76))
#: A lesson beside counts so much of one of the four; there are many of them.
BESIDE: Final = 0.5 / 8
#: Every other batch begins up to so many half seconds later: a call may be heard from anywhere.
BEGINS_UP_TO: Final = 80
#: The running mean is of about so many steps, and of fewer at the beginning.
MEAN_OF, MEAN_BEGINS = 0.998, 50
#: Digits of a weight: the file is short, and what is judged has the same few.
DIGITS: Final = 3

Weights = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Course:
    """How a network learns: much is left out at random, since it could learn the calls by heart."""

    epochs: int = 40
    batch: int = 48
    rate: float = 3e-3
    decay: float = 0.1
    input_left_out: float = 0.15
    left_out: float = 0.3
    without_comparison: float = 0.5
    device: str = "cpu"
    seed: int = 11


def pytorch() -> Any:
    """Return PyTorch.

    Raises
    ------
    BuildError
        It is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise BuildError(
            f"training a network needs PyTorch: pip install 'securecall[network]' ({error})"
        ) from None
    return torch


def checked(course: Course) -> Any:
    """Return PyTorch, if it is there and has the device.

    Raises
    ------
    BuildError
        It is not installed, or has no such device.
    """
    torch = pytorch()
    if course.device == "cuda" and not torch.cuda.is_available():
        raise BuildError("PyTorch finds no GPU: --device cpu, or a build with CUDA")
    return torch


def short(numbers: np.ndarray) -> np.ndarray:
    """Return numbers with as many digits as the file has."""
    told = [float(f"{number:.{DIGITS}g}") for number in numbers.ravel()]
    return np.array(told, np.float32).reshape(numbers.shape)


def _layers(torch: Any, course: Course, beside: int) -> Any:
    """Return the layers: two linear ones, what remembers between them, and one for the lessons."""
    nn = torch.nn
    net = nn.ModuleDict({
        "in": nn.Linear(len(NAMES) + BLOCK, HIDDEN),
        "gru": nn.GRU(HIDDEN, HIDDEN, batch_first=True),
        "out": nn.Linear(2 * HIDDEN, len(KINDS)),
        "beside": nn.Linear(2 * HIDDEN, max(beside, 1)),
        "input_left_out": nn.Dropout(course.input_left_out),
        "left_out": nn.Dropout(course.left_out),
    })  # fmt: skip
    nn.init.constant_(net["out"].bias, -5.0)  # hardly ever happens anything
    nn.init.constant_(net["beside"].bias, -4.0)
    return net.to(course.device)


def _take(torch: Any, net: Any, weights: Weights) -> None:
    """Begin with the weights of a file: `_parts` the other way round."""
    told = {
        "in.bias": weights["in_bias"][0], "gru.bias_ih_l0": weights["gate_bias"][0],
        "gru.bias_hh_l0": weights["held_bias"][0], "out.bias": weights["out_bias"][0],
        "in.weight": weights["in"].T, "gru.weight_ih_l0": weights["gate"].T,
        "gru.weight_hh_l0": weights["held"].T, "out.weight": weights["out"].T,
    }  # fmt: skip
    mine = net.state_dict()
    mine.update({name: torch.tensor(each.copy()) for name, each in told.items()})
    net.load_state_dict(mine)


def _gone_through(torch: Any, net: Any, inputs: Any) -> Any:
    """Return what the last layers have before them, for every half second."""
    taken = torch.relu(net["in"](net["input_left_out"](inputs)))
    held, _ = net["gru"](net["left_out"](taken))
    return net["left_out"](torch.cat([held, taken], -1))


class _Calls:
    """Lessons as tensors, each as long as the longest, where they are learnt."""

    def __init__(self, torch: Any, lessons: Sequence[Lesson], device: str) -> None:
        self.torch, self.device = torch, device
        self.longest = max(len(lesson.shows) for lesson in lessons)
        self.places = self._padded([one.places for one in lessons])
        self.blocks = self._padded([one.blocks for one in lessons])
        self.shows = self._padded([one.shows for one in lessons])
        self.weight = self._padded([one.weight for one in lessons])
        self.beside = self._padded([one.beside for one in lessons])
        self.there = self._padded([np.ones((len(one.shows), 1), bool) for one in lessons])

    def _padded(self, arrays: Sequence[np.ndarray]) -> Any:
        first = arrays[0]
        made = np.zeros((len(arrays), self.longest, first.shape[1]), first.dtype)
        for n, array in enumerate(arrays):
            made[n, : len(array)] = array
        return self.torch.from_numpy(made).to(self.device)

    def inputs(self, which: Any, course: Course, random: np.random.Generator | None) -> Any:
        """Return what goes in; with a generator, as it would be on another line."""
        torch = self.torch
        places = self.places[which].float() / 32 - 1
        blocks = self.blocks[which].float()
        if random is not None:
            by = torch.from_numpy(moves(random, len(which))).to(self.device)
            blocks = moved(blocks, by)
            some = random.random((len(which), 1, 1)) > course.without_comparison
            left = np.repeat(some, len(NAMES), 2).astype(np.float32)
            left[..., list(CONTEXT)] = 1
            places = places * torch.from_numpy(left).to(self.device)
        return torch.cat([places, blocks], -1)


def _missed(net: Any, calls: _Calls, which: Any, begin: int, inputs: Any) -> Any:
    """Return how far off the network is on some calls, from a half second on."""
    seen = _gone_through(calls.torch, net, inputs[:, begin:])
    off = calls.torch.nn.functional.binary_cross_entropy_with_logits
    shows, weight, beside, there = (
        each[which][:, begin:].float()
        for each in (calls.shows, calls.weight, calls.beside, calls.there)
    )
    total = (off(net["out"](seen), shows, reduction="none") * weight).sum()
    if beside.shape[-1]:
        total = total + BESIDE * (off(net["beside"](seen), beside, reduction="none") * there).sum()
    return total / (len(which) * calls.longest)


def learnt(
    lessons: Sequence[Lesson], course: Course, name: str = "", begin: Weights | None = None
) -> Weights:
    """Return the weights of a network that has learnt from some calls, by parts of its file.

    With ``begin`` it learns on from these weights; what it has to say besides it learns anew.

    Raises
    ------
    BuildError
        PyTorch is not installed, or has no such device.
    InputError
        A kind happens in none of the calls.
    """
    torch = checked(course)
    for number, kind in enumerate(KINDS):
        if not any(lesson.shows[:, number].any() for lesson in lessons):
            raise InputError(f"{kind}: {len(lessons)} calls that have none teach nothing: more")
    torch.manual_seed(course.seed)
    random = np.random.default_rng(course.seed)
    calls = _Calls(torch, lessons, course.device)
    net = _layers(torch, course, lessons[0].beside.shape[1])
    if begin is not None:
        _take(torch, net, begin)
    mean = deepcopy(net)
    batch = min(course.batch, len(lessons))
    steps = len(lessons) // batch
    falling = torch.optim.AdamW(net.parameters(), course.rate, weight_decay=course.decay)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        falling, course.rate, total_steps=course.epochs * steps, pct_start=0.1
    )
    step = 0
    for epoch in range(course.epochs):
        order, sum_off = random.permutation(len(lessons)), 0.0
        for part in range(steps):
            which = torch.from_numpy(order[part * batch : (part + 1) * batch]).to(course.device)
            latest = min(BEGINS_UP_TO, calls.longest // 2)
            first = int(random.integers(0, latest)) if part % 2 else 0
            inputs = calls.inputs(which, course, random)
            off = _missed(net, calls, which, first, inputs)
            falling.zero_grad()
            off.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            falling.step()
            rates.step()
            step += 1
            kept = min(MEAN_OF, step / (step + MEAN_BEGINS))
            with torch.no_grad():
                for new, old in zip(net.parameters(), mean.parameters(), strict=True):
                    old.lerp_(new, 1 - kept)
            sum_off += float(off.detach())
        if epoch % 5 == 0 or epoch + 1 == course.epochs:
            say(f"{name}: epoch {epoch + 1} of {course.epochs}, off by {sum_off / steps:.5f}")
    return _parts(mean)


def _parts(net: Any) -> Weights:
    """Return a network's weights as the engine has them: a row for every input."""
    told = {name: each.detach().cpu().numpy() for name, each in net.state_dict().items()}
    made = {
        "in_bias": told["in.bias"][None], "gate_bias": told["gru.bias_ih_l0"][None],
        "held_bias": told["gru.bias_hh_l0"][None], "out_bias": told["out.bias"][None],
        "in": told["in.weight"].T, "gate": told["gru.weight_ih_l0"].T,
        "held": told["gru.weight_hh_l0"].T, "out": told["out.weight"].T,
    }  # fmt: skip
    return {name: short(each) for name, each in made.items()}


def between(old: Weights, new: Weights, way: float) -> Weights:
    """Return the weights so far on the way from those a network began with to those it learnt.

    Half way it has learnt most of what is new and forgotten little of what it was not shown again.

    Source
    ------
    M. Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022.
    """
    return {name: short((1 - way) * old[name] + way * new[name]) for name in old}


def averaged(trained: Sequence[Weights]) -> Weights:
    """Return the mean of the weights of some trainings that began with the same.

    Source
    ------
    M. Wortsman et al., Model soups, ICML 2022; here it found as much as the better of two (0305).
    """
    return {name: short(np.mean([each[name] for each in trained], 0)) for name in trained[0]}


def remembered(weights: Weights, lesson: Lesson) -> np.ndarray:
    """Return the log odds of a call's half seconds, as the engine makes them: a column a kind."""
    inputs = np.concatenate([lesson.places / np.float32(32) - 1, lesson.blocks], 1)
    taken = np.maximum(inputs.astype(np.float32) @ weights["in"] + weights["in_bias"], 0)
    gates = taken @ weights["gate"] + weights["gate_bias"]
    memory = np.zeros(HIDDEN, np.float32)
    kept = np.zeros((len(taken), HIDDEN), np.float32)
    for row, gate in enumerate(gates):
        held = memory @ weights["held"] + weights["held_bias"][0]
        both = gate[: 2 * HIDDEN] + held[: 2 * HIDDEN]
        reset, update = np.split(0.5 + 0.5 * np.tanh(0.5 * both), 2)
        fresh = np.tanh(gate[2 * HIDDEN :] + reset * held[2 * HIDDEN :])
        memory = kept[row] = (1 - update) * fresh + update * memory
    return np.concatenate([kept, taken], 1) @ weights["out"] + weights["out_bias"]


def crossed(
    lessons: Sequence[Lesson], course: Course, calls: Sequence[int] | None = None, *, folds: int = 3
) -> list[np.ndarray]:
    """Return the log odds of each lesson, by a network that never saw the call.

    ``calls`` are the numbers of the calls that lessons are of, if there is more than one of a call.
    """
    odds: list[np.ndarray] = [np.zeros((0, len(KINDS)))] * len(lessons)
    part = [number % folds for number in (range(len(lessons)) if calls is None else calls)]
    for fold in range(folds):
        others = [lesson for lesson, mine in zip(lessons, part, strict=True) if mine != fold]
        weights = learnt(others, course, f"part {fold + 1} of {folds}")
        for n, lesson in enumerate(lessons):
            if part[n] == fold:
                odds[n] = remembered(weights, lesson)
    return odds
