"""Pictures are what readers of PNG read."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from matplotlib import image

from securecall.fraud.bench.page.png import MAGMA, data_uri, png


@pytest.mark.parametrize("columns", [1, 2, 7, 460])
def test_each_level_has_its_colour(columns: int) -> None:
    levels = np.linspace(-0.2, 1.2, 5 * columns).reshape(5, columns)
    read = image.imread(BytesIO(png(levels)))
    assert read.shape[:2] == (5, columns)
    palette = np.array([list(bytes.fromhex(one)) for one in MAGMA]) / 255
    wanted = palette[np.clip(np.rint(levels * 15), 0, 15).astype(int)]
    assert np.allclose(read[..., :3], wanted, atol=1e-3)


def test_a_page_takes_it_in_its_text() -> None:
    picture = png(np.zeros((2, 2)))
    kind, text = data_uri(picture).split(",")
    assert kind == "data:image/png;base64"
    assert b64decode(text) == picture
