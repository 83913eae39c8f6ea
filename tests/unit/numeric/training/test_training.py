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
from lesson.numeric.config import LANES, LIMITS, Config, Lane
from lesson.numeric.data import Normal, Sine, Sparse, cars
from lesson.numeric.finite import third_witness
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import activation_of, start_of
from lesson.numeric.training import History, TooMuchWork, curves, run, train
from lesson.numeric.training.descent import Descent, Stretch
from lesson.numeric.training.fit import fitted

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


def test_a_wrong_gradient_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook's mistake, planted: b1's gradient summed over the hidden units too."""
    right = by_hand.backward

    def summed_over_everything(*args: object) -> object:
        found = right(*args)  # type: ignore[arg-type]
        assert found.b1 is not None
        return found._replace(b1=found.b1.sum().expand_as(found.b1))

    monkeypatch.setattr(by_hand, "backward", summed_over_everything)
    history = train(SHORT)
    assert history.verdict is Verdict.DIFFERENT
    assert {name for name, c in history.local.items() if c.verdict.max() == Verdict.DIFFERENT} == {"b1"}


def test_every_step_follows_its_gradient() -> None:
    history = train(SHORT)
    for name in LANES:
        weights, gradients = history.weights[name], history.gradients[name]
        moved = weights[1:] - weights[:-1]
        np.testing.assert_allclose(moved, -SHORT.learning_rate * gradients[:-1], rtol=1e-2, atol=2e-7)
        start = flatten(start_of(SHORT, torch.float32)).numpy()
        np.testing.assert_array_equal(weights[0], start)
    data = SHORT.source.load()
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    params = unflatten(torch.from_numpy(history.weights["by_hand"][30]), start_of(SHORT, torch.float32))
    loss, found = by_hand.loss_and_gradients(x, y, params, activation_of(SHORT))
    assert float(loss) == history.loss["by_hand"][30]
    np.testing.assert_array_equal(flatten(found).numpy(), history.gradients["by_hand"][30])


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


@pytest.mark.parametrize("outputs", [9, 10, 20, 32])
def test_one_unit_and_one_observation_are_identical_too(outputs: int) -> None:
    """Where autograd multiplies two single rows the other way round; see flat.aligned."""
    for seed in range(20):
        config = Config(Normal(1, 1, outputs, seed), hidden=1, seed=seed, steps=20)
        assert train(config).verdict is Verdict.IDENTICAL


def test_the_third_witness_agrees() -> None:
    history = train(SHORT)
    found = third_witness(SHORT, history.weights["by_hand"][-1], history.gradients["by_hand"][-1])
    assert {c.verdict[0] for c in found.values()} == {Verdict.ROUNDING}
    wrong = third_witness(SHORT, history.weights["by_hand"][-1], 2 * history.gradients["by_hand"][-1])
    assert {c.verdict[0] for c in wrong.values()} == {Verdict.DIFFERENT}
    wide = replace(SHORT, hidden=1000)
    assert third_witness(wide, *np.zeros((2, 5001), np.float32)) == {}


def test_the_history_as_a_table() -> None:
    rows = list(csv.DictReader(io.StringIO(train(SHORT).csv())))
    assert len(rows) == 50
    assert rows[0]["loss_by_hand"] == rows[0]["loss_autograd"]
    assert {row["local_w1_verdict"] for row in rows} == {"identical"}


def test_curves_keep_ends_and_peaks() -> None:
    history = train(Config(steps=1001, autograd=DOUBLE))
    losses = curves.losses(history)
    assert (losses.steps[0], losses.steps[-1]) == (0, 1000)
    assert len(losses.steps) <= curves.POINTS
    local = curves.local(history)
    assert max(v.max() for v in local.drawn.values()) == history.largest_share
    assert len(local.steps) <= curves.POINTS + 2
    peaks = curves.peaks({"w1": np.zeros(10_000)})
    assert peaks[0] == 0
    assert peaks[-1] == 9_999


def test_the_fit_of_a_sine() -> None:
    config = Config(source=Sine(64), hidden=8, steps=300, learning_rate=1e-4)
    history = train(config)
    fit = fitted(history, -1)
    np.testing.assert_allclose(fit.by_hand, fit.autograd)
    nearest = np.abs(fit.grid[:, None] - fit.x).argmin(0)
    loss = float(((fit.by_hand[nearest] - fit.y) ** 2).sum())
    assert loss == pytest.approx(history.loss["by_hand"][-1], rel=0.1)


def test_matrices_of_one_step() -> None:
    history: History = train(SHORT)
    found = curves.matrices(history, 3, "w2")
    assert {m.shape for m in found.values()} == {(2, 1)}
    np.testing.assert_array_equal(found["difference"], 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_lanes_on_cpu_and_gpu() -> None:
    history = train(Config(steps=200, autograd=Lane("float64", "cuda")))
    assert history.verdict <= Verdict.KINK
    assert history.steps == 200
