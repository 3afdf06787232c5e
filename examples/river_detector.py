"""A model of River's as a detector: half seconds that are unlike what the line was so far.

    python examples/river_detector.py                       # needs securecall[audio,river]
    cd examples && securecall bench --detector river_detector:detector

HalfSpaceTrees learn as they go, so nothing is trained before; each leg of each call has its own.
"""

import numpy as np
from river.anomaly import HalfSpaceTrees

from securecall.fraud import bench
from securecall.fraud.custom import Claim, CustomDetector, columns

NAMES = ("level_dbm0", "tilt_db", "evenness_db", "band_0_dbm0", "band_1000_dbm0", "band_3000_dbm0")
COLUMNS = columns(*NAMES)
LIMITS = dict.fromkeys(NAMES, (-15.0, 15.0))


class Surprise:
    """Asks the trees about each half second, and has them learn it: these ten lines adapt River."""

    def __init__(self) -> None:
        self.trees = HalfSpaceTrees(n_trees=25, height=8, window_size=20, limits=LIMITS, seed=1)
        self.usual = None
        self.blocks = self.strange = 0

    def observe(self, rows, first_ms):
        quiet = np.quantile(rows[:, COLUMNS], 0.2, axis=0)
        self.usual = quiet if self.usual is None else self.usual + 0.05 * (quiet - self.usual)
        change = dict(zip(NAMES, (quiet - self.usual).tolist(), strict=True))
        score = self.trees.score_one(change)
        self.trees.learn_one(change)
        self.blocks += 1
        # Nothing is told before the trees have seen two windows, 20 s, nor of less than 2 s.
        self.strange = self.strange + 1 if self.blocks > 40 and score > 0.9 else 0
        if self.strange == 4:
            yield Claim("noise_anomaly", score, first_ms - 1500, "surprise")


def detector() -> CustomDetector:
    return CustomDetector(Surprise)


def line() -> bytes:
    """Return 40 s of a quiet line that is jammed from 30 s on: 16 bits at 8 kHz."""
    random = np.random.default_rng(1)
    gain = np.where(np.arange(40 * 8000) < 30 * 8000, 12.0, 900.0)
    return (random.normal(0, 1, len(gain)) * gain).astype("<i2").tobytes()


def main() -> None:
    ears = detector()
    for event in ears.feed(line(), leg="called"):
        print(
            f"{event.detail} from {event.start_ms / 1000:.1f} s, known at "
            f"{event.detected_ms / 1000:.1f} s, {event.probability:.2f}"
        )
    scores = bench.run("river_detector:detector", hours=0.05, call_s=60, seed=11)[
        "river_detector:detector"
    ]
    found = scores.kinds["noise_anomaly"]
    print(f"{len(found.best)} of {found.labels} noises found, ", end="")
    print(f"{scores.overall.count} false alarms in {scores.hours:.2f} h")


if __name__ == "__main__":
    main()
