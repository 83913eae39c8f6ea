"""The notebook's mystery has one culprit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.experiments.wrong_gradients import mystery
from lesson.numeric.network import Activation, Params


def case(seed: int) -> mystery.Case:
    return mystery.case({name: mystery.run(seed, name) for name in mystery.RUNS})


@pytest.mark.parametrize("seed", [0, 1, 7, 9999])
def test_the_notebooks_mystery_is_the_sum(seed: int) -> None:
    gaps = case(seed).gaps
    assert gaps["mended"] == 0
    assert gaps["float32"] > 1e-2
    assert gaps["float64"] == pytest.approx(gaps["float32"], rel=0.02)


def test_runs_side_by_side_are_the_runs_alone() -> None:
    together = mystery.final_leads(3)
    assert len(together) == mystery.SEEDS
    alone = [case(seed).apart["float32"][-1] for seed in (3, 8)]
    np.testing.assert_allclose(together[[0, 5]], alone, rtol=1e-3)


def test_a_case_sets_each_suspect_beside_autograd_in_its_own_precision() -> None:
    runs = {name: np.array([0.0, number]) for number, name in enumerate(mystery.RUNS, start=1)}
    runs |= {"by hand": np.array([0.0, 10.0]), "by hand in float64": np.array([-50.0, 20.0])}
    found = mystery.case(runs)
    assert found.by_hand.tolist() == [0, 10]
    assert found.autograd.tolist() == [0, 1]
    # Autograd's losses are 1, in float64 2; mended is the fifth run.
    assert {name: apart.tolist() for name, apart in found.apart.items()} == {
        "float32": [0, 9],
        "float64": [-50, 18],
        "mended": [0, 4],
    }
    assert found.gaps == {"float32": 9, "float64": 50, "mended": 4}


def test_the_first_losses_are_those_of_the_start_and_of_one_step_down() -> None:
    x, y, *tensors = mystery.start(7, torch.float64)
    params = Params(*tensors)
    loss, gradients = by_hand.loss_and_gradients(x, y, params, Activation.relu())
    after = Params(*(p - 1e-4 * g for p, g in zip(params, gradients, strict=True)))  # type: ignore[operator, arg-type]
    expected = [float(loss), float(by_hand.loss_and_gradients(x, y, after, Activation.relu())[0])]
    for summed in (None, mystery.over_the_batch):
        found = mystery.losses([7], summed, torch.float64)
        assert found.shape == (1, mystery.STEPS) == (1, 1001)
        assert found[0, :2] == pytest.approx(expected, rel=1e-12)


def test_the_notebook_sums_over_everything_where_each_unit_has_its_own_sum() -> None:
    gradient = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert mystery.over_everything(gradient).tolist() == [[21]]
    assert mystery.over_the_batch(gradient).tolist() == [[9, 12]]
    assert mystery.over_the_batch(torch.stack([gradient, -gradient])).tolist() == [[[9, 12]], [[-9, -12]]]
