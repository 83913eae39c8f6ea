"""Trainings through flips: which way is best, and that each network goes its own."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.numeric.experiments.bernoulli_gate.gate_training import EVERY, RUNS, STEPS, trained, ways
from lesson.numeric.experiments.bernoulli_gate.gates import Gated, expected


def test_training_through_torchs_zero_is_worst_and_the_exact_gradient_best() -> None:
    last = {name: trained(Gated(), way)[:, -1] for name, way in ways(0.5).items()}
    for name, losses in last.items():
        assert losses.shape == (RUNS,)
        if name != "naive":
            # A sign test over the seeds: 17 of 20 by chance has p < 0.002.
            assert (losses < last["naive"]).sum() >= 17
    assert min(last, key=lambda name: float(np.median(last[name]))) == "exactly"


def test_many_at_once_are_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from lesson.numeric.experiments.bernoulli_gate import gate_training

    together = trained(Gated(), expected)
    assert together.shape == (RUNS, STEPS // EVERY)
    monkeypatch.setattr(gate_training, "RUNS", 1)
    assert np.allclose(trained(Gated(seed=7), expected)[0], together[7], rtol=1e-2)
