"""What conformance needs from outside, and what it says where that is missing."""

from __future__ import annotations

import subprocess
import sys

NONE = "import sys; sys.modules['numpy'] = None; import securecall.fraud.conform.limits"


def test_without_numpy_the_extra_is_named() -> None:
    done = subprocess.run([sys.executable, "-c", NONE], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "conformance signals need numpy: pip install securecall[audio]" in done.stderr
