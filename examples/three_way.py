"""Watch a call in which a third party is taken in, and draw what was heard.

    python examples/three_way.py [--out FOLDER]

The call is one of the bench, made anew: an analogue line, a flash, a hold, a second flash, three
people. Above are the levels of both legs with what truly happened, below the cues that the engine
told, how far the trees were from an alert, and the events.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from securecall.fraud import CallMonitor, Event
from securecall.fraud.bench import Call, Simulator
from securecall.fraud.cues import LEGS, VALUES, Heard
from securecall.fraud.detectors import DETECTORS
from securecall.fraud.recurrent import KINDS, network

mpl.use("agg")
from matplotlib import pyplot as plt  # behind the choice of what draws

SEED, NUMBER, CALL_S = 1, 415, 90
INK, GREY = "#1b1f24", "#8a94a0"
OWN, OTHER, TRUTH, INNOCENT = "#2b6cb0", "#9db8d3", "#f2c9a8", "#dfe3e8"
GRADES = {"note": GREY, "alert": "#c05621", "disconnect": "#b3261e"}
# Behind the numbers of a change stand the log odds of the trees, then those of the network.
SCORE = len(VALUES["change"]) + len(KINDS) + KINDS.index("three_way")


@dataclass
class Notebook:
    """A detector that finds nothing and writes down what it hears."""

    kind: str = "notebook"
    hears: tuple[str, ...] = ("flash", "gap", "change")
    items: list[Heard] = field(default_factory=list)

    def hear(self, item: Heard, call: Any) -> tuple[()]:
        self.items.append(item)
        return ()

    def save(self) -> None:
        return None

    def load(self, saved: None) -> None:
        return None


def watched(call: Call) -> tuple[list[Event], list[Heard]]:
    """Return the events of a call's monitor, and the cues of its outside leg."""
    book = Notebook()
    monitor = CallMonitor(legs=LEGS, detectors=[*DETECTORS, lambda: book])
    events = []
    for leg in LEGS:
        for piece, _ in call.pieces(leg):
            if isinstance(piece, bytes):
                events += monitor.feed(piece, leg)
            else:
                events += monitor.feed_gap(piece, leg)
    events += monitor.finish()
    return events, [item for item in book.items if item.leg == "called"]


def levels(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return seconds and dBm0 of each 20 ms."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(float) / 32_768
    return np.arange(len(frames)) / 50, 10 * np.log10(np.mean(frames**2, 1) + 1e-10) + 6.15


def draw(call: Call, events: list[Event], cues: list[Heard], path: Path) -> None:
    """Draw both legs, the truth, the cues and the events."""
    figure, rows = plt.subplots(
        4, 1, figsize=(12, 7.6), sharex=True, height_ratios=(3, 2, 1.1, 2.2), layout="constrained"
    )
    for axes, leg, colour in ((rows[0], "called", OWN), (rows[1], "calling", OTHER)):
        axes.plot(*levels(call.legs[leg]), color=colour, linewidth=0.8)
        axes.set(ylim=(-75, 0), ylabel=f"{leg}\ndBm0")
        for label in call.labels:
            if label.leg == leg:
                innocent = label.kind == "innocent"
                axes.axvspan(
                    label.start_s, label.end_s, color=INNOCENT if innocent else TRUTH, zorder=0
                )
                axes.text(
                    label.start_s, -1, f" {label.stratum}" if innocent else f" {label.kind}",
                    va="top", fontsize=9, color=INK,
                )  # fmt: skip
    for item in cues:
        if item.kind in ("flash", "gap"):
            row = ("flash", "gap").index(item.kind)
            rows[2].plot([item.start_ms / 1000] * 2, [row - 0.35, row + 0.35], color=OWN)
    rows[2].set(ylim=(1.6, -0.6), yticks=(0, 1), yticklabels=("flashes", "gaps"))

    kind = network().kinds["three_way"]
    told = [(item.at_ms / 1000, item.values[SCORE]) for item in cues if item.kind == "change"]
    rows[3].plot(*np.reshape(told, (-1, 2)).T, "o", color=INK, markersize=4)
    for grade, least in (("alert", kind.alert), ("disconnect", kind.disconnect)):
        rows[3].axhline(least, color=GRADES[grade], linewidth=0.9, linestyle="--")
        rows[3].text(0.3, least, f"{grade} from here", va="bottom", fontsize=9, color=GRADES[grade])
    ours = [event for event in events if event.kind in network().kinds and not event.ended]
    for number, event in enumerate(ours):
        at_s = event.detected_ms / 1000
        for axes in rows:
            axes.axvline(at_s, color=GRADES[event.grade], linewidth=1)
        rows[3].text(
            ours[0].detected_ms / 1000 - 2, kind.told - 0.2 + 1.95 * number,
            f"{event.kind}, {event.grade}, {event.probability:.2f}\n{event.detail}",
            ha="right", va="bottom", fontsize=9, color=GRADES[event.grade],
        )  # fmt: skip
    top = max([kind.disconnect, *(score for _, score in told)]) + 0.8
    rows[3].set(
        ylim=(kind.told - 0.3, top), ylabel="three-way,\nlog odds", xlabel="seconds of the call",
        xlim=(0, call.seconds),
    )  # fmt: skip
    rows[0].set_title(
        f"A call of the bench (seed {call.seed}, number {call.index}, {call.seconds:.0f} s): "
        "shaded what happened, lines what the monitor told",
        loc="left", fontsize=11, color=INK,
    )  # fmt: skip
    for axes in rows:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description="Watch a three-way call and draw it.")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the picture")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    call = Simulator(seed=SEED, call_s=CALL_S).call(NUMBER)
    events, cues = watched(call)
    draw(call, events, cues, folder / "three_way.png")
    for event in events:
        print(
            f"{event.detected_ms / 1000:6.2f} s  {event.leg:7}  {event.kind} {event.grade}"
            f" {event.probability:.2f}  {event.detail}"
        )


if __name__ == "__main__":
    main()
