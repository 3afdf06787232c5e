"""Asks whether anything that securecall needs has a known vulnerability: ``make audit``.

Looks at what is installed of the packages that users install, with every extra but those that only
developers have, and of what builds the wheel; in the versions that the tests ran with. A
vulnerability ends it with 1. That nobody could be asked is said and ends it with 0, so that work
goes on without a network; ``--strict`` wants everything to be known, as a release does.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
DEVELOPERS: Final = ("dev", "fuzz", "bench", "site")
PATIENCE_S: Final = 120
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def wanted() -> list[str]:
    """Return what pyproject.toml asks for on behalf of users and of the build."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = told["project"]["optional-dependencies"]
    return [
        *told["project"]["dependencies"],
        *(need for extra in extras if extra not in DEVELOPERS for need in extras[extra]),
        *told["build-system"]["requires"],
    ]


def installed(needs: Iterable[str]) -> dict[str, str]:
    """Return the versions of some packages and of all that they need, as far as they are here."""
    found: dict[str, str] = {}
    left = list(needs)
    while left:
        need = left.pop()
        match = NAME.match(need)
        if match is None or re.search(r";.*\bextra\b", need):
            continue
        name = re.sub(r"[-_.]+", "-", match[0]).lower()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
        left += requires(name) or ()
    return dict(sorted(found.items()))


def asked(packages: dict[str, str]) -> dict[str, Any] | str:
    """Return what pip-audit says of some packages, or why it says nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        path.write_text("".join(f"{name}=={each}\n" for name, each in packages.items()))
        command = [
            *(sys.executable, "-m", "pip_audit", "-r", str(path), "--no-deps", "--disable-pip"),
            *("-f", "json", "--progress-spinner", "off", "--timeout", "10"),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return f"no answer in {PATIENCE_S} s"
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
    return found


def told(answer: dict[str, Any] | str, packages: dict[str, str], strict: bool) -> int:
    """Print what is known; return the exit code."""
    if isinstance(answer, str):
        print(f"audit: nobody could be asked about {len(packages)} packages: {answer}")
        return 1 if strict else 0
    bad, known = 0, 0
    for each in answer.get("dependencies", []):
        known += "vulns" in each
        for hole in each.get("vulns", []):
            bad += 1
            fixed = ", ".join(hole.get("fix_versions", [])) or "no version"
            print(f"audit: {each['name']} {each['version']}: {hole['id']}; fixed in {fixed}")
    unknown = len(packages) - known
    print(f"audit: {known} packages known, {bad} vulnerabilities, {unknown} nobody answered about")
    return 1 if bad or (strict and unknown) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail if anything is not known")
    options = parser.parse_args()
    packages = installed(wanted())
    return told(asked(packages), packages, options.strict)


if __name__ == "__main__":
    sys.exit(main())
