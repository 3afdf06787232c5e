"""Makes and hears calls, grows trees, trains a network; see `benchmarks.evidence`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.corpora.store import AUDIO
from benchmarks.evidence import files, showing
from benchmarks.evidence.calibrating import exchanged, recalibrated
from benchmarks.evidence.calls import Batch, batches
from benchmarks.evidence.changes import Changes
from benchmarks.evidence.crossings import bounded
from benchmarks.evidence.judging import Judged, judged
from benchmarks.evidence.lessons import lesson, strata
from benchmarks.evidence.limits import KINDS, Limits, curve, limits
from benchmarks.evidence.making import Hearer, Keeper, heard, work
from benchmarks.evidence.network import Course, averaged, between, checked, learnt, remembered
from benchmarks.evidence.network import crossed as crossed_lessons
from benchmarks.evidence.places import knots
from benchmarks.evidence.trees import Growth, Tree, crossed, stopping, taught, weighed
from benchmarks.measure import ROOT, say
from securecall.errors import BuildError, InputError
from securecall.fraud import forest, recurrent
from securecall.fraud.forest import Kind, evidence
from securecall.fraud.operating import CURVES

OUT = ROOT / "out" / "evidence"
# What is checked, and what limits are set by, was never trained on.
SEED, CHECK_SEED, UNSEEN_SEED = 111, 211, 311
NATURAL, RICH, CALIBRATED, CHECKED = 2200, 700, 400, 240


def trained(
    kind: str, calls: Sequence[tuple[Batch, Changes]], growth: Growth
) -> tuple[Limits, tuple[Tree, ...], Judged]:
    """Return a kind's limits, its trees, and how trees that had not seen a call judged it."""
    changes = [each for _, each in calls]
    odds = crossed(changes, kind, growth)
    whole = judged(kind, calls, odds)
    natural = [n for n, (batch, _) in enumerate(calls) if batch.natural]
    usual = judged(kind, [calls[n] for n in natural], [odds[n] for n in natural])
    bounds, trees = limits(usual, whole), taught(changes, kind, growth)
    first, stop = stopping(trees, changes, bounds.told, bounds.alert)
    return replace(bounds, first=first, stop=stop), trees, whole


def train(wanted: Sequence[Batch], chosen: argparse.Namespace) -> None:
    """Grow trees for every kind, print what they find, write them."""
    calls = heard(chosen.out, wanted, jobs=chosen.jobs)
    growth = Growth(trees=chosen.trees, least_in_leaf=chosen.least_in_leaf, seed=chosen.seed)
    made: dict[str, tuple[Limits, tuple[Tree, ...]]] = {}
    for kind in KINDS:
        say(f"{kind}: growing trees ...")
        bounds, trees, whole = trained(kind, calls, growth)
        made[kind] = bounds, trees
        print("\n".join(showing.found(whole)), flush=True)
    hours = sum(changes.seconds for _, changes in calls) / 3600
    text = files.evidence_text(made, hours, wanted)
    files.kinds_of(text)
    written(chosen, {forest.FILE: text})


def written(chosen: argparse.Namespace, texts: Mapping[str, str]) -> None:
    """Write files where what is kept is, and into the package if that is wanted."""
    for folder in (chosen.out, *([files.PACKAGE / "data"] if chosen.install else [])):
        for path in files.write(folder, texts):
            say(f"written: {path}")


