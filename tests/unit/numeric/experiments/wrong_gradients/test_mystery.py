"""The notebook's mystery has one culprit."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.numeric.experiments.wrong_gradients import mystery


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
