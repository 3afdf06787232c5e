"""Hypothesis profiles: ``ci`` is the same on every run, ``deep`` looks longer and elsewhere."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "deep",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the calls through real programs unless they are asked for: `make test-peers`."""
    if collection_path.name != "peers" or collection_path.parent.name != "tests":
        return None
    return not any("tests/peers" in str(each) for each in config.invocation_params.args) or None