def remember(wanted: Sequence[Batch], unseen: Sequence[Batch], chosen: argparse.Namespace) -> None:
    """Train a network, print what is found in calls that it has not seen, write it and its points.

    Those are calls of a seed of their own or, without such, each third by a network of the others.
    """
    course = Course(chosen.epochs, device=chosen.device, rate=chosen.rate)
    checked(course)
    others = [
        replace(batch, otherwise=True, voices=chosen.voices) for batch in wanted if chosen.otherwise
    ]
    calls = heard(chosen.out, [*wanted, *others], jobs=chosen.jobs)
    changes = [each for _, each in calls]
    among, begin = files.parts_of(chosen.begin.read_text()) if chosen.begin else (None, None)
    among, names = among or knots(changes), strata(changes)
    lessons = [lesson(each, among, names) for each in changes]
    if unseen:
        weights = averaged([
            learnt(lessons, replace(course, seed=course.seed + number), "all calls", begin)
            for number in range(chosen.trainings)
        ])  # fmt: skip
        weights = between(begin, weights, chosen.way) if begin else weights
        calls = heard(chosen.out, unseen, jobs=chosen.jobs)
        odds = [remembered(weights, lesson(each, among, names)) for _, each in calls]
    else:
        # A call and the same call otherwise are learnt from together, or not at all.
        once = sum(batch.count for batch in wanted)
        odds = crossed_lessons(lessons, course, [number % once for number in range(len(lessons))])
        weights = learnt(lessons, course, "all calls")
    bounds: dict[str, Limits] = {}
    points: dict[str, list[str]] = {}
    for number, kind in enumerate(KINDS):
        bounds[kind], natural, whole = bounded(kind, calls, [each[:, number] for each in odds])
        print("\n".join(showing.found(whole)), flush=True)
        if kind in files.weighing():
            points[kind] = curve(natural, bounds[kind])
    about = f"{wanted[0].split}, seeds {_seeds(wanted)}" + (", and otherwise" if others else "")
    if chosen.begin:
        many = f" by the mean of {chosen.trainings} trainings" if chosen.trainings > 1 else ""
        about += f", {chosen.way:.0%} of the way on from {chosen.begin.name}{many}"
    hours = sum(each.seconds for batch, each in calls if batch.natural) / 3600
    judges = f"{hours:.0f} h of natural calls" + (f" of seeds {_seeds(unseen)}" if unseen else "")
    text = files.network_text(bounds, among, weights, f"{about}; limits by {judges}")
    files.network_of(text)
    note = f"Calls that the network had not seen (python -m benchmarks.evidence network): {judges}."
    told = files.points_text(files.packaged_points(), points, note)
    written(chosen, {recurrent.FILE: text, CURVES: told})


def _seeds(wanted: Sequence[Batch]) -> str:
    return " ".join(str(batch.seed) for batch in wanted)


def judged_by(kind: Kind, calls: Sequence[tuple[Batch, Changes]]) -> Judged:
    """Judge the trees of a file on some calls."""
    return judged(kind.name, calls, [weighed(kind.trees, each.values) for _, each in calls])


def check(wanted: Sequence[Sequence[Batch]], chosen: argparse.Namespace) -> None:
    """Print how the package's trees do on calls that none of them was grown on."""
    parts = [(each[0].split, heard(chosen.out, each, jobs=chosen.jobs)) for each in wanted]
    kinds = (
        evidence().kinds if chosen.file is None
        else files.kinds_of(chosen.file.read_text(encoding="utf-8"))
    )  # fmt: skip
    for kind in kinds.values():
        columns = [(name, judged_by(kind, calls)) for name, calls in parts]
        print("\n".join(showing.beside(kind, columns)), end="\n\n", flush=True)


