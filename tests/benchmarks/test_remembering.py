"""The bench that trains the network that remembers: all of it that needs no PyTorch."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from benchmarks.evidence import __main__ as command
from benchmarks.evidence import files, louder, network
from benchmarks.evidence.calls import Batch
from benchmarks.evidence.changes import BLOCK_AT, NAMES, Changes, changes_of, listening, rows_of
from benchmarks.evidence.crossings import bounded, crossings, explained, reported
from benchmarks.evidence.journal import Journal
from benchmarks.evidence.judging import Alarm, Judged
from benchmarks.evidence.lessons import Lesson, happening, lesson, strata
from benchmarks.evidence.limits import RATES_PER_HOUR, Limits, calibrated
from benchmarks.evidence.making import ROWS
from benchmarks.evidence.places import knots, places
from tests.benchmarks.test_evidence import SHORT, told

from securecall.errors import BuildError, InputError
from securecall.fraud import recurrent
from securecall.fraud.bench import Label
from securecall.fraud.operating import CURVES
from securecall.fraud.recurrent import BLOCK, KINDS, KNOTS, PARTS

AT_S = np.arange(0, 200) / 2.0
THIRD = Label("three_way", "x", "called", 20, 24, 22)


def of(*labels: Label) -> Changes:
    """A hundred seconds of a call in which all numbers are nought."""
    values, blocks = (np.zeros((200, width), np.float32) for width in (len(NAMES), BLOCK))
    return Changes(0, 100.0, labels, AT_S, values, blocks)


def strengths(**at: float) -> np.ndarray:
    """Log odds of -5, and others at some seconds."""
    made = np.full(200, -5.0)
    for name, odds in at.items():
        made[2 * int(name[1:])] = odds
    return made


def drawn(seed: int = 1) -> network.Weights:
    """Weights of a network that has learnt nothing."""
    random = np.random.default_rng(seed)
    return {
        part: network.short(random.normal(0, 0.15, shape).astype(np.float32))
        for part, shape in PARTS.items() if part != "knots"
    }  # fmt: skip


def packaged() -> tuple[list[np.ndarray], network.Weights]:
    """Return the knots and the weights of the package's network."""
    row = np.frombuffer(recurrent.network().packed, np.float32)[len(KINDS) :]
    parts, at = {}, 0
    for name, (rows, width) in PARTS.items():
        parts[name] = row[at : at + rows * width].reshape(rows, width)
        at += rows * width
    return [knot[np.isfinite(knot)] for knot in parts.pop("knots")], parts


class TestPlaces:
    def test_there_are_no_more_knots_than_the_engine_has_and_they_are_in_order(self) -> None:
        among = knots([told(index) for index in range(6)])
        assert len(among) == len(NAMES)
        assert all(0 < len(knot) <= KNOTS for knot in among)
        assert all((np.diff(knot) > 0).all() for knot in among)

    def test_what_hardly_moves_has_few(self) -> None:
        changes = told(0)
        changes.values[:, 2] = np.arange(len(changes.at_s)) % 2
        among = knots([changes])
        assert among[2].min() == 0
        assert among[2].max() == 1
        assert len(among[2]) < 30

    def test_they_are_written_as_they_are_learnt_from(self) -> None:
        for knot in knots([told(0)])[:20]:
            assert [np.float32(f"{value:.5g}") for value in knot] == knot.tolist()

    def test_a_place_is_the_count_of_knots_below(self) -> None:
        among = [np.array([0.0, 1.0, 2.0], np.float32), np.array([5.0], np.float32)]
        values = np.array([[-1, 5], [0, 6], [1.5, 4], [9, 5]], np.float32)
        assert places(values, among).tolist() == [[0, 0], [0, 1], [2, 0], [3, 0]]


