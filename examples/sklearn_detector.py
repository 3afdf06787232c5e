"""A model of scikit-learn's as a detector: an isolation forest of how lines usually change.

    python examples/sklearn_detector.py                     # needs securecall[audio,sklearn]
    cd examples && securecall bench --detector sklearn_detector:detector

The forest is fitted once, on simulated calls in which nothing happens on purpose; a classifier with
``predict_proba`` goes the same way.
"""

from functools import cache

import numpy as np
from sklearn.ensemble import IsolationForest

from securecall.fraud import bench
from securecall.fraud.custom import Claim, CustomDetector, LegObserver, columns
from securecall.fraud.measures import MEASURES, Measurer

BANDS = columns(*(name for name in MEASURES if name.startswith("band_")))


class Change:
    """How the quiet moments of half a second differ, band by band, from what they were so far."""

    def __init__(self) -> None:
        self.usual = None

    def of(self, rows):
        quiet = np.quantile(rows[:, BANDS], 0.2, axis=0)
        usual = quiet if self.usual is None else self.usual
        self.usual = usual + 0.1 * (quiet - usual)
        return quiet - usual


class Collect(Change):
    """Keeps the changes of a leg, to fit a forest on."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = []

    def observe(self, rows, first_ms):
        self.seen.append(self.of(rows))


@cache
def forest() -> IsolationForest:
    """Return a forest fitted on ten calls of the development split without fraud."""
    seen = []
    for call in bench.Simulator(seed=77, call_s=30).calls(count=10):
        if all(label.kind == bench.INNOCENT for label in call.labels):
            for leg in bench.LEGS:
                collect = Collect()
                LegObserver(collect).take(Measurer().feed(call.legs[leg]))
                seen += collect.seen[8:]
    return IsolationForest(n_estimators=30, random_state=1).fit(np.array(seen))


class Strange(Change):
    """Asks the forest about each half second: these ten lines adapt scikit-learn."""

    def __init__(self) -> None:
        super().__init__()
        self.strange = 0

    def observe(self, rows, first_ms):
        score = -float(forest().score_samples(self.of(rows)[np.newaxis])[0])
        self.strange = self.strange + 1 if score > 0.7 else 0
        if self.strange == 3:
            yield Claim("noise_anomaly", score, first_ms - 1000, "strange", cues={"score": score})


def detector() -> CustomDetector:
    return CustomDetector(Strange)


def line() -> bytes:
    """Return 20 s of a quiet line that is jammed from 12 s on: 16 bits at 8 kHz."""
    random = np.random.default_rng(1)
    gain = np.where(np.arange(20 * 8000) < 12 * 8000, 12.0, 900.0)
    return (random.normal(0, 1, len(gain)) * gain).astype("<i2").tobytes()


def main() -> None:
    print(f"fitted on {forest().n_features_in_} bands")
    ears = detector()
    for event in ears.feed(line(), leg="called"):
        print(
            f"{event.detail} from {event.start_ms / 1000:.1f} s, known at "
            f"{event.detected_ms / 1000:.1f} s, {event.probability:.2f}"
        )
    print(f"{len(ears.save())} bytes to go on from; the forest is no part of it")
    name = "sklearn_detector:detector"
    scores = bench.run(name, hours=0.05, call_s=60, seed=11)[name]
    found = scores.kinds["noise_anomaly"]
    print(f"{len(found.best)} of {found.labels} noises found, ", end="")
    print(f"{scores.overall.count} false alarms in {scores.hours:.2f} h")


if __name__ == "__main__":
    main()
