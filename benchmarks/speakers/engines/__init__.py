"""Who speaks: each engine fetches what it needs and says sentences in a voice."""

from collections.abc import Mapping
from typing import Final

from benchmarks.speakers.engines.engine import Engine, Silent
from benchmarks.speakers.engines.festival import Festival
from benchmarks.speakers.engines.flite import Flite
from benchmarks.speakers.engines.kokoro import Kokoro
from benchmarks.speakers.engines.openjtalk import OpenJTalk
from benchmarks.speakers.engines.pico import Pico
from benchmarks.speakers.engines.piper import Piper
from benchmarks.speakers.engines.recordings import Recordings

__all__ = ["ENGINES", "Engine", "Silent"]

ENGINES: Final[Mapping[str, type[Engine]]] = {
    "festival": Festival,
    "flite": Flite,
    "kokoro": Kokoro,
    "openjtalk": OpenJTalk,
    "pico": Pico,
    "piper": Piper,
    "recordings": Recordings,
}
