"""Both ways to a gradient give the same, and are counted while they do it."""

from __future__ import annotations

from operator import mul

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.experiments.one_step.paths import COUNTED, ROWS, WAYS, counted, growth, numbers
from lesson.numeric.network import Activation, init_params

SIZES = (1, 2, 5)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
def test_either_way_gives_the_gradient_of_the_seven_lines(way: str, size: int) -> None:
    generator = torch.Generator().manual_seed(size)
    x, y = (torch.randn(ROWS, size, generator=generator, dtype=torch.float64) for _ in range(2))
    params = init_params(size, size, size, dtype=torch.float64)
    expected = by_hand.gradients(x, y, params, Activation.relu()).w1.numpy()
    assert np.allclose(WAYS[way](numbers(size), mul), expected, rtol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_a_path_has_three_multiplications_and_a_signal_is_made_once(size: int) -> None:
    given = numbers(size)
    assert counted(WAYS["paths"], given) == 3 * ROWS * size**3
    assert counted(WAYS["signals"], given) == ROWS * (2 * size**2 + size)


def test_the_ratio_grows_with_the_size() -> None:
    found = growth()
    assert found.sizes.tolist() == list(COUNTED)
    ratio = found.multiplications["paths"] / found.multiplications["signals"]
    assert (np.diff(ratio) > 0).all()
    assert ratio[0] == 1
    assert all((times > 0).all() for times in found.milliseconds.values())