class TestLessons:
    def test_a_row_for_every_half_second_and_a_column_for_every_kind(self) -> None:
        changes = told(0)
        names = strata([told(index) for index in range(6)])
        one = lesson(changes, knots([changes]), names)
        rows = len(changes.at_s)
        assert one.places.shape == (rows, len(NAMES))
        assert one.blocks.shape == (rows, BLOCK)
        assert one.shows.shape == one.weight.shape == (rows, len(KINDS))
        assert one.beside.shape == (rows, len(names))
        assert one.shows.any(axis=0).all()

    def test_another_kind_of_the_family_teaches_less_and_what_is_late_nothing(self) -> None:
        changes = of(THIRD, Label("line_switch", "y", "called", 70, 74, 72))
        one = lesson(changes, knots([changes]), ())
        first = KINDS.index("three_way")
        assert one.weight[changes.within(72, 75), first] == pytest.approx(0.3, abs=1e-3)
        assert one.weight[changes.within(22.5, 30), first].tolist() == [1.0] * 16
        assert not one.weight[changes.within(40, 45), first].any()
        assert not one.shows[changes.within(72, 75), first].any()

    def test_what_happens_is_learnt_beside_if_it_happens_often(self) -> None:
        cough = Label("innocent", "cough", "called", 50, 51, 50)
        other = Label("innocent", "dog", "calling", 50, 51, 50)
        calls = [of(THIRD, cough, other), of(cough, other), of(cough, other)]
        names = strata(calls)
        assert names == ("innocent/cough",)
        found = happening(calls[0], names)
        assert AT_S[found[:, 0]].tolist() == [at / 2 for at in range(101, 113)]


class TestLouder:
    def test_what_there_is_none_of_stays_nothing(self) -> None:
        by = louder.moves(np.random.default_rng(1), 3)
        after = louder.moved(np.zeros((3, 4, BLOCK), np.float32), by)
        assert set(np.flatnonzero(after.any(axis=(0, 1)))) == {louder.HIGH}

    def test_a_gain_moves_levels_and_no_band_beside_its_level(self) -> None:
        by = louder.moves(np.random.default_rng(2), 400)[:, 0]
        for number in (louder.NOISE, louder.HIGH, louder.LEVEL):
            steps = by[:, number] * louder.LEVEL_STEPS
            assert np.allclose(steps, steps.round(), atol=1e-4)
            assert (steps.min(), steps.max()) == (-louder.GAIN, louder.GAIN)
        quiet = by[:, louder.QUIET : louder.QUIET + louder.BANDS]
        assert abs(np.corrcoef(by[:, louder.NOISE], quiet[:, 15])[0, 1]) < 0.2

    def test_a_tilt_moves_noise_talk_loudest_moments_and_hissing_alike(self) -> None:
        by = louder.moves(np.random.default_rng(3), 2000)[:, 0]
        quiet, talking = (
            by[:, first : first + louder.BANDS] for first in (louder.QUIET, louder.TALKING)
        )
        rises = [each[:, -4:].mean(1) - each[:, :4].mean(1) for each in (quiet, talking)]
        assert 0.3 < np.corrcoef(*rises)[0, 1] < 0.9  # a room is no mouth
        peaks = by[:, louder.PEAK + 4] - by[:, louder.PEAK]
        assert np.corrcoef(rises[1], peaks)[0, 1] > 0.7
        bands = talking[:, 14] - talking[:, 9]
        slope = by[:, louder.SLOPE + 4] * louder.PEAK_STEPS
        assert np.allclose(bands * louder.BAND_STEPS, slope, atol=1e-3)

    def test_neighbouring_bands_move_together(self) -> None:
        by = louder.moves(np.random.default_rng(4), 2000)[:, 0]
        talking = by[:, louder.TALKING : louder.TALKING + louder.BANDS]
        assert np.corrcoef(talking[:, 7], talking[:, 8])[0, 1] > 0.6
        assert abs(np.corrcoef(talking[:, 4], talking[:, 12])[0, 1]) < 0.3

    def test_flags_counts_and_the_call_that_was_stay(self) -> None:
        blocks = np.ones((2, 5, BLOCK), np.float32)
        kept = blocks.copy()
        after = louder.moved(blocks, louder.moves(np.random.default_rng(4), 2))
        assert np.array_equal(blocks, kept)
        same = {0, *range(19, 25), 42, *range(44, 51), 59, 60, *range(66, BLOCK)}
        assert set(np.flatnonzero((after == kept).all(axis=(0, 1)))) == same

    def test_flags_are_those_of_the_engine(self) -> None:
        blocks = changes_of(SHORT.simulator().call(0)).blocks
        for number, needed in enumerate(louder.NEEDED):
            if number != needed:
                assert set(np.unique(blocks[:, needed])) <= {0.0, 1.0}
                assert not blocks[blocks[:, needed] == 0, number].any()


