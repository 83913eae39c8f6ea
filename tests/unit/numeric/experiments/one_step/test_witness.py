"""What each witness says of one cell is what its own module says of all."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.numeric import autograd, by_hand
from lesson.numeric.config import Config, Entry
from lesson.numeric.data import Normal
from lesson.numeric.experiments.one_step import witness
from lesson.numeric.experiments.one_step.values import recorded, task_at
from lesson.numeric.finite import finite_differences

CONFIG = Config(source=Normal(16, 3, 2, 1), steps=11, activation="leaky_relu", slope=0.2)


@pytest.mark.parametrize(
    "entry", [Entry("w1", 2, 1), Entry("b1", 0, 0), Entry("w2", 1, 1), Entry("b2", 0, 1)]
)
def test_each_witness_speaks_of_this_cell(entry: Entry) -> None:
    weights = recorded(CONFIG).weights[1]
    task = task_at(CONFIG, weights)
    said = witness.testify(CONFIG, weights, entry)

    def cell(gradients: object) -> float:
        return float(getattr(gradients, entry.parameter)[entry.row, entry.column])

    assert said.by_hand == cell(by_hand.gradients(*task))
    assert said.autograd == cell(autograd.gradients(*task))
    finite = finite_differences(*task)
    assert said.kink == bool(cell(finite.crossed))
    assert said.finite == pytest.approx(cell(finite.gradients), rel=1e-9)
    ours, theirs = said.shapes
    assert ours == theirs == CONFIG.shapes[entry.parameter]


def test_the_loss_falls_where_one_weight_moves_down_its_gradient() -> None:
    weights = recorded(CONFIG).weights[0]
    before, after = witness.testify(CONFIG, weights, Entry("w1", 0, 0)).losses
    slope = witness.testify(CONFIG, weights, Entry("w1", 0, 0)).by_hand
    assert after < before
    assert before - after == pytest.approx(CONFIG.learning_rate * slope**2, rel=0.05)


def test_a_witness_asks_about_no_other_cell() -> None:
    weights = recorded(CONFIG).weights[0]
    found = {witness.testify(CONFIG, weights, Entry("w1", row, 0)).finite for row in range(3)}
    assert len(found) == 3
    assert np.isfinite(list(found)).all()
