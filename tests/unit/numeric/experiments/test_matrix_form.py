"""The error signal inside the network, by autograd, is that of the seven lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.matrix_form import PIECE, signals
from lesson.numeric.from_config import activation_of, start_of, task_of, tensors_of
from lesson.numeric.network import forward


def test_signals_are_those_of_the_seven_lines() -> None:
    config = Config(Normal(4, 3, 2), hidden=3, activation="leaky_relu", slope=0.2)
    found = signals(config)
    np.testing.assert_allclose(found.rows.grad_h, found.rows.grad_a * found.rows.mask)
    np.testing.assert_allclose(found.sums.grad_h, found.rows.grad_h.sum(0, keepdims=True))
    np.testing.assert_allclose(found.rows.grad_a, found.rows.grad_out @ found.w2.T)
    assert np.array_equal(found.rows.gates, np.where(found.rows.h > 0, "open", "damped"))
    relu = signals(replace(config, activation="relu")).rows
    assert np.array_equal(relu.gates, np.where(relu.h > 0, "open", "closed"))
    assert not np.allclose(found.rows.grad_a, found.grad_a_mistaken)
    assert found.units.zeros == 0


def test_a_batch_in_pieces_adds_up_to_the_gradients_by_hand() -> None:
    config = Config(Normal(2 * PIECE + 7, 3, 2), hidden=5)
    found = signals(config)
    x, y = tensors_of(config.source.load(), torch.float64)
    params, activation = start_of(config, torch.float64), activation_of(config)
    gradients = by_hand.gradients(x, y, params, activation)
    assert gradients.b1 is not None
    assert gradients.b2 is not None
    h, _, out = forward(x, params, activation)
    np.testing.assert_allclose(found.sums.grad_h, gradients.b1)
    np.testing.assert_allclose(found.sums.grad_out, gradients.b2)
    np.testing.assert_allclose(found.grad_a_mistaken, (2 * (out - y)[:5]) @ gradients.w2.T)
    assert found.units.number == h.numel()
    assert len(found.units.some) == 80
    assert set(found.units.some) <= set(h.flatten().tolist())


@pytest.mark.parametrize(("batch", "hidden"), [(3, 2), (64, 2), (70, 2)])
def test_the_dots_come_from_all_observations(batch: int, hidden: int) -> None:
    config = Config(Normal(batch, 3, 1), hidden=hidden)
    found = signals(config)
    x, _, params, activation = task_of(config, torch.float64)
    h, _, _ = forward(x, params, activation)
    places = np.flatnonzero(np.isin(h.numpy().ravel(), found.units.some))
    assert len(places) == len(found.units.some) == min(batch * hidden, 80)
    assert places[0] == 0
    assert batch * hidden - places[-1] <= 2


def test_with_as_many_rows_as_columns_shapes_do_not_tell_the_right_product() -> None:
    """What the question at the head of the chapter says of its three answers."""
    config = Config(Normal(2, 2, 1), hidden=2, activation="leaky_relu", slope=0.5)
    x, g = (getattr(signals(config).rows, name) for name in ("x", "grad_h"))
    true = by_hand.gradients(*task_of(config, torch.float64)).w1.numpy()
    assert (x @ g).shape == (x.T @ g).shape == (g.T @ x).shape == true.shape
    np.testing.assert_allclose(x.T @ g, true)
    np.testing.assert_allclose(g.T @ x, true.T)
    assert not np.allclose(x @ g, true)