class TestCrossings:
    @pytest.mark.parametrize(
        ("at", "reports"),
        [
            ({"s25": 2.0, "s26": 4.0}, [(2.0, True)]),
            ({"s40": 2.0}, [(2.0, True)]),  # late: it is so all the same
            ({"s60": 2.0, "s61": 4.0, "s95": 3.0}, [(2.0, False), (3.0, False)]),
            ({"s25": 0.5}, []),
        ],
    )
    def test_the_first_half_second_beyond_a_limit_is_reported(
        self, at: dict[str, float], reports: list[tuple[float, bool]]
    ) -> None:
        assert crossings("three_way", of(THIRD), strengths(**at), 1.0) == reports

    def test_what_call_waiting_explains_is_no_report_and_makes_nobody_quiet(self) -> None:
        answered = Label("innocent", "call_waiting_answered", "called", 60, 64, 60)
        changes = of(answered)
        odds = strengths(s65=3.0, s85=2.0)
        assert crossings("three_way", changes, odds, 1.0) == [(2.0, False)]
        assert AT_S[explained(changes, "three_way")].tolist() == [at / 2 for at in range(114, 159)]
        assert not explained(changes, "call_forwarding").any()
        alarms = tuple(Alarm(z, "c", 0.0, near) for z, near in ((3, "dog"), (2, answered.stratum)))
        assert len(reported(Judged("three_way", 1.0, (), alarms)).alarms) == 1
        assert len(reported(Judged("call_forwarding", 1.0, (), alarms)).alarms) == 2

    def test_probabilities_are_those_of_first_crossings(self) -> None:
        calls = [
            (Batch(1, 12), replace(of(*happens), seconds=3600.0)) for happens in [(THIRD,), ()] * 6
        ]
        sure, unsure = strengths(s25=4.0, s26=6.0), strengths(s25=1.0)
        odds = [sure, strengths(s50=1.0)] * 5 + [unsure, strengths(s50=4.5)]
        made, natural, whole = bounded("three_way", calls, odds)
        assert natural == whole
        assert made.alert == pytest.approx(4.5, abs=1e-3)
        assert made.told < made.alert < made.disconnect
        # At an alert, twice, what grows certain in time; below, where it began, and the false one.
        slope, shift = calibrated([6.0] * 10 + [4.0] * 10, [4.5] * 2)
        assert (made.slope, made.shift) == (max(slope, 0.05), shift)

    def test_too_few_reports_are_said(self) -> None:
        with pytest.raises(InputError, match="three_way: 0 right and 2 wrong: more calls"):
            bounded("three_way", [(Batch(1, 1), of())], [strengths(s25=4.0)])


