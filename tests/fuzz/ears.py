"""Audio out of bytes: any samples and digits, in any pieces, with gaps, saved and restored."""

from __future__ import annotations

from array import array
from functools import cache
from math import isfinite, pi, sin
from typing import Any, Final

from tests.fuzz.hostile import Cursor

from securecall import _dsp
from securecall.errors import InputError
from securecall.fraud import Event, ToneBank, ToneDetector
from securecall.fraud.speech import Activity, SpeechDetector
from securecall.fraud.tone_packing import packed
from securecall.fraud.tones import plan as plan_of

__all__ = ["EARS_SEEDS", "ears"]

ENCODINGS: Final = ("s16le", "mulaw", "alaw")
STANDARDS: Final = ("bellcore", "ntt", "brazil", "codec", None)
SYSTEMS: Final = (None, "r1", "r2_forward", "r2_backward")
PLANS: Final = ("north_america", "uk", "itu_425", "monitor", None)
# Two tones each, as digits, MF, call progress and what is neither have them.
PAIRS_HZ: Final = (
    (697, 1209), (941, 1477), (770, 1633), (700, 900), (1380, 1980), (350, 440), (440, 480),
    (480, 620), (425, 425), (2130, 2750), (913.8, 913.8), (1100, 1100), (50, 3999),
)  # fmt: skip
PIECES_MAX: Final = 24


@cache
def tone(hz: float, samples: int) -> tuple[float, ...]:
    return tuple(sin(2 * pi * hz / 8000 * n) for n in range(samples))


def sound(cursor: Cursor) -> bytes:
    """Return samples of 16 bits: two tones, one value all along, or the bytes as they are."""
    kind, length = cursor.below(8), cursor.below(256)
    if kind < 5:
        samples = 8 * length
        low, high = PAIRS_HZ[cursor.below(len(PAIRS_HZ))]
        size = 1 << cursor.below(17)  # up to far beyond full scale
        one, two = tone(low, 2048), tone(high, 2048)
        both = (round(size * (one[n] + two[n])) for n in range(samples))
        return array("h", (max(-32768, min(32767, value)) for value in both)).tobytes()
    if kind == 5:
        return cursor.take(2) * (8 * length)
    return cursor.take(2 * length)


def check(found: list[Event]) -> None:
    """An event's fields are of this world, and an end follows its beginning."""
    begun: dict[int, Event] = {}
    last = 0
    for event in found:
        numbers = (event.level_dbm0, event.start_ms, event.detected_ms, *event.cues.values())
        assert all(isfinite(number) for number in numbers), event
        assert 0 <= event.start_ms <= event.detected_ms, event
        assert 0 <= event.probability <= 1, event
        assert event.detail, event
        if event.ended:
            first = begun.pop(event.id)
            assert (first.kind, first.detail, first.start_ms) == (
                event.kind, event.detail, event.start_ms,
            ), event  # fmt: skip
            assert event.end_ms is not None
            assert event.start_ms <= event.end_ms <= event.detected_ms, event
        else:
            last += 1
            assert event.id == last, event
            begun[event.id] = event
    assert begun == {}, "what lasted was ended"


