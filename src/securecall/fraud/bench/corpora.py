"""Where voices and sounds come from: recordings in a folder, or makers where there are none.

Two layouts are known. ``FOLDER/CLASS/PACK/....wav`` holds sound files of any format; the class is
the first folder's name, the pack (a speaker, or who made the recordings) the second's. And
``FOLDER/*.csv`` with ``FOLDER/*.s16`` is what ``python -m benchmarks.corpora fetch`` makes.
Recordings are split into a development and a sealed part by pack, never by clip.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from securecall.errors import InputError, did_you_mean
from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.household import SOUNDS, sounding
from securecall.fraud.bench.sound import Audio, at_level, samples_of
from securecall.fraud.bench.voices import spoken

__all__ = ["SPLITS", "UNNAMED", "Clip", "Corpora", "Talker", "open_corpora", "split_of"]

SPLITS: Final = ("development", "sealed")
#: Which share of the packs is sealed where the recordings do not say it themselves.
SEALED_SHARE: Final = 1 / 3
#: A pack with less speech than this is no talker.
TALK_S_LEAST: Final = 20.0
#: Of a talker so much is read; a call hardly needs more of one.
TALK_S_MOST: Final = 120.0
CLIP_S_MOST: Final = 60.0
SYNTHETIC_TALKERS: Final = 60
FORMATS: Final = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".au", ".aiff"})

#: The class of recordings whose names do not say what they are: thuds, animals, machines, cries.
UNNAMED: Final = "household"

#: What a file's or folder's name says of its sound, at the beginning of its words; the first that
#: is found decides.
NAMED: Final = tuple(
    (re.compile(rf"\b(?:{pattern})"), name)
    for pattern, name in (
        (r"baby|infants?\b|cry(?:ing)?\b", "baby"),
        (r"dog|bark|woof", "dog"),
        (r"door ?bell|bells?\b|chime|ding\b", "doorbell"),
        (r"clock|tick", "clock"),
        (r"door|gate|lock\b", "door"),
        (r"dish|glass|plate|clink|break|smash|crash", "dishes"),
        (r"keyb|typing|bucklespring|buckle", "keyboard"),
        (r"clap|applau", "clapping"),
        (r"cough|sneeze|laugh|scream|burp|grunt", "cough"),
        (r"ring(?:ing|s)?\b|(?:tele)?phone", "phone_ring"),
        (r"alarm|siren|(?:war)?horn\b", "smoke_alarm"),
        (r"beep|microwave", "microwave"),
        (r"rain|wind|walk|step|foot|street|cars?\b", "outdoors"),
    )
)


def split_of(pack: str) -> str:
    """Return which part a pack belongs to: by a hash of its name, the same on every machine.

    Source
    ------
    own.

    Examples
    --------
    >>> sorted({split_of(f"speaker {number}") for number in range(20)})
    ['development', 'sealed']
    """
    number = int.from_bytes(sha256(f"split {pack}".encode()).digest()[:4], "big")
    return SPLITS[number < SEALED_SHARE * 2**32]


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording; ``first`` and ``samples`` are of a file of many, or 0."""

    name: str
    kind: str
    pack: str
    split: str
    path: Path
    first: int = 0
    samples: int = 0
    seconds: float = 0.0

    def audio(self) -> Audio:
        """Read it: 8 kHz, its active parts at -20 dBm0, a minute at most."""
        return _clip_audio(self)


@lru_cache(maxsize=48)  # 2 MB a minute: a process must not grow with its recordings
def _clip_audio(clip: Clip) -> Audio:
    most = samples_of(CLIP_S_MOST)
    if clip.samples:
        read = np.fromfile(clip.path, "<i2", min(clip.samples, most), offset=2 * clip.first)
        return at_level(read.astype(np.float32) / np.float32(32768), -20.0)
    from securecall.fraud.recording import open_recording

    parts: list[np.ndarray] = []
    with open_recording(clip.path) as file:
        rate = file.heard_hz
        for block in file.blocks():
            parts.append(block.mean(axis=1))
            if sum(map(len, parts)) >= CLIP_S_MOST * rate:
                break
    whole = np.concatenate(parts or [np.zeros(0)]).astype(np.float32) / np.float32(32768)
    if rate == 16_000:
        import soxr

        whole = soxr.resample(whole, rate, 8_000, quality="HQ")
    return at_level(whole[:most], -20.0)


