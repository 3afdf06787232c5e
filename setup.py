"""Names the compiled modules; all else about the package is in pyproject.toml.

SECURECALL_BUILD=debug   checks every index, keeps symbols
SECURECALL_BUILD=trace   lets coverage see inside the compiled modules
"""

import os
import sys
from glob import glob

from setuptools import Extension, setup  # before Cython, so that both agree on the class

# isort: split
from Cython.Build import cythonize

BUILD = os.environ.get("SECURECALL_BUILD", "release")
if BUILD not in ("release", "debug", "trace"):
    sys.exit(f"SECURECALL_BUILD must be release, debug or trace, not {BUILD!r}")

FLAGS = {
    "release": [
        "-O3",
        "-g0",
        "-fno-math-errno",
        "-fno-trapping-math",
        # Where a loop begins must not be left to chance: it was worth 5 % of the ears.
        "-falign-functions=64",
        "-falign-loops=32",
    ],
    "debug": ["-O1", "-g"],
    "trace": ["-O0", "-g0"],
}[BUILD] + ["-std=gnu11", "-ffp-contract=off", "-Wall", "-Wno-unused-function"]
# Names of what is not exported are a twentieth of an engine, and nobody reads them in a release.
LINKED = ["-Wl,-s"] if BUILD == "release" and sys.platform == "linux" else []
TRACE = [("CYTHON_TRACE_NOGIL", "1"), ("CYTHON_USE_SYS_MONITORING", "0")]
DIRECTIVES = {
    "language_level": "3",
    "freethreading_compatible": True,
    "embedsignature": True,
    "embedsignature.format": "python",
    "boundscheck": BUILD == "debug",
    "wraparound": False,
    "initializedcheck": BUILD == "debug",
    "linetrace": BUILD == "trace",
}


def extension(name):
    return Extension(
        f"securecall.{name}",
        [f"src/securecall/{name}.pyx"],
        depends=[*glob("src/securecall/*.h"), *glob("src/securecall/*.pxd")],
        include_dirs=["src/securecall"],
        define_macros=TRACE if BUILD == "trace" else [],
        extra_compile_args=[] if sys.platform == "win32" else FLAGS,
        extra_link_args=LINKED,
    )


setup(
    ext_modules=cythonize(
        [extension(name) for name in ("_cues", "_curve", "_dsp", "_fees", "_rating")],
        compiler_directives=DIRECTIVES,
        include_path=["src"],
        # Each kind of build keeps its own C files; coverage finds them only beside the .pyx.
        build_dir=None if BUILD == "trace" else f"build/{BUILD}",
        force=BUILD == "trace",
    )
)
