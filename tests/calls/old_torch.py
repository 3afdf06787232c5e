"""Writes files of tensors in PyTorch's old form, without PyTorch, for tests of what reads them."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np

__all__ = ["Named", "random_weights", "write"]


class Named:
    """Pickles as a call of something by its name."""

    def __init__(self, name: str, *arguments: Any) -> None:
        self.name, self.arguments = name, arguments


class _Storage:
    """Pickles as a reference to a storage."""

    def __init__(self, key: str, count: int) -> None:
        self.key, self.count = key, count


class _Pickler(pickle._Pickler):  # type: ignore[misc]
    """Writes names as they stand, whether or not there is anything behind them."""

    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, _Storage):
            return "storage", _Global("torch FloatStorage"), value.key, "cpu", value.count, None
        return None

    def save(self, value: Any, save_persistent_id: bool = True) -> None:
        if isinstance(value, _Global):
            self.write(pickle.GLOBAL + value.name.replace(" ", "\n").encode() + b"\n")
        elif isinstance(value, Named):
            self.save(_Global(value.name))
            self.save(value.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(value, save_persistent_id)


class _Global:
    def __init__(self, name: str) -> None:
        self.name = name


def write(path: Path, tensors: dict[str, Any], more: Any = None) -> None:
    """Write tensors as a checkpoint of an encoder."""
    storages, state = [], OrderedDict()
    for number, (name, tensor) in enumerate(tensors.items()):
        flat = np.ascontiguousarray(tensor, dtype="<f4").reshape(-1)
        # The first number of each storage is not the tensor's, which lies behind it.
        storages.append(np.concatenate([[np.float32(99)], flat]).astype("<f4"))
        storage = _Storage(f"s{number}", len(flat) + 1)
        state[name] = Named(
            "torch._utils _rebuild_tensor_v2", storage, 1, tuple(tensor.shape), (), False, None
        )
    with path.open("wb") as file:
        for head in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(head, file, protocol=2)
        _Pickler(file, protocol=2).dump({"step": 7, "model_state": state, "more": more})
        pickle.dump([f"s{number}" for number in range(len(storages))], file, protocol=2)
        for storage in storages:
            file.write(pack("<q", len(storage)) + storage.tobytes())


def random_weights(seed: int = 1) -> dict[str, Any]:
    """Make weights of the encoder's shapes: a network that has learned nothing."""
    random = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for layer, width in enumerate((40, 256, 256)):
        for name, shape in (
            (f"lstm.weight_ih_l{layer}", (1024, width)), (f"lstm.weight_hh_l{layer}", (1024, 256)),
            (f"lstm.bias_ih_l{layer}", (1024,)), (f"lstm.bias_hh_l{layer}", (1024,)),
        ):  # fmt: skip
            found[name] = random.normal(0, 0.1, shape).astype(np.float32)
    found["linear.weight"] = random.normal(0, 0.1, (256, 256)).astype(np.float32)
    found["linear.bias"] = random.normal(0, 0.1, 256).astype(np.float32)
    return found