def ears(data: bytes) -> None:
    """Pieces equal the whole, a restored detector and a bank equal it too, and all ends end."""
    cursor = Cursor(data)
    encoding = ENCODINGS[cursor.below(len(ENCODINGS))]
    parameters: dict[str, Any] = {
        "sample_rate_hz": 16000 if cursor.below(4) == 3 else 8000,
        "dtmf": STANDARDS[cursor.below(len(STANDARDS))],
        "mf": SYSTEMS[cursor.below(len(SYSTEMS))],
        "plan": PLANS[cursor.below(len(PLANS))],
        "dial_tone_filter": cursor.below(2) == 0,
        "report_ends": True,
    }
    if cursor.below(16) == 15:
        _hostile_plan(cursor)
        return
    whole = ToneDetector(encoding=encoding, **parameters)
    pieces = ToneDetector(encoding=encoding, **parameters)
    bank = ToneBank(2, **parameters)
    speech, spoken = (SpeechDetector(parameters["sample_rate_hz"], encoding) for _ in range(2))
    of_speech: list[Activity] = []
    of_spoken: list[Activity] = []
    of_whole: list[Event] = []
    of_pieces: list[Event] = []
    of_bank: list[Event] = []
    for _ in range(1 + cursor.below(PIECES_MAX)):
        lost_ms = cursor.below(256) if cursor.below(6) == 5 else 0
        lost_ms *= 1 + 37 * cursor.below(8) if lost_ms else 1  # up to a minute, which is skipped
        audio = sound(cursor)
        of_whole += whole.feed_gap(lost_ms) + whole.feed(audio)
        of_speech += speech.feed_gap(lost_ms) + speech.feed(audio)
        of_spoken += spoken.feed_gap(lost_ms)
        first = cursor.below(lost_ms + 1)
        of_pieces += pieces.feed_gap(first)
        left = lost_ms - first
        while left > 0:  # in pieces that are too short to be skipped
            of_pieces += pieces.feed_gap(min(left, 1200))
            left -= 1200
        step = 2 * (1 + cursor.below(256))
        for at in range(0, len(audio), step):
            of_pieces += pieces.feed(audio[at : at + step])
            of_spoken += spoken.feed(audio[at : at + step])
            if cursor.below(32) == 31:
                saved = pieces.save()
                pieces = ToneDetector(encoding=encoding, **parameters)
                pieces.restore(saved)
        if encoding == "s16le":
            samples = len(audio) // 2
            row = audio or bytes(2)
            frames = memoryview(bytes(len(row)) + row).cast("h", (2, len(row) // 2))
            found = bank.feed(frames, lengths=array("i", [0, samples]), gap_ms=[0, lost_ms])
            of_bank += [event for _, event in found]
    assert pieces.save() == whole.save()
    if encoding == "s16le":
        assert bank.save(1) == whole.save()
        of_bank += bank.finish(1)
        assert bank.finish(0) == []
    of_whole += whole.finish()
    of_pieces += pieces.finish()
    assert of_pieces == of_whole
    assert of_spoken == of_speech
    assert len(of_speech) == int(speech.now_ms // 20)
    if encoding == "s16le":
        assert of_bank == of_whole
    check(of_whole)
    _hostile_state(cursor, whole)


def _hostile_state(cursor: Cursor, detector: ToneDetector) -> None:
    """A state that is not whole is refused."""
    saved = bytearray(detector.save())
    at = int.from_bytes(cursor.take(2), "little") % len(saved)
    saved[at] ^= 1 + cursor.below(255)
    try:
        detector.restore(bytes(saved))
    except InputError:
        return
    raise AssertionError("a damaged state was believed")


def _hostile_plan(cursor: Cursor) -> None:
    """A packed plan of any numbers is refused, or hears without a stumble."""
    row = array("d", packed(plan_of("north_america")))
    for _ in range(1 + cursor.below(4)):
        at = int.from_bytes(cursor.take(2), "little") % len(row)
        row[at] = array("d", cursor.take(8))[0] if cursor.below(2) else float(cursor.below(256))
    try:
        setup = _dsp.Setup(8000, 0, b"", None, None, False, row.tobytes())
    except ValueError:
        return
    channel = _dsp.Channel(setup)
    for _ in range(1 + cursor.below(8)):
        channel.feed(sound(cursor))
        channel.gap(8 * cursor.below(100))
    channel.finish()


def _seed(*numbers: int) -> bytes:
    return bytes(numbers)


EARS_SEEDS: Final[tuple[bytes, ...]] = (
    # s16le, everything on, two digits of 60 ms with a pause.
    _seed(0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 60, 0, 12, 19, 0, 0, 60, 0, 0, 79, 0, 0, 60, 1, 12, 79),
    # mu-law of any bytes, with gaps.
    _seed(1, 0, 0, 2, 1, 0, 0, 5, 5, 20, 6, 200, *range(200), 5, 7, 7, 255, *range(255)),
    # A dial tone at 16 kHz, as it is and restored.
    _seed(0, 3, 0, 0, 0, 0, 0, 2, 0, 0, 255, 5, 12, 79, *(31,) * 30, 0, 0, 255, 5, 12, 79),
    _seed(2, 0, 1, 3, 2, 1, 0, 4, *(0, 0, 80, 4, 11, 10) * 5),
    # Plans of any numbers.
    _seed(0, 0, 0, 0, 0, 0, 15, 2, 3, 1, 0, 1, 9, 0, 1, 2, *range(60)),
    bytes(range(256)) * 4,
)
