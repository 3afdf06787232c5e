"""Fuzz every door with atheris, each in a process of its own: ``run.py --seconds 60``.

What breaks a promise is kept in ``out/fuzz``, and shown. Needs ``securecall[fuzz]``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
WIRES: Final = (
    "audiosocket", "chan_websocket", "audio_stream", "twilio", "telnyx", "rtp", "pcap",
)  # fmt: skip
DOORS: Final = ("toml", "deck", "records", "arrow", "curve", "ears", *WIRES)
DONE: Final = re.compile(r"Done (\d+) (?:runs )?in (\d+) second")


def fuzz_door(door: str, arguments: list[str]) -> None:
    """Become the fuzzer of one door; never returns."""
    import atheris

    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["securecall", "tomllib", "csv"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[door])
    atheris.Fuzz()


def run_door(door: str, seconds: int, kept: Path) -> bool:
    """Fuzz one door in a process of its own; return whether it kept its promise."""
    sys.path.insert(0, str(ROOT))
    from tests.fuzz.targets import SEEDS

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS()[door]):
            Path(corpus, f"seed{number}").write_bytes(seed)
        command = [
            *(sys.executable, __file__, "--door", door),
            f"-max_total_time={seconds}",
            f"-artifact_prefix={kept}/{door}-",
            *("-max_len=8192", "-timeout=30", "-rss_limit_mb=4096", corpus),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = DONE.search(done.stderr)
    if done.returncode == 0 and found:
        print(f"{door}: {int(found[1]):,} executions in {found[2]} s, no broken promise")
        return True
    print(f"{door}: broken, exit code {done.returncode}\n{done.stdout}{done.stderr[-4000:]}")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each door")
    parser.add_argument("--door", choices=DOORS, help="become the fuzzer of this door")
    parser.add_argument("--only", choices=DOORS, action="append", help="run these doors alone")
    options, rest = parser.parse_known_args()
    if options.door is not None:
        fuzz_door(options.door, rest)
    kept = ROOT / "out" / "fuzz"
    kept.mkdir(parents=True, exist_ok=True)
    kept_all = [run_door(door, options.seconds, kept) for door in options.only or DOORS]
    return 0 if all(kept_all) else 1


if __name__ == "__main__":
    sys.exit(main())
