"""Detectors of one's own, as a class and as a compiled step, on a line and on the bench.

    python examples/own_detector.py
    cd examples && securecall bench --detector own_detector:classed --detector own_detector:stepped

Both look for a hum: for a while the lowest band of the line's quiet moments is louder than before.
"""

import numpy as np

from securecall.fraud import bench
from securecall.fraud.custom import Claim, CustomDetector, columns
from securecall.fraud.custom_step import Says, Step

RISE_DB = 12.0
LEVEL, ACTIVITY, LOW, HIGH = columns("level_dbm0", "activity", "band_0_dbm0", "band_1000_dbm0")


class Hum:
    """Compares the quietest quarter of each second with what the line was like before."""

    block_frames = 50

    def __init__(self) -> None:
        self.usual_db: float | None = None
        self.seconds = 0

    def observe(self, rows, first_ms):
        quiet = rows[rows[:, LEVEL] <= np.quantile(rows[:, LEVEL], 0.25)]
        tilt_db = float(np.mean(quiet[:, LOW] - quiet[:, HIGH]))
        usual_db = tilt_db if self.usual_db is None else self.usual_db
        rise_db = tilt_db - usual_db
        self.seconds = self.seconds + 1 if rise_db > RISE_DB else 0
        if self.seconds == 2:
            yield Claim("noise_anomaly", 0.7, first_ms - 1000, "hum", cues={"low_rise_db": rise_db})
        self.usual_db = usual_db + 0.05 * rise_db


def hum(row, state, out):
    """Do much the same for each 20 ms, at native speed: numba compiles this function."""
    usual, frames, seen = 0, 1, 2  # what is remembered, by its place in state
    if row[ACTIVITY] == 1:  # somebody speaks
        return 0
    tilt = row[LOW] - row[HIGH]
    state[seen] += 1
    state[usual] += (tilt - state[usual]) * (1 / state[seen] if state[seen] < 500 else 0.002)
    rise = tilt - state[usual]
    state[frames] = state[frames] + 1 if rise > RISE_DB else max(state[frames] - 2, 0)
    if state[frames] != 75:
        return 0
    state[seen] = 0  # the line is another from now on: learn it anew
    state[frames] = 0
    out[0] = 0.7
    out[1] = 1500
    out[2] = rise
    return 1


def classed() -> CustomDetector:
    return CustomDetector(Hum)


def stepped() -> CustomDetector:
    return CustomDetector(
        lambda: Step(hum, {1: Says("noise_anomaly", "hum")}, state=3, cues=("low_rise_db",))
    )


def line() -> bytes:
    """Return 30 s of a quiet line on which a hum begins after 18 s: 16 bits at 8 kHz."""
    time = np.arange(30 * 8000) / 8000
    noise = np.random.default_rng(1).normal(0, 12, len(time))
    mains = sum(np.sin(2 * np.pi * 120 * n * time) for n in (1, 2)) * 150 * (time > 18)
    return (noise + mains).astype("<i2").tobytes()


def main() -> None:
    audio = line()
    for make in (classed, stepped):
        detector = make()
        for first in range(0, len(audio), 320):  # 20 ms at a time, as a network brings it
            for event in detector.feed(audio[first : first + 320], leg="called"):
                print(
                    f"{make.__name__}: {event.detail} from {event.start_ms / 1000:.2f} s, known at "
                    f"{event.detected_ms / 1000:.2f} s, {event.cues['low_rise_db']:.0f} dB up"
                )
        print(f"{make.__name__}: {len(detector.save())} bytes to go on from")
    names = ("own_detector:classed", "own_detector:stepped")
    for name, scores in bench.run(*names, hours=0.05, call_s=60, seed=11).items():
        found = scores.kinds["noise_anomaly"]
        print(f"{name}: {len(found.best)} of {found.labels} noises found, ", end="")
        print(f"{scores.overall.count} false alarms in {scores.hours:.2f} h")


if __name__ == "__main__":
    main()