@dataclass(frozen=True, slots=True)
class Talker:
    """One speaker: clips of a pack, or a maker's number."""

    name: str
    clips: tuple[Clip, ...] = ()
    number: int = 0

    def speech(self) -> Audio:
        """Return what there is of the talker, clip after clip; -20 dBm0."""
        return _speech(self)[0]

    def said(self, first: int, end: int) -> list[tuple[Clip, int, int]]:
        """Return the clips between two samples of the speech, and which samples each is."""
        return [
            (clip, max(first, begins), min(end, ends))
            for clip, begins, ends in _speech(self)[1]
            if begins < end and ends > first
        ]


@lru_cache(maxsize=24)
def _speech(talker: Talker) -> tuple[Audio, tuple[tuple[Clip, int, int], ...]]:
    if not talker.clips:
        return spoken(talker.number), ()
    parts: list[Audio] = []
    places: list[tuple[Clip, int, int]] = []
    at = 0
    for clip in talker.clips:
        parts.append(clip.audio())
        places.append((clip, at, at + len(parts[-1])))
        at += len(parts[-1])
        if at > samples_of(TALK_S_MOST):
            break
    return np.concatenate(parts), tuple(places)


class Corpora:
    """Voices and sounds of one part of the split; `open_corpora` makes it.

    Attributes
    ----------
    split : {"development", "sealed"}
    talkers : tuple of Talker
    clips : mapping of str to tuple of Clip
        Recordings by class.
    recordings : tuple of Clip
        All of the part, in order of their names: a clip's number is its place here.
    about : str
        What there is, in words.
    """

    __slots__ = ("_numbers", "about", "clips", "recordings", "split", "talkers")

    def __init__(self, split: str, clips: Sequence[Clip] = ()) -> None:
        if split not in SPLITS:
            raise InputError(f"split must be one of {', '.join(SPLITS)}, not {split!r}"
                             + did_you_mean(split, SPLITS))  # fmt: skip
        self.split = split
        mine = sorted((clip for clip in clips if clip.split == split), key=lambda clip: clip.name)
        self.recordings = tuple(mine)
        self._numbers = {clip.name: number for number, clip in enumerate(mine)}
        by_pack: dict[str, list[Clip]] = {}
        by_class: dict[str, list[Clip]] = {}
        for clip in mine:
            if clip.kind == "speech":
                by_pack.setdefault(clip.pack, []).append(clip)
            else:
                by_class.setdefault(clip.kind, []).append(clip)
        real = tuple(
            Talker(pack, tuple(found))
            for pack, found in sorted(by_pack.items())
            if sum(clip.seconds for clip in found) >= TALK_S_LEAST
        )
        made = tuple(
            Talker(f"synthetic {number}", (), number)
            for number in range(SYNTHETIC_TALKERS)
            if split_of(f"synthetic {number}") == split
        )
        self.talkers = real if len(real) >= 3 else made
        self.clips = {kind: tuple(found) for kind, found in sorted(by_class.items())}
        voices = f"{len(real)} recorded" if self.talkers is real else f"{len(made)} synthetic"
        self.about = f"{split}: {voices} talkers, {sum(map(len, self.clips.values()))} sounds"

    def distinct_s(self) -> float:
        """Return how many seconds of recordings there are; nothing of makers counts."""
        said = sum(clip.seconds for talker in self.talkers for clip in talker.clips)
        return said + sum(clip.seconds for found in self.clips.values() for clip in found)

    def digest(self) -> str:
        """Return some digits that are others for other recordings."""
        told = [f"{clip.name} {clip.kind} {clip.pack} {clip.seconds}" for clip in self.recordings]
        return sha256("\n".join(told).encode()).hexdigest()[:16]

    def number(self, clip: Clip) -> int:
        """Return a clip's place among all recordings of the part."""
        return self._numbers[clip.name]

    def sound(
        self, name: str, draw: Dice, seconds: float, note: Callable[[Clip, int, int], object]
    ) -> Audio:
        """Return a sound of a class at -20 dBm0: recordings if there are some, else made.

        ``note`` is told which recordings, and from which sample to which each is heard.
        """
        found = self.clips.get(name, ())
        if not found or (name in SOUNDS and draw.chance(0.3)):
            return sounding(name, draw, seconds)
        made = np.zeros(samples_of(seconds), np.float32)
        at = 0
        while at < len(made):
            clip = draw.one_of(found)
            heard = clip.audio()
            if len(heard) > len(made) - at:
                first = draw.whole(0, len(heard) - (len(made) - at))
                heard = heard[first : first + len(made) - at]
            made[at : at + len(heard)] = heard
            note(clip, at, at + len(heard))
            at += len(heard) + samples_of(draw.between(0.1, 0.8))
        return made


