"""The bench offers what it says, and measures any object with three methods."""

from __future__ import annotations

from securecall.fraud import bench


class Nothing:
    """Hears nothing."""

    def feed(self, frame: bytes, leg: str) -> list[bench.Report]:
        return []

    def feed_gap(self, duration_ms: int, leg: str) -> list[bench.Report]:
        return []

    def finish(self) -> list[bench.Report]:
        return []


def test_what_is_offered_is_there() -> None:
    assert all(hasattr(bench, name) for name in bench.__all__)


def test_a_detector_of_a_user_is_measured() -> None:
    name = f"{__name__}:Nothing"
    scores = bench.run(name, hours=0.01, call_s=36)[name]
    assert scores.calls == 1
    assert scores.overall.count == 0
    assert all(not one.best for one in scores.kinds.values())
