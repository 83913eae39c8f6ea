"""Autograd's rules, as torch keeps them, and the price of clones that are still watched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.func import jacrev

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments import autograd
from lesson.numeric.from_config import task_of
from lesson.numeric.network import forward
from lesson.numeric.snippet import run


@pytest.mark.parametrize(
    ("snippet", "output", "error"),
    [
        (autograd.leaves, "True None\nFalse SumBackward0\ntensor([2., 2.])", ""),
        (autograd.backward_twice, "tensor([2., 2.])", "RuntimeError: Trying to backward through the graph"),
        (autograd.backward_retained, "tensor([2., 2.])\ntensor([4., 4.])", ""),
        (autograd.zeroed, "tensor([[3., 3.]])\ntensor([[3., 3.]])", ""),
        (
            autograd.backward_of_many,
            "tensor([[ 3.],\n        [ 7.],\n        [11.]], grad_fn=<MmBackward0>)",
            "RuntimeError: grad can be implicitly created only for scalar outputs",
        ),
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


def printed(snippet: Callable[..., None]) -> list[str]:
    values: list[str] = []
    snippet(lambda value: values.append(str(value)))
    return values


def test_the_error_signal_gives_the_gradient_of_the_loss() -> None:
    by_signal, by_loss = printed(autograd.backward_with_signal)
    assert by_signal == by_loss == "tensor([[6.],\n        [8.]])"


def test_the_jacobian_multiplied_out_is_the_gradient() -> None:
    jacobian: list[torch.Tensor] = []
    autograd.jacobian_multiplied(lambda value: jacobian.append(value.clone()))
    whole, multiplied, gradient = jacobian
    assert torch.equal(multiplied, gradient)
    assert whole.shape == (6, 4)
    assert (whole == 0).sum() == whole.numel() // 2, "half of it is zero"
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert torch.equal(whole, jacrev(lambda w: x @ w)(torch.ones(2, 2)).reshape(6, 4))


SIZES = st.tuples(*[st.integers(1, 6)] * 4)


@given(SIZES, st.booleans(), st.integers(0, 99))
def test_from_the_signal_on_backward_is_that_of_the_loss_to_the_bit(
    sizes: tuple[int, int, int, int], bias: bool, seed: int
) -> None:
    batch, inputs, hidden, outputs = sizes
    config = Config(Normal(batch, inputs, outputs, seed), hidden=hidden, bias=bias, seed=seed)
    assert autograd.off_by_signal(config) == 0


@given(SIZES)
def test_the_jacobian_that_is_never_built_would_have_this_shape(sizes: tuple[int, int, int, int]) -> None:
    batch, inputs, hidden, outputs = sizes
    x, _, params, activation = task_of(
        Config(Normal(batch, inputs, outputs, 0), hidden=hidden), torch.float32
    )
    for name, found in autograd.jacobians(sizes).items():
        parameter = params._asdict()[name]

        def out(changed: torch.Tensor, name: str = name) -> torch.Tensor:
            return forward(x, params._replace(**{name: changed}), activation).out

        matrix = jacrev(out)(parameter).reshape(batch * outputs, -1)
        assert (found.sides, found.bytes) == (tuple(matrix.shape), matrix.nbytes)
        assert (found.gradient_sides, found.gradient_bytes) == (tuple(parameter.shape), parameter.nbytes)


def test_ones_for_a_signal_give_the_sum_of_all_gradients_and_a_64th_their_mean() -> None:
    x = torch.arange(192.0).view(64, 3)
    for signal, expected in ((1.0, x.sum(0)), (1 / 64, x.mean(0))):
        w = torch.ones(3, 1, requires_grad=True)
        out = x @ w
        out.backward(torch.full_like(out, signal))
        assert w.grad is not None
        assert torch.equal(w.grad.flatten(), expected)


def test_the_page_does_not_load_torchs_compiler() -> None:
    """Which torch.func would, and which takes 70 MB in every worker."""
    lines = (
        "import sys\n"
        "from lesson.numeric.experiments import autograd\n"
        "from lesson.numeric.config import Config\n"
        "for snippet in (autograd.backward_with_signal, autograd.jacobian_multiplied):\n"
        "    snippet(lambda *_: None)\n"
        "autograd.off_by_signal(Config())\n"
        "sys.exit('torch._dynamo' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


def test_a_server_that_is_busy_now_and_then_makes_no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    def clock() -> Iterator[float]:
        for training in cycle(range(2 * autograd.REPEATS)):
            busy = training // 2 % 3 == 0
            yield from [1e6 if busy else 3.0 - training % 2] * 100

    ticks = clock()
    monkeypatch.setattr(autograd, "timed_step", lambda *_: next(ticks))
    cost = autograd.cost(100)
    assert cost.microseconds["clone"].tolist() == [3.0] * autograd.LOOKS
    assert cost.microseconds["detached"].tolist() == [2.0] * autograd.LOOKS
    assert cost.slowdown == 1.5
