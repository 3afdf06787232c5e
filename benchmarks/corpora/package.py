"""Fetches one Debian package, checks it, and unpacks it into a folder, without root."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ADVICE = "run `apt-get update` once, and see that the network is there"


class Unreachable(Exception):
    """A package cannot be had; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a package lies, as the package index says: version, size and SHA-256."""

    name: str
    version: str
    size_bytes: int
    sha256: str
    url: str
    file: str


def _run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise Unreachable(f"{' '.join(command[:2])}: {words[-1] if words else 'failed'}; {ADVICE}")
    return done.stdout


def source(name: str) -> Source:
    """Ask the package index.

    Raises
    ------
    Unreachable
        There is no apt here, or it does not know the package.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unreachable("apt-get and dpkg-deb are needed: the recordings are Debian packages")
    said = _run(["apt-cache", "show", "--no-all-versions", name])
    entry = dict(re.findall(r"^(Version|Size|SHA256): (\S+)$", said, flags=re.MULTILINE))
    if set(entry) != {"Version", "Size", "SHA256"}:
        raise Unreachable(f"apt-cache show {name}: no version, size or SHA-256; {ADVICE}")
    link = re.match(r"'([^']+)' (\S+)", _run(["apt-get", "download", "--print-uris", name]))
    if link is None:
        raise Unreachable(f"apt-get download --print-uris {name}: no address; {ADVICE}")
    return Source(
        name=name,
        version=entry["Version"],
        size_bytes=int(entry["Size"]),
        sha256=entry["SHA256"],
        url=link[1],
        file=link[2],
    )


def _is_whole(path: Path, wanted: Source) -> bool:
    if not path.is_file() or path.stat().st_size != wanted.size_bytes:
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == wanted.sha256


def download(wanted: Source, folder: Path) -> Path:
    """Have the package file in the folder, whole; a whole one that is there is kept.

    Raises
    ------
    Unreachable
        Neither apt-get nor the address gives a file of the stated size and SHA-256.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wanted.file
    if _is_whole(path, wanted):
        return path
    path.unlink(missing_ok=True)
    try:
        _run(["apt-get", "-q", "download", wanted.name], folder)
    except Unreachable as first:
        try:
            with urllib.request.urlopen(wanted.url) as answer, path.open("wb") as out:
                shutil.copyfileobj(answer, out)
        except (urllib.error.URLError, OSError) as second:
            raise Unreachable(f"{first}; {wanted.url}: {second}") from second
    if not _is_whole(path, wanted):
        raise Unreachable(
            f"{path.name} is not the {wanted.size_bytes} bytes with SHA-256 {wanted.sha256}"
        )
    return path


def unpack(path: Path, folder: Path) -> None:
    """Lay the files of a package into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _run(["dpkg-deb", "-x", str(path), str(folder)])


def licences(folder: Path, name: str) -> str:
    """Name the licences that the package's copyright file states, most common first."""
    found: dict[str, int] = {}
    for path in folder.glob(f"usr/share/doc/{name}/copyright"):
        text = path.read_text(encoding="utf-8", errors="replace")
        for short in re.findall(r"^License: *(\S[^\n]*)$", text, flags=re.MULTILINE):
            found[short.strip()] = found.get(short.strip(), 0) + 1
    if not found:
        return f"see the copyright file of {name}"
    ordered = sorted(found, key=lambda short: (-found[short], short))
    return " | ".join(ordered[:6])
