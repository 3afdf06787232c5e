"""The engine of the ears: its doors refuse what the face must never hand in, and widths agree."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.fraud.lines import PARTY
from tests.fraud.sounds import digit, pcm, silence

from securecall import _dsp
from securecall.fraud.dsp import MF_SYSTEMS, DtmfLimits
from securecall.fraud.g711 import MULAW
from securecall.fraud.tone_packing import packed
from securecall.fraud.tones import plan

LIMITS = DtmfLimits().engine()
MF = MF_SYSTEMS["r1"].engine()
PLAN = packed(plan("north_america"))
WHOLE = (8000, 0, b"", LIMITS, MF, True, PLAN)


def setup(**other: Any) -> _dsp.Setup:
    """Return a setup with everything on, some of it changed."""
    names = ("rate_hz", "encoding", "decoded", "dtmf", "mf", "dial_filter", "plan")
    return _dsp.Setup(*(dict(zip(names, WHOLE, strict=True)) | other).values())


class TestSetup:
    @pytest.mark.parametrize("rate_hz", [0, 4000, -8000, 44100])
    def test_other_rates_are_refused(self, rate_hz: int) -> None:
        with pytest.raises(ValueError, match="rate_hz must be 8000 or 16000"):
            setup(rate_hz=rate_hz)

    @pytest.mark.parametrize(("encoding", "decoded"), [(1, b""), (2, bytes(511)), (1, bytes(513))])
    def test_a_table_of_another_size_is_refused(self, encoding: int, decoded: bytes) -> None:
        with pytest.raises(ValueError, match="256 samples"):
            setup(encoding=encoding, decoded=decoded)

    @pytest.mark.parametrize("encoding", [-1, 3])
    def test_other_encodings_are_refused(self, encoding: int) -> None:
        with pytest.raises(ValueError, match="encoding 0, 1 or 2"):
            setup(encoding=encoding, decoded=bytes(512))

    @pytest.mark.parametrize("samples", [-1, 0, 79, 341, 1 << 20])
    def test_windows_that_fit_no_buffer_are_refused(self, samples: int) -> None:
        with pytest.raises(ValueError, match="window_samples must be 80 to 340"):
            setup(dtmf=LIMITS | {"window_samples": samples})

    @pytest.mark.parametrize("lanes", [[0, 1, 2, 3, 4, 48], [-1, 1, 2, 3, 4, 5]])
    def test_lanes_that_the_bank_does_not_have_are_refused(self, lanes: list[int]) -> None:
        with pytest.raises(ValueError, match="lanes must be 0 to 47"):
            setup(mf=(MF[0], lanes, [(0, 1, 0)]))

    @pytest.mark.parametrize("lanes", [[], [3], list(range(5)), list(range(7))])
    def test_mf_has_six_tones(self, lanes: list[int]) -> None:
        with pytest.raises(ValueError, match="six tones"):
            setup(mf=(MF[0], lanes, []))

    @pytest.mark.parametrize("code", [(0, 6, 1), (1, 1, 1), (2, 1, 1), (-1, 2, 1), (0, 1, 64)])
    def test_codes_of_tones_that_are_not_there_are_refused(self, code: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="two of the lanes"):
            setup(mf=(MF[0], MF[1], [code]))

    @pytest.mark.parametrize("missing", sorted(LIMITS))
    def test_every_limit_must_be_there(self, missing: str) -> None:
        few = {name: value for name, value in LIMITS.items() if name != missing}
        with pytest.raises(KeyError, match=missing):
            setup(dtmf=few)

    @pytest.mark.parametrize("wrong", ["text", None, [1]])
    def test_limits_are_numbers(self, wrong: Any) -> None:
        for name in LIMITS:
            with pytest.raises(TypeError):
                setup(dtmf=LIMITS | {name: wrong})

    @pytest.mark.parametrize("cut", [1, 8, 64, len(PLAN) - 8])
    def test_a_plan_that_is_cut_short_is_refused(self, cut: int) -> None:
        with pytest.raises(ValueError, match="packed plan"):
            setup(plan=PLAN[:-cut])

    def test_a_plan_of_any_numbers_is_refused_or_hears_nothing_in_silence(self) -> None:
        chance = np.random.default_rng(20261125)
        good = np.frombuffer(PLAN)
        refused = 0
        for _ in range(400):
            changed = good.copy()
            for at in chance.integers(len(good), size=chance.integers(1, 4)):
                changed[at] = chance.choice([-1, 0, 1, 2, 7, 1e9, -1e9, np.nan, np.inf, 300.5])
            try:
                channel = _dsp.Channel(setup(plan=changed.tobytes()))
            except ValueError:
                refused += 1
            else:
                channel.feed(PARTY[:4000])
                channel.finish()
        assert 0 < refused < 400

    def test_one_setup_serves_many(self) -> None:
        shared = setup()
        one, two = _dsp.Channel(shared), _dsp.Channels(shared, 3)
        assert one.setup is two.setup is shared


class TestChannel:
    @pytest.fixture
    def channel(self) -> _dsp.Channel:
        return _dsp.Channel(setup())

    def test_needs_a_setup(self) -> None:
        for kind in (_dsp.Channel, lambda none: _dsp.Channels(none, 1)):
            with pytest.raises(TypeError):
                kind(None)

    @pytest.mark.parametrize(
        "wrong", [None, 5, "text", array("f", [0]), array("H", [0]), np.zeros((2, 2), np.int16)]
    )
    def test_what_is_no_row_of_samples_is_refused(self, channel: _dsp.Channel, wrong: Any) -> None:
        with pytest.raises(TypeError):
            channel.feed(wrong)
        assert channel.now == 0

    def test_an_odd_number_of_bytes_is_refused(self, channel: _dsp.Channel) -> None:
        for wrong in (bytes(3), bytearray(3), memoryview(bytes(5))):
            with pytest.raises(ValueError, match="odd number"):
                channel.feed(wrong)

    def test_samples_of_16_bits_are_no_mulaw(self) -> None:
        channel = _dsp.Channel(setup(encoding=1, decoded=MULAW.tobytes()))
        with pytest.raises(TypeError):
            channel.feed(array("h", [0]))

    def test_no_gap_is_below_zero(self, channel: _dsp.Channel) -> None:
        channel.gap(-100)
        assert channel.now == 0

    @pytest.mark.parametrize("wrong", [b"", b"sce1", bytes(100)])
    def test_what_nobody_saved_is_refused(self, channel: _dsp.Channel, wrong: bytes) -> None:
        for saved in (
            wrong,
            channel.save()[:-1],
            channel.save() + b"\0",
            b"x" + channel.save()[1:],
        ):
            with pytest.raises(ValueError, match="this version"):
                channel.load(saved)
        with pytest.raises(TypeError):
            channel.load(None)  # type: ignore[arg-type]

    def test_a_channel_is_small(self) -> None:
        # 20 000 lines fit a few caches, and a call's state travels in a few packets.
        assert _dsp.LINE_BYTES <= 4096
        assert len(_dsp.Channel(setup()).save()) == _dsp.LINE_BYTES + len(_dsp.SAVED_MAGIC)

    def test_what_an_event_has_no_evidence_for_is_zero(self, channel: _dsp.Channel) -> None:
        ends = [raw for raw in channel.feed(np.tile(PARTY, 4)) if raw[0] and raw[3]]
        assert len(ends) > 30
        assert {raw[9] for raw in ends} == {(0.0,) * 6}

    def test_a_long_piece_lets_others_run(self) -> None:
        # The same events with another thread at work on a channel of its own.
        whole = np.tile(PARTY, 10)
        expected = _dsp.Channel(setup()).feed(whole)
        found: list[Any] = [None] * 4

        def hear(number: int) -> None:
            found[number] = _dsp.Channel(setup()).feed(whole)

        threads = [threading.Thread(target=hear, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(expected) > 100
        assert found == [expected] * 4


class TestChannels:
    @pytest.fixture
    def channels(self) -> _dsp.Channels:
        return _dsp.Channels(setup(), 3)

    @pytest.mark.parametrize("count", [0, -1])
    def test_there_is_at_least_one(self, count: int) -> None:
        with pytest.raises(ValueError, match="at least one"):
            _dsp.Channels(setup(), count)

    @pytest.mark.parametrize(
        ("frames", "lengths", "gaps"),
        [
            (np.zeros((2, 5), np.int16), None, None),
            (np.zeros((4, 5), np.int16), None, None),
            (np.zeros((3, 5), np.int16), np.zeros(2, np.int32), None),
            (np.zeros((3, 5), np.int16), np.array([0, 6, 0], np.int32), None),
            (np.zeros((3, 5), np.int16), np.array([0, -1, 0], np.int32), None),
            (np.zeros((3, 5), np.int16), None, np.zeros(4, np.int32)),
            (np.zeros((3, 5), np.int16), None, np.array([0, 0, -8], np.int32)),
            (np.zeros(15, np.int16), None, None),
            (np.zeros((3, 5, 1), np.int16), None, None),
            (np.zeros((3, 10), np.int16)[:, ::2], None, None),
            (np.zeros((5, 3), np.int16).T, None, None),
            (np.zeros((3, 5), np.float32), None, None),
            (np.zeros((3, 5), ">i2"), None, None),
            (np.zeros((3, 5), np.int16), np.zeros(3, np.int64), None),
        ],
    )
    def test_shapes_and_types_that_do_not_fit_are_refused(
        self, channels: _dsp.Channels, frames: Any, lengths: Any, gaps: Any
    ) -> None:
        saved = channels.save(0)
        with pytest.raises((ValueError, TypeError)):
            channels.feed(frames, lengths, gaps)
        assert channels.save(0) == saved

    def test_frames_must_be_there(self, channels: _dsp.Channels) -> None:
        with pytest.raises(TypeError):
            channels.feed(None)

    def test_frames_of_no_samples_are_fine(self, channels: _dsp.Channels) -> None:
        assert channels.feed(np.zeros((3, 0), np.int16)) == []

    @pytest.mark.parametrize("channel", [-1, 3, 1 << 40])
    def test_channels_that_are_not_there_are_refused(
        self, channels: _dsp.Channels, channel: int
    ) -> None:
        for ask in (channels.finish, channels.reset, channels.save):
            with pytest.raises(ValueError, match="channel must be 0 to 2"):
                ask(channel)
        with pytest.raises(ValueError, match="channel must be 0 to 2"):
            channels.load(channel, channels.save(0))

    def test_more_events_than_there_was_room_for(self) -> None:
        # 400 lines report a digit in one call: the list of events grows while nobody holds the GIL.
        many = _dsp.Channels(setup(), 400)
        row = pcm(silence(30), digit("4", 60), silence(10))
        found = many.feed(np.tile(row, (400, 1)))
        assert [(channel, raw[0], raw[1]) for channel, raw in found] == [
            (channel, 1, 4) for channel in range(400)
        ]


class TestNoMemory:
    """Events for which there is no memory are told of, once, and the line is heard on."""

    # A channel begins with room for 16 events, many with room for 64.
    KEYS = pcm(silence(30), *[part for _ in range(40) for part in (digit("4", 60), silence(60))])
    ONE = pcm(silence(60), digit("7", 60), silence(60))

    def test_of_one_line(self) -> None:
        short, long = _dsp.Channel(setup(), 16), _dsp.Channel(setup())
        assert len(long.feed(self.KEYS)) == 80  # each digit ends, too
        with pytest.raises(MemoryError, match="no memory for 64 events of this call"):
            short.feed(self.KEYS)
        assert short.save() == long.save()
        assert short.feed(self.ONE) == long.feed(self.ONE) != ()

    def test_of_many_lines(self) -> None:
        rows = np.tile(self.KEYS, (3, 1))
        short, long = _dsp.Channels(setup(), 3, 64), _dsp.Channels(setup(), 3)
        assert len(long.feed(rows)) == 240
        with pytest.raises(MemoryError, match="no memory for 176 events of this call"):
            short.feed(rows)
        one = np.tile(self.ONE, (3, 1))
        assert short.feed(one) == long.feed(one) != []
        assert short.save(2) == long.save(2)


class TestWidths:
    """Vectors of every width give the same bits, so that a call sounds alike on every machine."""

    @pytest.fixture(autouse=True)
    def _as_it_was(self) -> Iterator[None]:
        yield
        _dsp.bank_width(0)

    def heard(self) -> tuple[Any, ...]:
        channel = _dsp.Channel(setup())
        found = []
        levels = []
        for at in range(0, len(PARTY), 160):
            found += channel.feed(PARTY[at : at + 160])
            levels.append(channel.tones())
        return found, levels, channel.save()

    def test_hear_the_same(self) -> None:
        widest = _dsp.bank_width(0)
        expected = self.heard()
        assert len(expected[0]) > 15
        for width in (4, 8, 16):
            assert _dsp.bank_width(width) == min(width, widest)
            assert self.heard() == expected, width

    def test_hear_the_same_in_pieces_of_one_hop(self) -> None:
        # Four hops at once and one at a time are two functions.
        for width in (4, 8, 16):
            _dsp.bank_width(width)
            one, four = _dsp.Channel(setup()), _dsp.Channel(setup())
            for at in range(0, 8000, 160):
                four.feed(PARTY[at : at + 160])
                for hop in range(at, at + 160, 40):
                    one.feed(PARTY[hop : hop + 40])
                assert one.tones() == four.tones()

    @pytest.mark.parametrize("width", [-1, 1, 5, 32])
    def test_other_widths_are_refused(self, width: int) -> None:
        with pytest.raises(ValueError, match="4, 8 or 16"):
            _dsp.bank_width(width)


class TestHalfBand:
    """The filter that makes 8 kHz out of 16."""

    def response(self, hz: float) -> float:
        """Return its gain, dB."""
        far = np.arange(len(_dsp.HALF_BAND)) * 2 + 1
        taps = np.asarray(_dsp.HALF_BAND)
        gain = 0.5 + 2 * float(taps @ np.cos(2 * np.pi * hz / 16000 * far))
        return 20 * float(np.log10(max(abs(gain), 1e-9)))

    def test_lets_the_telephone_band_through(self) -> None:
        assert max(abs(self.response(hz)) for hz in range(0, 3301, 10)) < 0.02

    def test_keeps_out_what_would_fold_onto_it(self) -> None:
        assert max(self.response(hz) for hz in range(4700, 8001, 10)) < -60
