"""Autograd's rules, as torch keeps them, and the price of clones that are still watched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lesson.numeric.experiments import autograd
from lesson.numeric.snippet import run


@pytest.mark.parametrize(
    ("snippet", "output", "error"),
    [
        (autograd.leaves, "True None\nFalse SumBackward0\ntensor([2., 2.])", ""),
        (autograd.backward_twice, "tensor([2., 2.])", "RuntimeError: Trying to backward through the graph"),
        (autograd.backward_retained, "tensor([2., 2.])\ntensor([4., 4.])", ""),
        (autograd.zeroed, "tensor([[3., 3.]])\ntensor([[3., 3.]])", ""),
        (autograd.no_grad, "False True", ""),
        (autograd.in_place, "tensor([1., 1.], requires_grad=True)", "RuntimeError: a leaf Variable"),
        (autograd.in_place_unrecorded, "tensor([0.9000, 0.9000], requires_grad=True)", ""),
        (autograd.cloned, "False None\ntensor([2., 2.])\nUserWarning: The .grad attribute", ""),
        (autograd.aliased, "tensor([0.9000, 0.9000], requires_grad=True)", ""),
        (autograd.copied, "True tensor([2., 2.])\ntensor([1., 1.], requires_grad=True)", ""),
    ],
)
def test_a_snippet_shows_the_rule(snippet: Callable[..., None], output: str, error: str) -> None:
    ran = run(snippet)
    assert ran.output.startswith(output)
    assert ran.error.startswith(error)
    assert bool(ran.error) == bool(error)


def test_gradients_add_up() -> None:
    assert autograd.gradients_after(0).shape == (0, 3)
    assert np.array_equal(autograd.gradients_after(4), np.outer([1, 2, 3, 4], [2.0, -1.0, 0.5]))


def test_a_clone_keeps_every_step_alive_and_a_detached_copy_none() -> None:
    cost = autograd.cost(100)
    assert cost.steps.tolist() == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    per_step = np.diff(cost.nodes["clone"]) / np.diff(cost.steps)
    assert (per_step == per_step[0]).all()
    assert per_step[0] > 10
    assert not cost.nodes["detached"].any()


def test_the_price_is_bounded() -> None:
    assert autograd.cost(10**9).steps[-1] == autograd.MOST_STEPS
