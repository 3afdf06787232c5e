"""What has been laid into a folder, so that it is not fetched again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.speakers.catalogue import Package


@dataclass(frozen=True, slots=True)
class Kept:
    """Versions of packages in a folder: each a file that is written when all of it is there."""

    folder: Path

    def _path(self, name: str) -> Path:
        return self.folder / ".packages" / name

    def version(self, package: Package) -> str | None:
        """Return the version that is there, or None."""
        path = self._path(package.name)
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def note(self, package: Package, version: str) -> None:
        """Say that a package is there as a whole."""
        path = self._path(package.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(version, encoding="utf-8")