def open_corpora(folder: str | Path | None = None, *, split: str = "development") -> Corpora:
    """Return the voices and sounds of a folder, or made ones.

    Parameters
    ----------
    folder : path, optional
        Of one of the layouts that this module tells; without it all is made.
    split : {"development", "sealed"}

    Raises
    ------
    InputError
        There is no such folder, nothing in it, or no such split.

    Source
    ------
    own.

    Examples
    --------
    >>> open_corpora().about
    'development: 42 synthetic talkers, 0 sounds'
    """
    if folder is None:
        return Corpora(split)
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"{root}: there is no such folder")
    found = _fetched(root) or _by_class(root)
    if not found:
        raise InputError(
            f"{root}: has neither CLASS/PACK/*.wav (or flac, ogg, ...) nor NAME.csv with NAME.s16"
        )
    return Corpora(split, found)


def _class_of(kind: str, name: str) -> str:
    """Return the class of a clip from its folder's and its own name."""
    if kind in ("speech", "words", "codec"):
        return "speech"
    if kind in SOUNDS:
        return kind
    # Words are told apart by capitals, digits and signs: TowerClock, door2, step_gravel.
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name).lower()
    return next((named for pattern, named in NAMED if pattern.search(words)), kind)


def _fetched(root: Path) -> list[Clip]:
    """Read the tables of fetched recordings; digits and tones of telephones are left out."""
    found = []
    for table in sorted(root.glob("[!.]*.csv")):
        samples = table.with_suffix(".s16")
        if not samples.is_file():
            continue
        with table.open(newline="", encoding="utf-8") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                clip = _row(row, table, number, samples)
                if clip is not None:
                    found.append(clip)
    return found


def _row(row: dict[str, Any], table: Path, number: int, samples: Path) -> Clip | None:
    try:
        # Short words by themselves are no talk, and telephones' own tones are no household.
        if row["kind"] in ("words", "codec", "phone_ui", "percussion", "effects"):
            return None
        place = f"{row['package']}:{row['file']}"
        return Clip(
            name=place,
            kind=_class_of(row["kind"], f"{row['package']} {row['file'].rpartition('/')[2]}"),
            pack=row["pack"],
            split=SPLITS[row["held"] == "True"],
            path=samples,
            first=int(row["first"]),
            samples=int(row["samples"]),
            seconds=float(row["seconds"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{table}, line {number}: {error!r} in a table of recordings") from None


def _by_class(root: Path) -> list[Clip]:
    import soundfile

    found = []
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.suffix.lower() not in FORMATS or len(inside.parts) < 2:
            continue
        # Without a folder for its pack a file is a pack by itself.
        pack = inside.parts[1] if len(inside.parts) > 2 else inside.stem
        try:
            seconds = float(soundfile.info(path).duration)
        except soundfile.SoundFileError as error:
            raise InputError(f"{path}: is no sound file that can be read: {error}") from None
        kind = _class_of(inside.parts[0].lower(), inside.name)
        found.append(Clip(inside.as_posix(), kind, pack, split_of(pack), path, seconds=seconds))
    return found
