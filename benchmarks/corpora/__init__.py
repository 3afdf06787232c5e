"""Real recordings for the benches: fetched by command into an ignored folder, never committed.

``python -m benchmarks.corpora fetch`` downloads the packages that ``catalogue.toml`` names and
turns their recordings into 8 kHz; `clips` hands them out one by one.
"""

from benchmarks.corpora.store import CLASSES, Clip, clips, manifest

__all__ = ["CLASSES", "Clip", "clips", "manifest"]
