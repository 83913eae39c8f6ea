"""Random networks of any size, dtype, activation and bias, and one that is always the same."""

from __future__ import annotations

from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from lesson.numeric.network import Activation, Params, init_params


class Case(NamedTuple):
    """x (batch, inputs), y (batch, outputs) and a network for them."""

    x: Tensor
    y: Tensor
    params: Params
    activation: Activation


def tensors(params: Params) -> list[Tensor]:
    """The parameters that there are."""
    return [p for p in params if p is not None]


def activations() -> st.SearchStrategy[Activation]:
    slopes = st.sampled_from([0.0, 0.01, 0.3, 1.0]) | st.floats(0, 1)
    return st.just(Activation.relu()) | slopes.map(Activation.leaky_relu)


@st.composite
def cases(
    draw: st.DrawFn, largest: int = 40, dtypes: tuple[torch.dtype, ...] = (torch.float32, torch.float64)
) -> Case:
    """Sizes up to the largest, in one of the dtypes. In some, all units are exactly on the kink for some rows
    of the data, which are zero or cancel."""
    size = st.integers(1, largest)
    rows = draw(size | st.sampled_from([1, 64, 257]) if largest >= 40 else size)
    inputs, hidden, outputs = draw(size), draw(size), draw(st.integers(1, min(32, largest)))
    dtype, seed = draw(st.sampled_from(dtypes)), draw(st.integers(0, 2**31))
    params = init_params(inputs, hidden, outputs, bias=draw(st.booleans()), seed=seed, dtype=dtype)
    generator = torch.Generator().manual_seed(seed + 1)
    x, y = (torch.randn(rows, n, generator=generator).to(dtype) for n in (inputs, outputs))
    # A row of zeros in a network without bias sits on the kink exactly.
    silent = draw(st.integers(0, rows))
    x[:silent] = 0
    if inputs > 1 and draw(st.booleans()):
        # So does one whose inputs cancel, and then its gradient tells which side the kink is on.
        x[:silent, :2] = 1
        params.w1[1] = -params.w1[0]
    return Case(x, y, params, draw(activations()))


def example(hidden: int = 2, bias: bool = True) -> Case:
    """A ReLU network of the lesson's default sizes on normal data, always the same."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(64, 3, generator=generator), torch.randn(64, 1, generator=generator)
    return Case(x, y, init_params(3, hidden, 1, bias=bias), Activation.relu())


def close(found: Params, expected: Params) -> None:
    """Asserts that two gradients have the same shapes, and the same entries up to float32's rounding."""
    for one, two in zip(found, expected, strict=True):
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            assert one.shape == two.shape
            scale = float(two.abs().max())
            assert torch.allclose(one, two, rtol=1e-3, atol=1e-4 * scale)
