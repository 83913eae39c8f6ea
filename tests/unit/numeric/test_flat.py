"""A vector in which each parameter begins where autograd's own would."""

from __future__ import annotations

import pytest

from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.training import train


@pytest.mark.parametrize("outputs", [9, 10, 20, 32])
def test_one_unit_and_one_observation_are_identical_too(outputs: int) -> None:
    """Where autograd multiplies two single rows the other way round; see flat.aligned."""
    for seed in range(20):
        config = Config(Normal(1, 1, outputs, seed), hidden=1, seed=seed, steps=20)
        assert train(config).verdict is Verdict.IDENTICAL
