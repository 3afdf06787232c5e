"""The fraud bench itself: how long half an hour takes, what each detector costs and finds.

The same calls for all detectors, by made voices and sounds, so that any machine plays the same.
"""

from __future__ import annotations

from time import perf_counter, process_time

from benchmarks.row import Row

__all__ = ["fraud"]

WALL_S_MOST = 30.0


def fraud(hours: float, call_s: float) -> list[Row]:
    """Return rows of a run of some hours; the target of time is for half an hour of calls."""
    from securecall.fraud.bench.listener import usual_detectors
    from securecall.fraud.bench.run import Setting, calls_of, run

    names = usual_detectors()
    began = perf_counter()
    scores = run(*names, hours=hours, call_s=call_s, jobs=0)
    wall_s = perf_counter() - began
    simulator = Setting(call_s=call_s).simulator()
    count = calls_of(hours, call_s)
    simulator.call(0)  # tables and talkers are made once
    cpu_s = -process_time()
    for index in range(count):
        simulator.call(index)
    cpu_s += process_time()
    played = f"{hours:g} h, {', '.join(names)}"
    rows = [
        Row("fraud", "calls made and heard", wall_s, "s", WALL_S_MOST, "most", played),
        Row("fraud", "calls made", count * call_s / cpu_s, "h/h", None, note="a core, two legs"),
    ]
    for name, one in scores.items():
        told = one.as_dict()
        cut = told["disconnected_per_1000_calls_of_15_min"]
        found = sum(len(kind.best) for kind in one.kinds.values())
        labels = sum(kind.labels for kind in one.kinds.values())
        rows += [
            Row("fraud", f"{name}: channels", 1 / told["cpu_s_per_channel_second"], "a core"),
            Row("fraud", f"{name}: found", 100 * found / max(labels, 1), "%", note=f"of {labels}"),
            Row(
                "fraud", f"{name}: false alarms", one.overall.count / one.hours, "an hour",
                note=f"95 %: {told['false_alarms']['low_95']:.3g} to "
                f"{told['false_alarms']['high_95']:.3g}",
            ),
            Row(
                "fraud", f"{name}: false disconnects", cut["rate"] or 0.0, "in 1 000 calls",
                note=f"at most {cut['high_95']:.3g}" if cut["rate"] is not None else "",
            ),
        ]  # fmt: skip
    return rows