class TestNetwork:
    def test_the_bench_goes_through_it_as_the_engine_does(self) -> None:
        among, weights = packaged()
        changes = changes_of(SHORT.simulator().call(0))
        odds = network.remembered(weights, lesson(changes, among, ()))
        told = np.full(len(KINDS), -99, np.float32).tobytes()  # everything
        packed = told + recurrent.network().packed[len(told) :]
        _, rows = rows_of(SHORT.simulator().call(0), listening(recurrent=packed))
        heard = rows[:, BLOCK_AT - len(KINDS) : BLOCK_AT]
        assert odds.shape == heard.shape
        assert np.abs(odds - heard).max() < 0.05  # half precision, and the engine's tanh

    def test_nobody_judges_what_he_has_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[list[int]] = []
        lessons = [lesson(told(index), knots([told(index)]), ()) for index in range(5)]
        numbers = {id(one): number for number, one in enumerate(lessons)}

        def learnt(some: list[Lesson], course: network.Course, name: str) -> network.Weights:
            seen.append([numbers[id(one)] for one in some])
            return drawn(len(seen))

        monkeypatch.setattr(network, "learnt", learnt)
        odds = network.crossed(lessons, network.Course())
        assert seen == [[1, 2, 4], [0, 2, 3], [0, 1, 3, 4]]
        assert np.array_equal(odds[4], network.remembered(drawn(2), lessons[4]))

    def test_a_call_and_the_same_call_otherwise_are_in_one_part(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lessons = [lesson(told(0), knots([told(0)]), ()) for _ in range(8)]
        numbers = {id(one): number for number, one in enumerate(lessons)}
        seen = []

        def learnt(some: list[Lesson], course: network.Course, name: str) -> network.Weights:
            seen.append([numbers[id(one)] for one in some])
            return drawn()

        monkeypatch.setattr(network, "learnt", learnt)
        network.crossed(lessons, network.Course(), [0, 1, 2, 3, 0, 1, 2, 3])
        assert seen == [[1, 2, 5, 6], [0, 2, 3, 4, 6, 7], [0, 1, 3, 4, 5, 7]]

    def test_without_pytorch_it_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "torch", None)
        with pytest.raises(BuildError, match=r"pip install 'securecall\[network\]'"):
            network.pytorch()
        assert command.main(["network", "--made", "--out", str(tmp_path)]) == 2
        assert "PyTorch" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []  # before a single call is heard

    def test_a_gpu_that_is_not_there_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Torch:
            class cuda:
                @staticmethod
                def is_available() -> bool:
                    return False

        monkeypatch.setattr(network, "pytorch", lambda: Torch)
        with pytest.raises(BuildError, match="--device cpu"):
            network.checked(network.Course(device="cuda"))
        assert network.checked(network.Course()) is Torch


