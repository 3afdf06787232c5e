"""VoicePrints: verifies voices by Resemblyzer's encoder; the prints are in an SQLite file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from securecall.calls.records_file import KeepsRecords, RecordsFile
from securecall.calls.voice import VoiceAnswer
from securecall.calls.voice_encoder import EMBEDDING_SIZE, VoiceEncoder
from securecall.calls.voice_weights import read_weights
from securecall.errors import InputError, InputTypeError, Unknown
from securecall.fraud.speech import Activity, SpeechDetector
from securecall.ledger.identifier import identifier
from securecall.ledger.instant import At, ms_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["VoicePrints"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS prints (person TEXT PRIMARY KEY, print BLOB NOT NULL) STRICT;
"""
RATE_HZ: Final = 8_000
FRAME: Final = 160  # 20 ms
#: A sample longer than this is not looked at: nobody says a phrase for a minute.
SAMPLE_BYTES_MAX: Final = 2 * RATE_HZ * 60
ENROL_LEAST: Final = 2
#: So many frames of 20 ms around speech are kept.
AROUND: Final = 9


class VoicePrints(KeepsRecords):
    """Knows voices by prints of 256 numbers; the speech itself is not kept.

    How well it does on telephone speech, and why it is no substitute for a PIN, is in
    docs/calls.md. A print is biometric data: keep the file as the law asks.

    Parameters
    ----------
    path : str or Path
        ``:memory:`` keeps nothing.
    threshold : float
        How near two voices must be, 0 to 1, to be one person's.
    speech_ms_least : int
        How much speech a sample must have; with less the answer is "not verified".
    weights : path, optional
        Of Resemblyzer's ``pretrained.pt``; default: where it is installed.

    Raises
    ------
    InputError
        Resemblyzer's file is not there or another one, numpy is not installed (``pip install
        securecall[voice]``), or a parameter cannot be.
    StoreError
        The file of prints cannot be opened, or is one of something else.

    Source
    ------
    Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018; docs/calls.md.
    """

    __slots__ = ("_encoder", "speech_ms_least", "threshold")

    def __init__(
        self,
        path: str | Path = ":memory:",
        *,
        threshold: float = 0.85,
        speech_ms_least: int = 3_000,
        weights: str | Path | None = None,
    ) -> None:
        if not isinstance(threshold, float) or not 0.0 < threshold < 1.0:
            raise InputError(f"threshold must be between 0 and 1, not {threshold!r}")
        if type(speech_ms_least) is not int or speech_ms_least < 1_600:
            raise InputError(f"speech_ms_least must be 1600 or more, not {speech_ms_least!r}")
        try:
            self._encoder = VoiceEncoder(read_weights(weights))
        except ImportError:
            raise InputError("voices need numpy: pip install securecall[voice]") from None
        self.records = RecordsFile(path, "scVo", _SCHEMA)
        self.threshold, self.speech_ms_least = threshold, speech_ms_least

    def enrol(self, person: str, voices: Iterable[bytes], *, at: At, by: str) -> None:
        """Keep the print of a person's voice, in place of an older one.

        Parameters
        ----------
        person : str
        voices : iterable of bytes
            Two samples of speech or more, each s16le, 8 kHz, one channel.
        at : datetime or int
        by : str

        Raises
        ------
        InputError, InputTypeError
            There are fewer than two, one has too little speech, or two are not of one voice.

        Source
        ------
        own; docs/calls.md.
        """
        import numpy as np

        identifier(person, "person")
        at_ms = ms_of(at)
        found = []
        for number, voice in enumerate(voices, 1):
            speech, told = self._speech(voice)
            if speech is None:
                raise InputError(f"sample {number} cannot be used: {told}")
            found.append(self._encoder.encode(speech))
        if len(found) < ENROL_LEAST:
            raise InputError(f"a voice needs {ENROL_LEAST} samples or more, not {len(found)}")
        mean = np.mean(found, axis=0)
        mean /= np.linalg.norm(mean)
        for number, each in enumerate(found, 1):
            near = float(each @ mean)
            if near < self.threshold:
                raise InputError(
                    f"sample {number} is not of the same voice as the others: {near:.2f} is below "
                    f"{self.threshold}"
                )
        with self.records.change():
            self.records.run(
                "INSERT OR REPLACE INTO prints VALUES (?, ?)",
                person, mean.astype("<f4").tobytes(),
            )  # fmt: skip
            self.records.note(at_ms, by, "enrol_voice", person=person, samples=len(found))

    def forget(self, person: str, *, at: At, by: str) -> None:
        """Keep a person's print no longer.

        Parameters
        ----------
        person : str
        at : datetime or int
        by : str

        Raises
        ------
        Unknown
            There is none.

        Source
        ------
        own.
        """
        at_ms = ms_of(at)
        with self.records.change():
            if not self.records.run("DELETE FROM prints WHERE person = ?", person):
                raise Unknown("voice of a person", person)
            self.records.note(at_ms, by, "forget_voice", person=person)

    def verify(self, person: str, voice: Any, *, at_ms: int) -> VoiceAnswer:
        """Say whether a sample is of a person's voice.

        Parameters
        ----------
        person : str
        voice : bytes
            s16le, 8 kHz, one channel; at most a minute.
        at_ms : int
            UTC epoch milliseconds; a print does not grow old.

        Returns
        -------
        VoiceAnswer
            Not verified where nobody enrolled the voice, or the sample has too little speech.

        Raises
        ------
        InputTypeError
            The sample is not bytes.

        Source
        ------
        own; docs/calls.md.
        """
        import numpy as np

        rows = self.records.rows("SELECT print FROM prints WHERE person = ?", person)
        if not rows:
            return VoiceAnswer(None, why="no voice is enrolled")
        kept = np.frombuffer(rows[0][0], dtype="<f4")
        if len(kept) != EMBEDDING_SIZE:
            return VoiceAnswer(None, why="the print is damaged")
        speech, told = self._speech(voice)
        if speech is None:
            return VoiceAnswer(None, why=told)
        score = float(self._encoder.encode(speech) @ kept)
        return VoiceAnswer(score >= self.threshold, score, self.threshold)

    def _speech(self, voice: Any) -> tuple[np.ndarray[Any, Any] | None, str]:
        """Return the frames of a sample in which somebody speaks, or why there are too few."""
        import numpy as np

        if not isinstance(voice, bytes | bytearray | memoryview):
            raise InputTypeError(f"a voice must be bytes, s16le, not {type(voice).__name__}")
        sound = bytes(voice)
        if len(sound) % 2:
            return None, "it has an odd number of bytes"
        if len(sound) > SAMPLE_BYTES_MAX:
            return None, "it lasts longer than a minute"
        samples = np.frombuffer(sound, dtype="<i2")
        frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
        spoken = np.array(
            [each is Activity.SPEECH for each in _activity(sound, len(frames))], dtype=np.int64
        )
        if spoken.sum() * 20 < self.speech_ms_least:
            return None, f"{spoken.sum() * 20} ms of speech, {self.speech_ms_least} are needed"
        # Long pauses go, short ones stay, and so does the beginning and end of each word.
        near = np.convolve(spoken, np.ones(2 * AROUND + 1), mode="same") > 0
        return frames[near].reshape(-1), ""


def _activity(sound: bytes, frames: int) -> list[Activity]:
    """Return what each frame of a sample is."""
    found = SpeechDetector().feed(sound)
    return [Activity(each) for each in found][:frames] + [Activity.SILENCE] * (frames - len(found))
