"""The bench that trains the weights of evidence: rows, targets, trees, limits, files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.evidence import files, making
from benchmarks.evidence.__main__ import main
from benchmarks.evidence.calibrating import exchanged, recalibrated
from benchmarks.evidence.calibrating import told as reported
from benchmarks.evidence.calls import Batch, Kept, batches
from benchmarks.evidence.changes import NAMES, Changes, changes_of, listening
from benchmarks.evidence.journal import HEAD, Journal
from benchmarks.evidence.judging import Alarm, Chance, Judged, judged
from benchmarks.evidence.limits import KINDS, calibrated, limits
from benchmarks.evidence.making import CALLS, ROWS, Hearer, Keeper, heard, work
from benchmarks.evidence.targets import innocent, targets
from benchmarks.evidence.trees import Growth, crossed, grown, lines, taught, weighed

from securecall.errors import InputError
from securecall.fraud.bench import Label
from securecall.fraud.forest import evidence, read
from securecall.fraud.monitoring import Parameters
from securecall.fraud.recurrent import BLOCK, network

SHORT = Batch(seed=7, count=2, call_s=36.0)
QUICK = Growth(trees=12, rate=0.1, least_in_leaf=5)


def told(index: int, seed: int = 1) -> Changes:
    """Two minutes of made-up changes; of each kind one happens, and one number of its own rises."""
    random = np.random.default_rng((seed, index))
    at_s = np.arange(12, 240) / 2.0
    values = random.normal(0, 1, (len(at_s), len(NAMES))).astype(np.float32)
    labels = []
    for number, kind in enumerate(KINDS):
        start_s = 12.0 + 26 * number + random.integers(3)
        sort = "silent_transfer" if kind == "call_forwarding" else f"sort {index % 2}"
        label = Label(kind, sort, "called", start_s, start_s + 2, start_s + 1)
        shown = (at_s >= label.evident_s + 0.4) & (at_s <= label.last_s)
        values[shown, 3 + number] += 6
        labels.append(label)
    labels.append(Label("innocent", "cough", "called", 5.0, 5.5, 5.0))
    blocks = random.normal(0, 1, (len(at_s), BLOCK)).astype(np.float32)
    return Changes(index, 120.0, tuple(labels), at_s, values, blocks)


def calls(count: int = 9) -> list[tuple[Batch, Changes]]:
    return [(Batch(1, count), told(index)) for index in range(count)]


class TestRows:
    def test_the_bench_hears_as_a_monitor(self) -> None:
        monitor = Parameters(
            8000, "s16le", plan="north_america", max_false_alarms_per_hour=None, report_ends=True,
            legs=None, detectors=None,
        )  # fmt: skip
        heard = listening(evidence().packed, network().packed)
        assert heard.digest == monitor.hearing.digest

    def test_a_call_has_a_row_for_every_half_second(self) -> None:
        call = SHORT.simulator().call(0)
        changes = changes_of(call)
        assert changes.values.shape == (len(changes.at_s), len(NAMES))
        assert 55 <= len(changes.at_s) <= 64
        assert np.allclose(np.diff(changes.at_s), 0.5)
        assert np.isfinite(changes.values).all()
        assert np.ptp(changes.values, axis=0).astype(bool).mean() > 0.3
        assert changes.labels == call.labels
        assert changes.blocks.shape == (len(changes.at_s), BLOCK)
        assert np.isfinite(changes.blocks).all()
        assert set(changes.blocks[:, 0]) <= {0.0, 1.0}  # whether there is noise to tell
        assert np.ptp(changes.blocks, axis=0).astype(bool).mean() > 0.5

    def test_what_is_done_is_not_done_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work(Keeper, tmp_path, [SHORT], jobs=1)
        kept = Kept(tmp_path / CALLS, SHORT).call(1)
        made = SHORT.simulator().call(1)
        assert kept is not None
        assert kept.labels == made.labels
        assert all(np.array_equal(kept.legs[leg], made.legs[leg]) for leg in made.legs)
        assert all(np.array_equal(kept.lost[leg], made.lost[leg]) for leg in made.lost)
        first = heard(tmp_path, [SHORT], jobs=1)
        assert [changes.index for _, changes in first] == [0, 1]
        assert np.array_equal(first[1][1].values, changes_of(made).values)
        monkeypatch.setattr(making, "changes_of", lambda _: pytest.fail("it was heard"))
        again = heard(tmp_path, [SHORT], jobs=1)
        assert np.array_equal(again[0][1].values, first[0][1].values)
        assert np.array_equal(again[0][1].blocks, first[0][1].blocks)
        assert again[0][1].labels == first[0][1].labels

    def test_one_that_is_missing_is_heard(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / ROWS, SHORT)
        journal.add(replace(told(0), labels=()))
        assert journal.waiting() == [1]
        work(Hearer, tmp_path, [SHORT], jobs=1)
        assert journal.waiting() == []
        assert journal.changes(0).labels == ()

    def test_several_processes_write_the_same(self, tmp_path: Path) -> None:
        one, two = (
            heard(tmp_path / str(jobs), [SHORT], jobs=jobs) for jobs in (1, 2)
        )  # fmt: skip
        for (_, a), (_, b) in zip(one, two, strict=True):
            assert np.array_equal(a.values, b.values)

    def test_rows_of_another_engine_are_refused(self, tmp_path: Path) -> None:
        Journal(tmp_path, SHORT)
        head = tmp_path / SHORT.name / HEAD
        head.write_text(head.read_text().replace('"engine": "', '"engine": "x'))
        with pytest.raises(InputError, match="its engine differs"):
            Journal(tmp_path, SHORT)

    def test_rows_without_blocks_are_refused(self, tmp_path: Path) -> None:
        Journal(tmp_path, SHORT)
        head = tmp_path / SHORT.name / HEAD
        told = json.loads(head.read_text())
        told["numbers"] = list(NAMES)
        head.write_text(json.dumps(told))
        with pytest.raises(InputError, match="its numbers differs"):
            Journal(tmp_path, SHORT)

    def test_a_natural_batch_and_rich_ones_have_seeds_of_their_own(self) -> None:
        made = batches(5, 3, 2, split="sealed", folder=None, call_s=60)
        assert [(each.seed, each.natural, each.count) for each in made] == [
            (5, True, 3), (6, False, 2), (7, False, 2),
        ]  # fmt: skip
        assert len({each.name for each in made}) == 3
        assert set(KINDS) <= {kind for each in made[1:] for kind in each.kinds}


class TestTargets:
    AT_S = np.arange(0, 200) / 2.0

    def of(self, *labels: Label) -> Changes:
        values, blocks = (np.zeros((200, width), np.float32) for width in (len(NAMES), BLOCK))
        return Changes(0, 100.0, labels, self.AT_S, values, blocks)

    def test_it_shows_from_when_it_is_evident_until_a_report_is_late(self) -> None:
        shows, counts = targets(
            self.of(Label("three_way", "x", "called", 20, 24, 22)), "three_way"
        )  # fmt: skip
        assert self.AT_S[shows].min() == 22.5
        assert self.AT_S[shows].max() == 34.0
        assert not counts[(self.AT_S >= 20) & (self.AT_S < 22.4)].any()
        assert not counts[(self.AT_S > 34) & (self.AT_S <= 54)].any()
        assert counts[self.AT_S > 54].all()

    def test_another_leg_and_another_kind_say_no(self) -> None:
        for label in (
            Label("three_way", "x", "calling", 20, 24, 22),
            Label("line_switch", "x", "called", 20, 24, 22),
        ):
            shows, counts = targets(self.of(label), "three_way")
            assert not shows.any()
            assert counts.all()

    def test_what_tolerates_a_kind_teaches_nothing_and_alarms_nobody(self) -> None:
        label = Label("keypad", "x", "called", 20, 24, 22, ("three_way",))
        changes = self.of(label)
        _, counts = targets(changes, "three_way")
        assert np.array_equal(counts, innocent(changes, "three_way"))
        assert (~counts).sum() == changes.within(19.9, label.allowed_s("three_way")).sum()


class TestTrees:
    def test_they_are_as_lightgbm_has_them(self) -> None:
        import lightgbm

        values = np.random.default_rng(1).normal(0, 1, (600, len(NAMES))).astype(np.float32)
        shows = values[:, 4] + values[:, 9] > 1
        data = lightgbm.Dataset(values, shows.astype(np.float32))
        model = lightgbm.train(QUICK.parameters(), data, QUICK.trees)
        odds = weighed(grown(values, shows, QUICK), values)
        near = np.abs(odds - model.predict(values, raw_score=True)) < 2e-3
        assert near.mean() > 0.99  # a rounded limit may have a change go the other way
        assert (odds[shows].mean() - odds[~shows].mean()) > 0.5

    def test_they_are_the_same_again_and_others_from_another_seed(self) -> None:
        changes = [each for _, each in calls(4)]
        first = taught(changes, "three_way", QUICK)
        assert taught(changes, "three_way", QUICK) == first
        assert taught(changes, "three_way", replace(QUICK, seed=2)) != first

    def test_nobody_judges_what_he_has_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        changes = [each for _, each in calls(5)]
        odds = crossed(changes, "line_switch", QUICK, folds=3)
        others = [each for n, each in enumerate(changes) if n % 3 != 1]
        trees = taught(others, "line_switch", QUICK)
        assert np.array_equal(odds[4], weighed(trees, changes[4].values))

    def test_the_file_has_them_as_the_bench_judged_them(self) -> None:
        changes = [each for _, each in calls(4)]
        trees = taught(changes, "noise_anomaly", QUICK)
        text = "\n".join(["kind,noise_anomaly,0,0,0,1,0,0,-99", *lines("noise_anomaly", trees)])
        kind = read(text).kinds["noise_anomaly"]
        assert kind.trees == trees
        odds = weighed(trees, changes[0].values[:20])
        assert [kind.weigh(row.tolist()).log_odds for row in changes[0].values[:20]] == (
            pytest.approx(odds.tolist())
        )

    def test_calls_without_a_kind_teach_nothing(self) -> None:
        bare = [replace(told(n), labels=()) for n in range(2)]
        with pytest.raises(InputError, match=r"three_way: .* more calls"):
            taught(bare, "three_way", QUICK)


class TestJudging:
    ALARMS = tuple(Alarm(z, "c", 0.0, near) for z, near in ((3, "tv"), (2, "tv"), (1, "nothing")))
    CHANCES = (Chance(2.5, "easy"), Chance(1.5, "hard"), Chance(0.5, "hard"))
    FOUND = Judged("three_way", 2.0, CHANCES, ALARMS)

    @pytest.mark.parametrize(
        ("per_hour", "false"), [(0.05, 0), (0.5, 1), (0.99, 1), (1, 2), (9, 3)]
    )
    def test_a_limit_has_no_more_false_alarms(self, per_hour: float, false: int) -> None:
        assert len(self.FOUND.false(self.FOUND.limit(per_hour))) == false

    def test_found_by_stratum(self) -> None:
        assert self.FOUND.found(1.2) == {"all": (2, 3), "easy": (1, 1), "hard": (1, 2)}
        assert self.FOUND.causes(1.5) == {"tv": 2}
        rate, low, high = self.FOUND.rate(1.5)
        assert (rate, low < 1 < high) == (1.0, True)

    def test_alarms_near_each_other_are_one_and_only_natural_calls_have_any(self) -> None:
        changes = told(0)
        odds = np.full(len(changes.at_s), -5.0)
        odds[[4, 6, 10]] = 1.0, 2.0, 1.5  # from 8 to 11 s, before anything of fraud
        rich = Batch(2, 1, kinds=("three_way",))
        both = [(Batch(1, 1), changes), (rich, changes)]
        found = judged("three_way", both, [odds, odds])
        assert found.hours == pytest.approx(120 / 3600)
        assert [(each.log_odds, each.near) for each in found.false(0)] == [(2.0, "cough")]
        assert found.found(0)["all"] == (0, 2)

    def test_what_is_found_late_is_not_found(self) -> None:
        changes = told(0)
        label = changes.labels[0]
        for at_s, found in ((label.last_s - 1, 1), (label.last_s + 1, 0)):
            odds = np.where(np.abs(changes.at_s - at_s) < 0.3, 4.0, -4.0)
            one = judged(label.kind, [(Batch(1, 1), changes)], [odds])
            assert one.found(0)["all"] == (found, 1)

    def test_probability_is_that_of_the_reports(self) -> None:
        random = np.random.default_rng(3)
        odds = random.normal(0, 2, 4000)
        right = random.random(4000) < 1 / (1 + np.exp(-(0.8 * odds - 0.5)))
        slope, shift = calibrated(odds[right].tolist(), odds[~right].tolist())
        assert (slope, shift) == (pytest.approx(0.8, abs=0.1), pytest.approx(-0.5, abs=0.15))

    def test_limits_stand_in_their_order(self) -> None:
        clear = replace(self.FOUND, chances=(Chance(5, "easy"), Chance(4, "easy")))
        made = limits(clear, clear)
        assert made.told <= made.alert < made.disconnect
        assert made.alert == pytest.approx(3.0, abs=1e-3)
        assert made.disconnect == 3.5
        assert made.probability(4) > made.probability(3)
        assert limits(clear, replace(clear, kind="line_switch")).disconnect == 99.0

    def test_strong_reports_must_be_right_more_often(self) -> None:
        weak = replace(self.FOUND, chances=(Chance(1.1, "hard"), Chance(1.2, "hard")))
        with pytest.raises(InputError, match=r"of 2 right and 3 false reports .*: more calls"):
            limits(weak, weak)


class TestCalibrating:
    """A call of 100 s with something to find from 20 to 24 s on."""

    AT_S = np.arange(0, 200) / 2.0
    LABEL = Label("three_way", "x", "called", 20, 24, 22)

    def of(self, *labels: Label) -> Changes:
        values, blocks = (np.zeros((200, width), np.float32) for width in (len(NAMES), BLOCK))
        return Changes(0, 100.0, labels, self.AT_S, values, blocks)

    def odds(self, **at: float) -> np.ndarray:
        made = np.full(200, -5.0)
        for name, odds in at.items():
            made[2 * int(name[1:])] = odds
        return made

    @pytest.mark.parametrize(
        ("at", "reports"),
        [
            ({"s25": 2.0, "s26": 4.0}, [(2.0, True)]),
            ({"s60": 2.0, "s61": 4.0, "s95": 3.0}, [(2.0, False), (3.0, False)]),
            ({"s40": 2.0, "s45": 4.0}, []),  # late, and then quiet
            ({"s25": 0.5}, []),
        ],
    )
    def test_the_first_change_beyond_a_limit_is_told(
        self, at: dict[str, float], reports: list[tuple[float, bool]]
    ) -> None:
        assert reported("three_way", self.of(self.LABEL), self.odds(**at), 1.0) == reports

    def test_another_kind_of_the_family_is_wrong_and_what_is_allowed_is_nothing(self) -> None:
        other = Label("line_switch", "x", "called", 20, 24, 22)
        part = replace(other, tolerated=("three_way",))
        odds = self.odds(s25=2.0)
        assert reported("three_way", self.of(other), odds, 1.0) == [(2.0, False)]
        assert reported("three_way", self.of(part), odds, 1.0) == []

    def test_a_file_of_trees_has_new_probabilities_and_is_otherwise_the_same(self) -> None:
        old = evidence().kinds.values()
        new = [replace(each, slope=2.0, shift=1.0) for each in old]
        text = exchanged(files.packaged_evidence(), new)
        assert {each.slope for each in files.kinds_of(text).values()} == {2.0}
        assert [each.trees for each in files.kinds_of(text).values()] == [x.trees for x in old]
        assert text.count("\n") == files.packaged_evidence().count("\n")

    def test_too_few_reports_are_said(self) -> None:
        (kind, *_) = evidence().kinds.values()
        with pytest.raises(InputError, match="more calls"):
            recalibrated(kind, [(Batch(1, 1), self.of(self.LABEL))])


class TestFiles:
    def test_curves_are_exchanged_and_others_stay(self) -> None:
        old = "# head\n# of all\nkeypad,0.1,0\n# old\nthree_way,0.1,0.5\nthree_way,1,0.2\n"
        new = files.points_text(old, {"three_way": ["three_way,0.2,0.4"]}, "new")
        assert new == "# head\n# of all\nkeypad,0.1,0\n# new\nthree_way,0.2,0.4\n"
        assert files.points_text(new, {"three_way": ["three_way,0.2,0.4"]}, "new") == new

    def test_kinds_that_the_network_tells_have_curves(self) -> None:
        assert "three_way" in files.weighing()
        assert "keypad" not in files.weighing()

    def test_the_package_s_kinds_are_those_of_the_bench(self) -> None:
        assert list(evidence().kinds) == list(KINDS)


def arguments(verb: str, out: Path, *more: str) -> list[str]:
    return [verb, "--made", "--seed", "101", "--natural", "2", "--call-s", "36", "--out", str(out),
            *more]  # fmt: skip


class TestCommand:
    def test_calls_without_a_false_report_calibrate_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        journal = Journal(tmp_path / ROWS, Batch(101, 9, call_s=36.0))
        for index in range(9):
            journal.add(told(index))
        argument = arguments("train", tmp_path, "--rich", "0", "--natural", "9", "--trees", "4",
                             "--least-in-leaf", "5")  # fmt: skip
        assert main(argument) == 2
        assert "in 0.3 h no report is false" in capsys.readouterr().err

    def test_training_writes_what_the_engine_takes(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        journal = Journal(tmp_path / ROWS, Batch(101, 90, call_s=36.0))
        for index in range(90):
            journal.add(told(index))
        argument = arguments("train", tmp_path, "--rich", "0", "--natural", "90", "--trees", "16",
                             "--least-in-leaf", "5")  # fmt: skip
        assert main(argument) == 0
        printed = capsys.readouterr().out
        assert all(f"{kind}: 90 to find; false alarms of 3.0 h" in printed for kind in KINDS)
        assert "0.05 an hour" in printed
        (path,) = tmp_path.glob("*.csv")  # the operating points are the network's
        text = path.read_text()
        assert [len(kind.trees) for kind in files.kinds_of(text).values()] == [16] * len(KINDS)
        assert main(argument) == 0
        assert path.read_text() == text

    def test_checking_shows_both_parts_side_by_side(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments("check", tmp_path, "--split", "sealed", "--seed", "3")) == 0
        printed = capsys.readouterr().out
        first = printed.splitlines()[0].split()
        assert first == [next(iter(KINDS)), "development", "sealed"]
        assert printed.count("false, alert") == len(KINDS)
        assert {path.name for path in (tmp_path / ROWS).iterdir()} == {
            "development-3", "sealed-3",
        }  # fmt: skip

    def test_too_few_calls_are_said(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        journal = Journal(tmp_path / ROWS, Batch(101, 2, call_s=36.0))
        for index in range(2):
            journal.add(replace(told(index), labels=()))
        assert main(arguments("train", tmp_path, "--rich", "0")) == 2
        assert "more calls" in capsys.readouterr().err

    def test_calls_can_be_kept(self, tmp_path: Path) -> None:
        assert main(arguments("make", tmp_path, "--rich", "0", "--natural", "1")) == 0
        assert [path.name for path in (tmp_path / CALLS / "development-101").iterdir()] == [
            "00000.npz"
        ]
