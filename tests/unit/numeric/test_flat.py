"""All parameters as one vector, in which the second layer begins where a tensor of its own would."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given

from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.flat import aligned, flatten, stacked, unflatten
from lesson.numeric.network import init_params
from lesson.numeric.training import train
from tests.harness.networks import Case, cases, tensors


@given(cases(largest=6))
def test_the_parameters_are_views_into_their_vector(case: Case) -> None:
    vector = flatten(case.params)
    parts = unflatten(vector, case.params)
    for part, parameter in zip(tensors(parts), tensors(case.params), strict=True):
        assert torch.equal(part, parameter)
    vector.zero_()
    assert not any(part.any() for part in tensors(parts))
    assert flatten(case.params).any()


@given(cases(largest=20))
def test_the_second_layer_begins_where_a_tensor_of_its_own_would(case: Case) -> None:
    vector = flatten(case.params)
    copy = aligned(vector, case.params)
    assert torch.equal(copy, vector)
    assert unflatten(copy, case.params).w2.data_ptr() % 64 == 0


@pytest.mark.parametrize("outputs", [9, 10, 20, 32])
def test_one_unit_and_one_observation_are_identical_too(outputs: int) -> None:
    """Where autograd multiplies two single rows the other way round; see flat.aligned."""
    for seed in range(20):
        config = Config(Normal(1, 1, outputs, seed), hidden=1, seed=seed, steps=20)
        assert train(config).verdict is Verdict.IDENTICAL


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("count", [1, 3])
def test_parameters_of_many_trainings_lie_on_top_of_each_other(count: int, bias: bool) -> None:
    many = [init_params(3, 2, 4, bias=bias, seed=seed) for seed in range(count)]
    pile = stacked(many)
    assert pile.w1.shape == (count, 3, 2)
    assert (pile.b1 is None) == (pile.b2 is None) == (not bias)
    for number, one in enumerate(many):
        assert torch.equal(flatten(pile.map(lambda p, number=number: p[number])), flatten(one))  # type: ignore[misc]
