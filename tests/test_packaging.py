"""What is handed out: the sdist and the wheel hold what they should and nothing else, and install.

Both are built from a copy of the tree, because building writes beside the sources.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import securecall

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
STEM = f"securecall-{securecall.__version__}"
ENGINES = ("_cues", "_curve", "_dsp", "_fees", "_rating")

# One build serves the whole module: with pytest-xdist one worker runs it.
pytestmark = pytest.mark.xdist_group("packaging")

MADE = (
    "__pycache__", ".*", "*.so", "*.c", "*.pyc", "*.egg-info", "build", "dist", "out", "*.html",
    "audio",  # recordings that benchmarks/corpora fetched
)  # fmt: skip
TOP = {
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md",
    "mkdocs.yml", "pyproject.toml", "setup.py", ".ci/run",
    ".github/workflows/wheels.yml",
}  # fmt: skip
FOLDERS = ("benchmarks", "docs", "examples", "src", "tests", "tools")


class Built(NamedTuple):
    """What was built, from which files, and the names inside without the folder of the version."""

    wheel: Path
    sources: set[str]
    sdist_names: set[str]
    wheel_names: set[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    tree = tmp_path_factory.mktemp("tree")
    for name in TOP:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    for folder in FOLDERS:
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns(*MADE))
    sources = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    # Without isolation nothing is downloaded; the wheel is built from the unpacked sdist.
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", "."],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (sdist,) = (tree / "dist").glob("*.tar.gz")
    (wheel,) = (tree / "dist").glob("*.whl")
    assert sdist.name == f"{STEM}.tar.gz"
    with tarfile.open(sdist) as archive:
        held = [member.name for member in archive.getmembers() if member.isfile()]
    assert all(name.startswith(STEM + "/") for name in held)
    with zipfile.ZipFile(wheel) as package:
        inside = set(package.namelist())
    return Built(wheel, sources, {name.removeprefix(STEM + "/") for name in held}, inside)


def test_the_sdist_holds_every_source_and_nothing_that_was_made(built: Built) -> None:
    made = {
        name
        for name in built.sdist_names
        if name in ("PKG-INFO", "setup.cfg") or name.startswith("src/securecall.egg-info/")
    }
    assert built.sdist_names - made == built.sources
    for needed in ("_rating.pyx", "_plan.pxd", "_rating.pyi", "_native.h", "_bank.h", "py.typed"):
        assert f"src/securecall/{needed}" in built.sdist_names
    assert "src/securecall/regulation/data/ceilings.csv" in built.sdist_names
    assert "src/securecall/rating/data/areas.csv" in built.sdist_names
    assert "src/securecall/fraud/data/north_america.toml" in built.sdist_names
    assert not [name for name in built.sdist_names if name.endswith((".c", ".so", ".pyc"))]


def test_the_wheel_holds_the_package_its_engines_and_its_papers(built: Built) -> None:
    # What engines are made of is source, as the tests are: who wants to build takes the sdist.
    package = {
        name.removeprefix("src/")
        for name in built.sources
        if name.startswith("src/") and not name.endswith((".pyx", ".pxd", ".h"))
    }
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    engines = {f"securecall/{name}{suffix}" for name in ENGINES}
    papers = {
        f"{STEM}.dist-info/{name}"
        for name in (
            "METADATA", "RECORD", "WHEEL", "entry_points.txt", "top_level.txt", "licenses/LICENSE",
        )
    }  # fmt: skip
    assert built.wheel_names == package | engines | papers
    tests = [name for name in package if "test" in name.removeprefix("securecall/testing/")]
    assert not [*tests, *(name for name in package if name.endswith((".c", ".pyx")))]


def test_the_wheel_is_small(built: Built) -> None:
    # Without -g0 the engines are five times larger, and C sources would add megabytes. The two
    # engines of sound have the same rooms in them, 0.2 MB each; the trees are 0.24 MB, the network
    # that remembers 0.19, the wings of calls and wires 0.15 MB of text.
    assert built.wheel.stat().st_size < 2_500_000


def test_the_metadata_is_that_of_pyproject(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as package:
        text = package.read(f"{STEM}.dist-info/METADATA").decode("utf-8")
        entry = package.read(f"{STEM}.dist-info/entry_points.txt").decode("utf-8")
        tags = package.read(f"{STEM}.dist-info/WHEEL").decode("utf-8")
    told = Parser().parsestr(text)
    assert told["Name"] == "securecall"
    assert told["Version"] == PROJECT["version"] == securecall.__version__
    assert told["Requires-Python"] == PROJECT["requires-python"] == ">=3.11"
    assert told["License-Expression"] == "Apache-2.0"
    assert told["Summary"] == PROJECT["description"]
    assert set(told.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    always = {need for need in told.get_all("Requires-Dist", []) if "extra ==" not in need}
    assert always == set(PROJECT["dependencies"])
    for minor in (11, 12, 13, 14):
        assert f"Programming Language :: Python :: 3.{minor}" in told.get_all("Classifier", [])
    assert told.get_payload().startswith("# securecall")  # type: ignore[union-attr]
    assert "securecall = securecall.cli:main" in entry
    assert "Root-Is-Purelib: false" in tags


def test_the_wheel_installs_imports_and_rates_in_a_fresh_environment(
    built: Built, tmp_path: Path
) -> None:
    place = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
    subprocess.run([*install, "--no-deps", "--no-index", str(built.wheel)], check=True)
    # The face needs nothing but the standard library; a price needs the time zones of tzdata.
    zones = find_spec("tzdata")
    assert zones is not None
    assert zones.origin is not None
    code = f"""
import sys, importlib.metadata
import securecall
assert securecall.__file__.startswith({str(place)!r}), securecall.__file__
print(importlib.metadata.version("securecall"), securecall.__version__)
sys.path.append({str(Path(zones.origin).parents[1])!r})
tariff = securecall.Tariff.loads('''{TARIFF}''')
print(tariff.rate(securecall.Call("tx", "+17135550123", 1_777_658_400_000, 613_000)).total)
"""
    done = subprocess.run(
        [python, "-I", "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [securecall.__version__, securecall.__version__, "1.021666"]


def test_wheels_are_built_for_every_python_that_the_metadata_names() -> None:
    command = [sys.executable, "-m", "cibuildwheel", "--print-build-identifiers"]
    built = set()
    for system in ("linux", "macos"):
        done = subprocess.run(
            [*command, "--platform", system, str(ROOT)], capture_output=True, text=True, check=True
        )
        built |= {name.partition("-")[0] for name in done.stdout.split()}
    named = {
        "cp3" + told.rpartition(".")[2]
        for told in PROJECT["classifiers"]
        if told.startswith("Programming Language :: Python :: 3.")
    }
    assert {name for name in built if not name.endswith("t")} == named
    assert "cp314t" in built  # as the classifier of free threading says


def test_the_workflow_builds_wheels_from_the_sdist_by_the_configuration_here() -> None:
    text = (ROOT / ".github" / "workflows" / "wheels.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["wheels"]["needs"] == "sdist"
    runs = [step["run"] for step in jobs["wheels"]["steps"] if "run" in step]
    assert any("cibuildwheel --output-dir wheelhouse source" in run for run in runs)
    assert not any("CIBW_" in run for run in runs)  # all of it is in pyproject.toml
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    command = told["tool"]["cibuildwheel"]["test-command"]
    program = re.findall(r"\{package\}/(\S+)", command)
    assert program == ["tools/try_install.py"]
    assert (ROOT / program[0]).is_file()


TARIFF = """
[[facility]]
id = "tx"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "all"
steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 1_000 }]
"""
