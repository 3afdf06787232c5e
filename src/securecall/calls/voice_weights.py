"""The weights of Resemblyzer's voice encoder, read without PyTorch and without running anything.

The file is a pickle of PyTorch's old form. A pickle can call whatever it names, so that only the
few names that such a file needs are known here, none of which does more than keep its arguments;
and only the file whose digest stands here is read at all.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from struct import unpack
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DIGEST", "PACKAGE", "installed_weights", "read_weights"]

#: Where the file comes from; its own dependencies are not needed.
PACKAGE: Final = "resemblyzer==0.1.4"
#: Of its ``pretrained.pt``; Apache-2.0.
DIGEST: Final = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"


def installed_weights() -> Path:
    """Return where the package's file lies.

    Raises
    ------
    InputError
        The package is not installed.
    """
    found = find_spec("resemblyzer")
    if found is None or not found.submodule_search_locations:
        raise InputError(
            f"the voice encoder needs the file of {PACKAGE}: pip install --no-deps {PACKAGE}"
        )
    return Path(found.submodule_search_locations[0]) / "pretrained.pt"


class _Unpickler(pickle.Unpickler):
    """Knows the names of a file of tensors, and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor"): _Tensor,
            ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
            ("torch._utils", "_rebuild_parameter"): _first,
            ("torch", "FloatStorage"): "float32",
            ("torch.cuda", "FloatStorage"): "float32",
        }
        if (module, name) not in known:
            raise InputError(f"the weights name {module}.{name}, which no such file needs")
        return known[module, name]

    def persistent_load(self, pid: Any) -> str:
        return str(pid[2])  # the storage's key


class _Tensor:
    """Where a tensor lies in its storage."""

    def __init__(self, storage: str, offset: int, size: tuple[int, ...], *_: Any) -> None:
        self.storage, self.offset, self.size = storage, offset, size


def _first(data: Any, *_: Any) -> Any:
    return data


def read_weights(path: str | Path | None = None) -> dict[str, np.ndarray[Any, Any]]:
    """Return the encoder's weights by name.

    Parameters
    ----------
    path : path, optional
        Of the package's ``pretrained.pt``; default: where it is installed.

    Raises
    ------
    InputError
        The package is not installed, or the file is another one.

    Source
    ------
    own; Resemblyzer 0.1.4 (Apache-2.0), after Wan et al., "Generalized end-to-end loss for speaker
    verification", ICASSP 2018.
    """
    import numpy as np

    content = Path(installed_weights() if path is None else path).read_bytes()
    if sha256(content).hexdigest() != DIGEST:
        raise InputError(f"the weights are not those of {PACKAGE}")
    file = io.BytesIO(content)
    for _ in range(3):  # a magic number, a version, sizes of C types
        _Unpickler(file).load()
    state = _Unpickler(file).load()["model_state"]
    storages: dict[str, np.ndarray[Any, Any]] = {}
    for key in _Unpickler(file).load():
        (count,) = unpack("<q", file.read(8))
        storages[str(key)] = np.frombuffer(file.read(4 * count), dtype="<f4")
    found = {}
    for name, tensor in state.items():
        count = int(np.prod(tensor.size))
        flat = storages[tensor.storage][tensor.offset : tensor.offset + count]
        found[str(name)] = flat.reshape(tensor.size)
    return found
