"""Festival, told by a script in Scheme: a dozen sentences each time it is started.

Source: A. W. Black, P. Taylor, R. Caley, The Festival Speech Synthesis System, manual 1.4.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from benchmarks.speakers import debian
from benchmarks.speakers.catalogue import Voice
from benchmarks.speakers.engines.engine import Engine, Silent
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.reading import told

#: Beginning takes a second, and what is said beyond what is wanted is lost.
AT_ONCE: Final = 12
STRETCH: Final = (0.9, 1.15)
#: Marks that no voice reads, or that end a string of Scheme.
PLAIN: Final = str.maketrans(
    {"’": "'", '"': "", "“": "", "”": "", "œ": "oe", "¿": "", "¡": "", "।": ".", "\\": ""}
)


def script(voice: str, lines: Sequence[str], stretches: Sequence[float], folder: Path) -> str:
    """Return what Festival is told; a sentence that it cannot say leaves no file."""
    said = [f"(voice_{voice})"]
    for number, (line, stretch) in enumerate(zip(lines, stretches, strict=True)):
        said += [
            f"(Parameter.set 'Duration_Stretch {stretch:.2f})",
            f'(set! said (Utterance Text "{line.translate(PLAIN)}"))',
            f"(unwind-protect (begin (utt.synth said)"
            f" (utt.save.wave said \"{folder / f'{number:02d}.wav'}\" 'riff)) (print 'lost))",
        ]
    return "\n".join(said) + "\n"


class Festival(Engine):
    """Voices of Debian's festvox packages."""

    __slots__ = ()

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        encoding = self.source.told["encodings"].get(voice.language, "iso-8859-1")
        library = self.root / "usr" / "share" / "festival"
        lines = told(voice.language, draw)
        while some := list(islice(lines, AT_ONCE)):
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                path = folder / "said.scm"
                stretches = draw.uniform(*STRETCH, len(some)).tolist()
                text = script(voice.says, some, stretches, folder)
                path.write_bytes(text.encode(encoding, "ignore"))
                debian.run(self.root, ["festival", "--libdir", str(library), "-b", str(path)])
                files = sorted(folder.glob("*.wav"))
                if not files:
                    raise Silent(f"voice_{voice.says} of Festival says nothing")
                for file in files:
                    yield soundfile.read(file, dtype="float32")
