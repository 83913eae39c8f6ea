"""The networks on which a program is tried."""

from __future__ import annotations

import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.compare import Verdict
from lesson.numeric.experiments.your_turn.networks import LARGEST, PROBES, ROLES, own_sizes, tried_on
from tests.harness.exercises import CONFIGS


@pytest.mark.parametrize("name", CONFIGS)
def test_what_has_to_come_out_is_what_the_seven_lines_give(name: str) -> None:
    networks, kink = tried_on(CONFIGS[name])
    for network in (*networks, kink):
        gradients = by_hand.gradients(*network.task)
        for parameter, gradient in gradients._asdict().items():
            if gradient is not None:
                assert network.verdict(gradient, f"grad_{parameter}") == Verdict.IDENTICAL
        expected = ROLES if network.bias else [role for role in ROLES if not role.startswith("grad_b")]
        assert set(network.right) == set(expected)


def test_on_the_probes_no_two_sizes_are_the_same() -> None:
    assert all(len(set(sizes)) == 4 for sizes in PROBES)
    assert own_sizes((8192, 3, 1024, 32)) == (LARGEST[0], 3, LARGEST[2], 32)


def test_on_the_kink_a_whole_observation_is_exactly_zero() -> None:
    _, kink = tried_on(CONFIGS["default"])
    assert torch.equal(kink.right["h"][0], torch.zeros(3, dtype=torch.float64))
    assert kink.right["h"][1:].abs().min() > 0


def test_a_row_may_lack_its_dimension_of_one_and_no_other_shape_fits() -> None:
    (network, *_), _ = tried_on(CONFIGS["default"])
    row = network.right["grad_b1"]
    assert network.fits(row[0], "grad_b1")
    assert not network.fits(row.T, "grad_b1")
    assert not network.fits(row * (1 + 1e-9), "grad_b1")
    assert not network.fits(None, "grad_b1")