class Layers:
    """What there is of PyTorch's layers when weights come and go: tensors by name."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {"beside.bias": self.tensor(np.zeros(3))}

    @staticmethod
    def tensor(array: np.ndarray) -> Any:
        kept = SimpleNamespace(numpy=lambda: array)
        return SimpleNamespace(detach=lambda: SimpleNamespace(cpu=lambda: kept))

    def state_dict(self) -> dict[str, Any]:
        return dict(self.kept)

    def load_state_dict(self, told: dict[str, Any]) -> None:
        self.kept = told


class TestTaken:
    def test_a_network_that_learns_on_begins_with_the_weights_of_the_file(self) -> None:
        layers = Layers()
        network._take(Layers, layers, drawn(3))
        assert sorted(layers.kept) == [
            "beside.bias", "gru.bias_hh_l0", "gru.bias_ih_l0", "gru.weight_hh_l0",
            "gru.weight_ih_l0", "in.bias", "in.weight", "out.bias", "out.weight",
        ]  # fmt: skip
        back = network._parts(layers)
        assert list(back) == [part for part in PARTS if part != "knots"]
        for part, weights in drawn(3).items():
            assert np.array_equal(back[part], weights), part

    def test_a_copy_is_taken_so_that_training_leaves_the_beginning_alone(self) -> None:
        begin, layers = drawn(3), Layers()
        network._take(Layers, layers, begin)
        layers.kept["in.bias"].detach().cpu().numpy()[:] = 9
        assert np.array_equal(begin["in_bias"], drawn(3)["in_bias"])


class TestBetween:
    def test_ends_are_what_they_were_and_half_way_is_the_mean(self) -> None:
        old, new = drawn(1), drawn(2)
        for way, wanted in ((0.0, old), (1.0, new)):
            made = network.between(old, new, way)
            assert all(np.array_equal(made[part], wanted[part]) for part in wanted)
        half = network.between(old, new, 0.5)
        for part, weights in half.items():
            assert np.allclose(weights, (old[part] + new[part]) / 2, rtol=0.006)
            assert np.array_equal(weights, network.short(weights))


class TestAveraged:
    def test_each_training_counts_as_much(self) -> None:
        trained = [drawn(seed) for seed in (1, 2, 3)]
        for part, weights in network.averaged(trained).items():
            assert np.allclose(weights, sum(each[part] for each in trained) / 3, rtol=0.006)
        alone = network.averaged(trained[:1])
        assert all(np.array_equal(alone[part], trained[0][part]) for part in alone)


class TestFiles:
    BOUNDS = Limits(-2.0, 1.0, 5.0, 0.8, 0.5)

    def test_what_is_written_is_what_the_engine_takes(self) -> None:
        among = knots([told(0)])
        text = files.network_text(dict.fromkeys(KINDS, self.BOUNDS), among, drawn(), "2 h")
        made = files.network_of(text)
        assert made.kinds["line_switch"] == recurrent.Kind("line_switch", -2.0, 1.0, 5.0, 0.8, 0.5)
        row = np.frombuffer(made.packed, np.float32)
        width = len(NAMES) * KNOTS
        found = row[len(KINDS) : len(KINDS) + width].reshape(len(NAMES), KNOTS)
        for knot, known in zip(found, among, strict=True):
            assert knot[np.isfinite(knot)].tolist() == known.tolist()
        weights = np.concatenate([drawn()[part].ravel() for part in PARTS if part != "knots"])
        assert np.array_equal(row[len(KINDS) + width :], weights)

    def test_numbers_are_short(self) -> None:
        weights = drawn()
        weights["out_bias"] = np.array([[0.0, -0.125, 12.0, -0.00000123]], np.float32)
        bounds = dict.fromkeys(KINDS, self.BOUNDS)
        text = files.network_text(bounds, knots([told(0)]), weights, "2 h")
        assert "\nout_bias,0,0,-.125,12,-1.23e-06\n" in text

    def test_the_command_writes_a_network_and_its_points(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With somebody in PyTorch's place who has learnt one number of each kind."""
        random = np.random.default_rng(5)

        def crossed(
            lessons: list[Lesson], course: network.Course, calls: list[int]
        ) -> list[np.ndarray]:
            assert course.epochs == 3
            assert calls == list(range(30))
            return [
                random.normal(0, 1, one.shows.shape) + 4 * one.shows - 4 for one in lessons
            ]  # fmt: skip

        monkeypatch.setattr(command, "checked", lambda course: None)
        monkeypatch.setattr(command, "crossed_lessons", crossed)
        monkeypatch.setattr(command, "learnt", lambda *arguments: drawn())
        journal = Journal(tmp_path / ROWS, Batch(101, 30, call_s=36.0))
        for index in range(30):
            journal.add(told(index))
        assert command.main([
            "network", "--made", "--seed", "101", "--natural", "30", "--rich", "0", "--call-s",
            "36", "--epochs", "3", "--out", str(tmp_path),
        ]) == 0  # fmt: skip
        printed = capsys.readouterr().out
        assert all(f"{kind}: 30 to find; false alarms of 1.0 h" in printed for kind in KINDS)
        made = files.network_of((tmp_path / Path(recurrent.FILE).name).read_text())
        points = (tmp_path / Path(CURVES).name).read_text().splitlines()
        for kind in files.weighing():
            told_points = [line for line in points if line.startswith(f"{kind},")]
            assert len(told_points) == len(RATES_PER_HOUR)
            chances = [float(line.split(",")[2]) for line in told_points]
            assert chances == sorted(chances, reverse=True)
            assert made.kinds[kind].told <= made.kinds[kind].alert < made.kinds[kind].disconnect
        assert any(line.startswith("keypad,") for line in points)
        assert len(made.packed) == len(recurrent.network().packed)

    def test_limits_may_be_set_by_calls_of_another_seed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And a call is learnt from twice, as it is and otherwise."""
        random = np.random.default_rng(5)
        learnt_from = []

        def learnt(lessons: list[Lesson], *_: object) -> network.Weights:
            learnt_from.append(len(lessons))
            return drawn()

        def remembered(weights: network.Weights, one: Lesson) -> np.ndarray:
            return random.normal(0, 1, one.shows.shape) + 4 * one.shows - 4

        monkeypatch.setattr(command, "checked", lambda course: None)
        monkeypatch.setattr(command, "learnt", learnt)
        monkeypatch.setattr(command, "remembered", remembered)
        for batch in (Batch(101, 9, call_s=36.0), Batch(101, 9, call_s=36.0, otherwise=True),
                      Batch(105, 30, call_s=36.0)):  # fmt: skip
            journal = Journal(tmp_path / ROWS, batch)
            for index in range(batch.count):
                journal.add(told(index))
        argument = [
            "network", "--made", "--seed", "101", "--natural", "9", "--rich", "0", "--call-s", "36",
            "--otherwise", "--unseen", "30", "--out", str(tmp_path),
        ]  # fmt: skip
        assert command.main([*argument, "--unseen-seed", "105"]) == 0
        assert learnt_from == [18]
        network_file = tmp_path / Path(recurrent.FILE).name
        printed = capsys.readouterr().out
        assert all(f"{kind}: 30 to find; false alarms of 1.0 h" in printed for kind in KINDS)
        text = (tmp_path / Path(recurrent.FILE).name).read_text()
        assert "seeds 101, and otherwise; limits by 1 h of natural calls of seeds 105" in text
        assert command.main([*argument, "--unseen-seed", "101"]) == 2
        assert "--unseen-seed 101 is one of training" in capsys.readouterr().err
        before = network_file.read_text()
        assert command.main([*argument, "--unseen-seed", "105", "--begin", str(network_file)]) == 0
        capsys.readouterr()
        assert f"100% of the way on from {network_file.name}; limits by" in network_file.read_text()
        told_knots = [line for line in before.splitlines() if line.startswith("knots")]
        assert told_knots == [
            line for line in network_file.read_text().splitlines() if line.startswith("knots")
        ]
        on = [*argument, "--unseen-seed", "105", "--begin", str(network_file), "--way"]
        monkeypatch.setattr(command, "learnt", lambda *_: drawn(2))
        assert command.main([*on, "0.25"]) == 0
        _, halted = files.parts_of(network_file.read_text())
        for part, weights in halted.items():
            assert np.allclose(weights, 0.75 * drawn()[part] + 0.25 * drawn(2)[part], rtol=0.01)
        orders = []
        monkeypatch.setattr(
            command, "learnt",
            lambda lessons, course, *_: orders.append(course.seed) or drawn(1 + len(orders)),
        )  # fmt: skip
        assert command.main([*on, "0.5", "--trainings", "2"]) == 0
        assert orders == [network.Course().seed, network.Course().seed + 1]
        _, halted_again = files.parts_of(network_file.read_text())
        for part, weights in halted_again.items():
            learnt_both = (drawn(2)[part] + drawn(3)[part]) / 2
            assert np.allclose(weights, (halted[part] + learnt_both) / 2, rtol=0.02, atol=1e-3)
        assert "by the mean of 2 trainings; limits by" in network_file.read_text()
        assert command.main([*on, "0.5", "--trainings", "0"]) == 2
        assert "--trainings 0: 1, or more with --begin" in capsys.readouterr().err
        assert command.main([*argument, "--trainings", "2"]) == 2
        assert "--trainings 2: 1, or more with --begin" in capsys.readouterr().err
        assert command.main([*on, "0"]) == 2
        assert command.main([*argument, "--way", "0.5"]) == 2
        assert "--way 0.5: above 0 and at most 1, with --begin" in capsys.readouterr().err
        none = [*argument, "--unseen-seed", "105", "--begin", str(tmp_path / "none.csv")]
        assert command.main(none) == 2
        assert "there is no such file" in capsys.readouterr().err
        assert command.main([*argument, "--unseen", "0", "--begin", str(network_file)]) == 2
        assert "--unseen must set its limits" in capsys.readouterr().err
