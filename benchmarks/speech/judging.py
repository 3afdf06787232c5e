"""Plays recordings to detectors of speech and counts which frames they call speech."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import numpy as np

from benchmarks.speech.recordings import KINDS, Call

#: A detector hears a call from a fresh state and says for each frame of 20 ms whether it is speech.
Detector = Callable[[np.ndarray], np.ndarray]


def ours(samples: np.ndarray) -> np.ndarray:
    """`securecall.fraud.SpeechDetector`."""
    from securecall.fraud import Activity, SpeechDetector

    return np.array(SpeechDetector().feed(samples.tobytes())) == int(Activity.SPEECH)


def webrtc(samples: np.ndarray) -> np.ndarray:
    """webrtcvad at its strictest, mode 3."""
    import webrtcvad

    detector = webrtcvad.Vad(3)
    whole = samples.tobytes()
    return np.array(
        [detector.is_speech(whole[at : at + 320], 8000) for at in range(0, len(whole) - 319, 320)]
    )


DETECTORS: dict[str, Detector] = {"securecall": ours, "webrtcvad 3": webrtc}


def judge(calls: Iterable[Call], detectors: dict[str, Detector]) -> dict[str, dict[str, object]]:
    """Count, for each detector, the share of sounding frames of a class that it calls speech.

    ``pause`` is where nothing sounds, but for the tails of sounds more than 30 dB down;
    ``per_frame_us`` is its time for a frame of 20 ms, Python's included.
    """
    heard = {name: np.zeros(len(KINDS) + 1) for name in detectors}
    frames = np.zeros(len(KINDS) + 1)
    passed = dict.fromkeys(detectors, 0.0)
    for call in calls:
        # Index -1, a pause, falls into the last place.
        frames += np.bincount(call.kinds % (len(KINDS) + 1), minlength=len(KINDS) + 1)
        for name, detector in detectors.items():
            began = time.process_time()
            spoken = detector(call.samples)
            passed[name] += time.process_time() - began
            whole = min(len(spoken), len(call.kinds))
            kinds = call.kinds[:whole][spoken[:whole]] % (len(KINDS) + 1)
            heard[name] += np.bincount(kinds, minlength=len(KINDS) + 1)
    shares: dict[str, dict[str, object]] = {}
    for name in detectors:
        shares[name] = {
            kind: round(float(heard[name][k] / frames[k]), 4)
            for k, kind in enumerate((*KINDS, "pause"))
            if frames[k]
        }
        shares[name]["per_frame_us"] = round(passed[name] / frames.sum() * 1e6, 3)
    shares["hours"] = {
        kind: round(float(frames[k]) / 180_000, 3) for k, kind in enumerate((*KINDS, "pause"))
    }
    return shares
