"""Whole trainings: what is recorded, how they end, and that the two questions are kept apart."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand, training
from lesson.numeric.compare import Verdict
from lesson.numeric.config import LIMITS, Config, Lane
from lesson.numeric.data import Normal, Sparse, cars
from lesson.numeric.training import TooMuchWork, run, train
from lesson.numeric.training.descent import Descent, Stretch

DOUBLE = Lane("float64")
SHORT = Config(steps=50)


@pytest.mark.parametrize("lane", [Lane(), DOUBLE], ids=lambda lane: lane.dtype)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_the_notebooks_setting_is_identical_at_every_step(lane: Lane, activation: str) -> None:
    history = train(Config(by_hand=lane, autograd=lane, activation=activation))
    assert history.steps == len(history.recorded) == 1001
    assert history.verdict is Verdict.IDENTICAL
    assert history.largest_drift == history.largest_local == 0
    assert history.loss["by_hand"][-1] < 0.7 * history.loss["by_hand"][0]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("lanes", [(Lane(), DOUBLE), (DOUBLE, Lane())], ids=["32-64", "64-32"])
def test_mixed_precision_is_local_rounding_and_drifts(lanes: tuple[Lane, Lane], bias: bool) -> None:
    history = train(Config(by_hand=lanes[0], autograd=lanes[1], bias=bias))
    assert len(history.recorded) == 1001
    verdicts = np.array([c.verdict for c in history.local.values()])
    kinks = np.flatnonzero((verdicts == Verdict.KINK).any(0))
    assert (verdicts <= Verdict.KINK).all()
    assert [history.recorded[row] for row in kinks] == list(history.kinks)
    assert 0 < history.largest_local < 1e-3
    assert all(drift[0] == 0 and drift[-1] > 0 for drift in history.weights_drift.values())


def test_local_and_drift_are_two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lane that starts elsewhere drifts from the first step on, and its gradients are still right."""
    advance = Descent.advance

    def elsewhere(self: Descent, steps: int) -> Stretch:
        if self.loss_and_gradients is by_hand.loss_and_gradients and not hasattr(self, "moved"):
            self.moved = True  # type: ignore[attr-defined]
            with self.bookkeeping():
                self.flat.add_(0.3)
        return advance(self, steps)

    monkeypatch.setattr(Descent, "advance", elsewhere)
    history = train(replace(SHORT, by_hand=DOUBLE, autograd=DOUBLE))
    assert history.verdict <= Verdict.ROUNDING
    assert min(drift[0] for drift in history.weights_drift.values()) == pytest.approx(0.3)


def test_a_training_reports_and_can_be_left() -> None:
    reports = []
    for history in run(Config(steps=20_000)):
        reports.append(history)
        if len(reports) == 3:
            break
    assert [h.finished for h in reports] == [False] * 3
    assert 0 < reports[0].steps < reports[1].steps < reports[2].steps < 20_000
    whole = train(Config(steps=reports[2].steps))
    np.testing.assert_array_equal(reports[2].loss["autograd"], whole.loss["autograd"])


def test_a_run_that_blows_up_stops_there_and_says_where() -> None:
    history = train(Config(learning_rate=1.0))
    assert history.finished
    assert history.blew_up == {"by_hand": history.steps, "autograd": history.steps}
    assert 0 < history.steps < 10
    assert all(np.isfinite(loss).all() for loss in history.loss.values())
    assert all(np.isfinite(found).all() for found in history.gradients.values())
    # float64 would go on where float32 has ended.
    mixed = train(Config(learning_rate=1.0, autograd=DOUBLE))
    assert mixed.blew_up == {"by_hand": mixed.steps}


def test_large_networks_keep_evenly_spaced_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SNAPSHOT_BYTES", 10_000)
    history = train(Config(steps=1001))
    assert history.steps == 1001
    assert len(history.recorded) * 2 * 2 * 11 * 4 <= 10_000 + 2 * 2 * 11 * 4
    assert history.recorded[0] == 0
    assert history.recorded[-1] == 1000
    assert len(set(np.diff(history.recorded[:-1]))) == 1
    assert history.verdict is Verdict.IDENTICAL


def test_too_much_work_is_refused_before_it_starts() -> None:
    huge = Config(source=Normal(8192, 256, 32), hidden=1024, steps=20_000)
    assert 1 <= huge.affordable_steps < 20_000
    with pytest.raises(TooMuchWork):
        next(run(huge))
    assert Config(steps=LIMITS["steps"][1]).affordable_steps >= LIMITS["steps"][1]


@pytest.mark.parametrize(
    ("config"),
    [
        Config(source=Normal(1, 1, 1), hidden=1, steps=1),
        Config(source=Normal(1, 1, 1), hidden=1, steps=1, bias=False, autograd=DOUBLE),
        Config(source=Normal(1, 1, 20), hidden=1, steps=20, autograd=DOUBLE),
        Config(source=Normal(5, 256, 32), hidden=1024, steps=2, learning_rate=1e-7, autograd=DOUBLE),
        Config(source=Sparse(64, 3, 1, 0, 1.0), bias=False, steps=20, autograd=DOUBLE),
        Config(source=cars(8192, 0), hidden=7, steps=20, learning_rate=1e-6),
    ],
    ids=["smallest", "smallest-mixed", "one-unit", "widest", "all-zeros", "cars"],
)
def test_extreme_sizes(config: Config) -> None:
    history = train(config)
    assert history.steps == config.steps
    assert history.verdict <= Verdict.KINK


def test_the_history_as_a_table() -> None:
    rows = list(csv.DictReader(io.StringIO(train(SHORT).csv())))
    assert len(rows) == 50
    assert rows[0]["loss_by_hand"] == rows[0]["loss_autograd"]
    assert {row["local_w1_verdict"] for row in rows} == {"identical"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_lanes_on_cpu_and_gpu() -> None:
    history = train(Config(steps=200, autograd=Lane("float64", "cuda")))
    assert history.verdict <= Verdict.KINK
    assert history.steps == 200
