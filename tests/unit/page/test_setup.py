"""The setup card says of the network what the code does."""

from __future__ import annotations

import re

import pytest
import torch

from lesson.numeric.network import Activation, Params, forward, init_params, loss
from lesson.page.setup import SYMBOLS, formulas, shapes

SIZES = [(64, 3, 2, 1), (1, 1, 1, 1), (5, 4, 3, 2)]
EITHER = pytest.mark.parametrize("bias", [True, False])


@EITHER
@pytest.mark.parametrize("sizes", SIZES)
def test_the_shapes_are_those_of_the_code(sizes: tuple[int, int, int, int], bias: bool) -> None:
    batch, inputs, hidden, outputs = sizes
    x, y = torch.zeros(batch, inputs), torch.zeros(batch, outputs)
    params = init_params(inputs, hidden, outputs, bias=bias)
    trace = forward(x, params, Activation.relu())
    tensors = {"x": x, "y": y, "loss": loss(trace.out, y), **params._asdict(), **trace._asdict()}
    real = {name: tuple(tensor.shape) for name, tensor in tensors.items() if tensor is not None}
    assert shapes(sizes, bias) == real


@EITHER
@pytest.mark.parametrize("sizes", SIZES)
def test_the_formulas_have_these_shapes_and_fit_together(
    sizes: tuple[int, int, int, int], bias: bool
) -> None:
    latex = formulas(sizes, bias, None)
    found = re.findall(r"\\underset\{(\d+) \\times (\d+)\}\{(.+?)\}\\,", latex)
    written = {letter: (int(rows), int(columns)) for rows, columns, letter in found}
    for name, shape in shapes(sizes, bias).items():
        assert written.get(SYMBOLS[name].letter, shape) == shape
    biases = {"b_1", "b_2", r"\mathbf{1}"} if bias else set()
    assert written.keys() == {"H", "X", "W_1", "A", "O", "W_2"} | biases
    for result, *products in (("H", ("X", "W_1")), ("O", ("A", "W_2"))):
        for left, right in products:
            assert written[left][1] == written[right][0]
            assert (written[left][0], written[right][1]) == written[result]


@pytest.mark.parametrize("slope", [None, 0.0, 0.3, 1.0])
def test_the_formulas_are_what_forward_computes(slope: float | None) -> None:
    """H = X W1 + 1 b1, phi(h) = max(h, slope h), O = A W2 + 1 b2 and L = sum (O - Y)^2, as written."""
    torch.manual_seed(0)
    x, w1, b1, w2, b2, y = (torch.randn(shape) for shape in ((5, 3), (3, 4), (1, 4), (4, 2), (1, 2), (5, 2)))
    activation = Activation.relu() if slope is None else Activation.leaky_relu(slope)
    h, a, out = forward(x, Params(w1, b1, w2, b2), activation)
    ones, below = torch.ones(5, 1), "0" if slope is None else rf"{slope:g}\,h"
    assert rf"\varphi(h) &= \max(h,\, {below})" in formulas((5, 3, 4, 2), True, slope)
    torch.testing.assert_close(h, x @ w1 + ones @ b1)
    torch.testing.assert_close(a, torch.maximum(h, (slope or 0) * h))
    torch.testing.assert_close(out, a @ w2 + ones @ b2)
    torch.testing.assert_close(loss(out, y), ((out - y) ** 2).sum())