def calibrate(wanted: Sequence[Batch], chosen: argparse.Namespace) -> None:
    """Write trees with probabilities by what is told of calls that were not learnt from."""
    calls = heard(chosen.out, wanted, jobs=chosen.jobs)
    old = list(evidence().kinds.values())
    new = [recalibrated(kind, calls) for kind in old]
    for before, after in zip(old, new, strict=True):
        told = (f"{kind.probability(kind.alert):.2f}" for kind in (before, after))
        print(
            f"{before.name}: an alert that is just one was {' and is now '.join(told)}", flush=True
        )
    text = exchanged(files.packaged_evidence(), new)
    files.kinds_of(text)
    written(chosen, {forest.FILE: text})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description=__doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--corpora", type=Path, default=AUDIO, metavar="FOLDER",
        help="recordings, as python -m benchmarks.corpora fetch leaves them",
    )  # fmt: skip
    shared.add_argument("--made", action="store_true", help="made voices and sounds instead")
    shared.add_argument("--jobs", type=int, default=1, help="processes")
    shared.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="what is kept")
    shared.add_argument("--call-s", type=float, default=300.0, metavar="SECONDS")
    split = argparse.ArgumentParser(add_help=False)
    split.add_argument("--split", choices=("development", "sealed"), default="development")
    seeded = argparse.ArgumentParser(add_help=False)
    seeded.add_argument("--seed", type=int, default=SEED, help="the next ones are taken, too")
    seeded.add_argument("--natural", type=int, default=NATURAL, help="calls with all kinds")
    seeded.add_argument("--rich", type=int, default=RICH, help="calls rich in rare kinds, twice")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("make", parents=[shared, split, seeded], help="keep the audio of calls")
    verbs.add_parser("rows", parents=[shared, split, seeded], help="hear calls, kept or not")
    trainer = verbs.add_parser("train", parents=[shared, seeded], help="hear, then grow trees")
    trainer.set_defaults(split="development")
    trainer.add_argument("--trees", type=int, default=Growth().trees, help="of each kind")
    trainer.add_argument("--least-in-leaf", type=int, default=Growth().least_in_leaf)
    trainer.add_argument("--install", action="store_true", help="into the package, too")
    network = verbs.add_parser(
        "network", parents=[shared, seeded], help="hear, then train the network that remembers"
    )
    network.set_defaults(split="development")
    network.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to train")
    network.add_argument("--epochs", type=int, default=Course().epochs, help="times it hears all")
    network.add_argument(
        "--otherwise", action="store_true", help="the same calls on other lines and in rooms, too"
    )
    network.add_argument("--rate", type=float, default=Course().rate, help="of learning, at most")
    network.add_argument(
        "--begin", type=Path, metavar="FILE", help="learn on from a network's file; with --unseen"
    )
    network.add_argument(
        "--way", type=float, default=1.0, metavar="SHARE",
        help="go so far from --begin's weights to those learnt: 0.5 is half way",
    )  # fmt: skip
    network.add_argument(
        "--trainings", type=int, default=1, metavar="N",
        help="the mean of so many, each in another order; more than one with --begin",
    )  # fmt: skip
    network.add_argument(
        "--voices", type=Path, metavar="FOLDER", help="speakers more for these, FOLDER/speech/NAME"
    )
    network.add_argument(
        "--unseen", type=int, default=0, metavar="CALLS",
        help="limits by so many calls more, instead of by three networks that each miss a third",
    )  # fmt: skip
    network.add_argument("--unseen-seed", type=int, default=UNSEEN_SEED, metavar="SEED")
    network.add_argument("--install", action="store_true", help="into the package, too")
    calibrator = verbs.add_parser(
        "calibrate", parents=[shared], help="the package's probabilities, by calls not learnt from"
    )
    calibrator.set_defaults(split="development", rich=0)
    calibrator.add_argument("--seed", type=int, default=CHECK_SEED, help="not one of training")
    calibrator.add_argument("--natural", type=int, default=CALIBRATED, help="calls")
    calibrator.add_argument("--install", action="store_true", help="into the package, too")
    checker = verbs.add_parser("check", parents=[shared, split], help="judge the package's trees")
    checker.add_argument("--seed", type=int, default=CHECK_SEED, help="not one of training")
    checker.add_argument("--natural", type=int, default=CHECKED, help="calls of each part")
    checker.add_argument("--file", type=Path, help="trees of another file")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says; return the exit status."""
    chosen = _parser().parse_args(arguments)
    folder = None if chosen.made else chosen.corpora

    def wanted(part: str, rich: int) -> list[Batch]:
        return batches(
            chosen.seed, chosen.natural, rich, split=part, folder=folder, call_s=chosen.call_s
        )

    try:
        if chosen.verb == "train":
            train(wanted(chosen.split, chosen.rich), chosen)
        elif chosen.verb == "network":
            seen = wanted(chosen.split, chosen.rich)
            unseen = []
            if chosen.begin and not chosen.unseen:
                raise InputError("--begin: it has seen calls, so that --unseen must set its limits")
            if not 0 < chosen.way <= 1 or (chosen.way < 1 and not chosen.begin):
                raise InputError(f"--way {chosen.way:g}: above 0 and at most 1, with --begin")
            if chosen.trainings < 1 or (chosen.trainings > 1 and not chosen.begin):
                raise InputError(f"--trainings {chosen.trainings}: 1, or more with --begin")
            if chosen.begin and not chosen.begin.is_file():
                raise InputError(f"--begin {chosen.begin}: there is no such file")
            if chosen.unseen:
                if chosen.unseen_seed in {batch.seed for batch in seen}:
                    raise InputError(f"--unseen-seed {chosen.unseen_seed} is one of training")
                unseen.append(replace(seen[0], seed=chosen.unseen_seed, count=chosen.unseen))
            remember(seen, unseen, chosen)
        elif chosen.verb == "calibrate":
            calibrate(wanted(chosen.split, 0), chosen)
        elif chosen.verb == "check":
            parts = dict.fromkeys(("development", chosen.split))
            check([wanted(part, 0) for part in parts], chosen)
        else:
            kind = Keeper if chosen.verb == "make" else Hearer
            work(kind, chosen.out, wanted(chosen.split, chosen.rich), jobs=chosen.jobs)
    except (InputError, BuildError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
