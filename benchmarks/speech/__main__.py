"""Trains the network that tells speech from other sound, and judges it on what it never heard."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.corpora import manifest
from benchmarks.measure import ROOT, machine
from benchmarks.speech.judging import DETECTORS, judge
from benchmarks.speech.measures import measures
from benchmarks.speech.network import Network, train
from benchmarks.speech.recordings import KINDS, SPOKEN, Call, mixed_calls, pack_calls

#: How much a class counts in training, whatever its hours.
COUNTS = {
    "speech": 1.0,
    "words": 0.5,
    "codec": 0.25,
    "household": 0.9,
    "music": 0.7,
    "percussion": 0.3,
    "effects": 0.4,
    "line": 0.4,
}
#: Of the answer, smoothed over four measures: chosen on the development half.
ON, OFF = -0.3, -0.9
#: Measures at the beginning of a call, before the means have settled.
UNSETTLED = 10


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def gathered(calls: Iterable[Call]) -> tuple[np.ndarray, np.ndarray]:
    """Return the inputs of measured frames in which something sounds, and its class."""
    inputs, kinds = [], []
    for call in calls:
        found, measured, _ = measures(call.samples)
        kept = measured & (call.kinds[: len(measured)] >= 0)
        kept[:UNSETTLED] = False
        inputs.append(found[kept])
        kinds.append(call.kinds[: len(measured)][kept])
    return np.concatenate(inputs), np.concatenate(kinds)


def write_network(network: Network, path: Path, notes: Sequence[str]) -> None:
    """Write a network as a table of numbers, float32 to the last bit."""
    lines = [f"# {note}" for note in notes]
    rows = [(f"input_{n}", row) for n, row in enumerate(network.first)]
    rows += [
        ("bias", network.bias),
        ("second", network.second),
        ("last_on_off", [network.last, ON, OFF]),
    ]
    for name, row in rows:
        lines.append(",".join([name, *(f"{np.float32(value):.9g}" for value in row)]))
    path.write_text("\n".join(lines) + "\n")


def trained(hours: float, epochs: int) -> tuple[Network, list[str]]:
    """Train on the development half; return the network and what it was made of."""
    say("measuring mixed calls ...")
    mixed = gathered(mixed_calls(held=False, hours=hours, seed=1))
    say("measuring packs ...")
    packs = gathered(
        pack_calls(held=False, seconds_max=6000, seed=3, noise_dbm0=-62.0, level_dbm0=-22.0)
    )
    inputs, kinds = (np.concatenate(pair) for pair in zip(mixed, packs, strict=True))
    weights = np.zeros(len(kinds), np.float32)
    for k, kind in enumerate(KINDS):
        if (kinds == k).any():
            weights[kinds == k] = COUNTS[kind] / (kinds == k).mean()
    say(f"training on {len(kinds)} measures ...")
    spoken = (kinds < len(SPOKEN)).astype(np.float32)
    network = train(inputs, spoken, weights / weights.mean(), epochs=epochs)
    sources = {row.package for row in manifest() if not row.held}
    return network, [
        f"Made on {datetime.now(UTC):%Y-%m-%d} by python -m benchmarks.speech train, not by hand.",
        "Rows: weights of each input to 8 hidden values, bias, second layer; last bias, on, off.",
        f"{len(kinds)} measures of {hours:g} h of mixed calls and of packs by themselves, seed 1,",
        f"from the development half of benchmarks/corpora ({len(sources)} Debian packages).",
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speech", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    trainer = verbs.add_parser("train")
    trainer.add_argument("--hours", type=float, default=24.0, help="of mixed calls")
    trainer.add_argument("--epochs", type=int, default=8)
    trainer.add_argument("--out", type=Path, required=True)
    judge_verb = verbs.add_parser("judge")
    judge_verb.add_argument("--hours", type=float, default=6.0, help="of mixed calls")
    judge_verb.add_argument("--out", type=Path, help="folder for a dated file of results")
    chosen = parser.parse_args(arguments)
    if chosen.verb == "train":
        network, notes = trained(chosen.hours, chosen.epochs)
        write_network(network, chosen.out, notes)
        return 0
    result = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "packs": judge(pack_calls(held=True, seconds_max=5400), DETECTORS),
        "mixed": judge(mixed_calls(held=True, hours=chosen.hours, seed=2), DETECTORS),
    }
    print(json.dumps(result, indent=1))
    if chosen.out is not None:
        path = chosen.out / f"{datetime.now(UTC):%Y-%m-%d}-speech.json"
        path.write_text(json.dumps(result, indent=1) + "\n")
        say(f"written to {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
