"""The error signal inside the network, by autograd, is that of the seven lines."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.matrix_form import PIECE, at_start, linked, signals
from lesson.numeric.from_config import activation_of, task_of
from lesson.numeric.network import forward
from lesson.numeric.operands import Cell


def test_signals_are_those_of_the_seven_lines() -> None:
    config = Config(Normal(4, 3, 2), hidden=3, activation="leaky_relu", slope=0.2)
    found = signals(config)
    slope = np.where(found.rows.h > 0, 1, 0.2)
    np.testing.assert_allclose(found.rows.grad_h, found.rows.grad_a * slope)
    np.testing.assert_allclose(found.rows.grad_a, found.rows.grad_out @ found.w2.T)
    start = at_start(config)
    for name, rows in found.rows._asdict().items():
        np.testing.assert_allclose(start[name], rows, rtol=1e-4, atol=1e-6)
    assert found.units.zeros == 0


def test_the_mistaken_product_is_another_matrix_of_the_right_shape() -> None:
    config = Config(Normal(9, 3, 2), hidden=3)
    start = at_start(config)
    found = linked(config, Cell("mistaken", 8, 2))
    mistaken, right = found.corners["mistaken"], found.corners["grad_a"]
    whole = start["grad_out"] @ start["grad_w2"].T
    assert mistaken.shape == right.shape == whole.shape
    assert mistaken.first == right.first == (5, 0)
    np.testing.assert_allclose(mistaken.values, whole[5:], rtol=1e-5)
    assert not np.allclose(mistaken.values, right.values)
    assert found.sum.names == ("grad_out[9,1]·grad_w2[3,1]", "grad_out[9,2]·grad_w2[3,2]")
    assert found.sum.value == pytest.approx(float(whole[8, 2]), rel=1e-5)


def test_zeros_are_counted_in_all_pieces_of_a_batch() -> None:
    config = Config(Normal(2 * PIECE + 7, 3, 2), hidden=5)
    found = signals(config)
    x, _, params, _ = task_of(config, torch.float64)
    h, _, _ = forward(x, params, activation_of(config))
    assert found.units.number == h.numel()
    assert len(found.units.some) == 80
    assert set(found.units.some) <= set(h.flatten().tolist())
    # Without a bias an observation of zeros has zeros alone; the data have none.
    assert found.units.zeros == int((h == 0).sum())


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
