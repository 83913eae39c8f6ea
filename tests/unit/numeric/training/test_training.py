"""Whole trainings: what is recorded, how they end, and that the two questions are kept apart."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from lesson.numeric import by_hand, training
from lesson.numeric.compare import Comparison, Kink, Verdict
from lesson.numeric.config import LIMITS, Config, Lane
from lesson.numeric.data import Normal, Sparse, cars
from lesson.numeric.program import ProgramError
from lesson.numeric.source import seven_lines
from lesson.numeric.training import History, Record, TooMuchWork, priced, run, train
from lesson.numeric.training.descent import Descent, Stretch

DOUBLE = Lane("float64")
SHORT = Config(steps=50)


def comparison(
    largest: list[float], relative: float, ulps: list[int], share: float, verdict: int
) -> Comparison:
    def steps(value: float) -> np.ndarray:
        return np.full(2, value)

    return Comparison(
        np.array(largest), steps(relative), np.array(ulps), steps(share), steps(verdict).astype(int)
    )


@pytest.fixture
def history() -> History:
    """Three steps of five, made up so that no number can be taken for another."""
    return History(
        config=Config(steps=5),
        loss={"by_hand": np.array([10.0, 11, 12]), "autograd": np.array([20.0, 21, 22.5])},
        weights_drift={"w1": np.array([30.0, 31, 32]), "b1": np.array([40.0, 41, 42])},
        gradients_drift={"w1": np.array([50.0, 51, 52]), "b1": np.array([60.0, 61, 62])},
        recorded=np.array([0, 2]),
        weights={},
        gradients={},
        local={
            "w1": comparison([70, 72], 0.25, [700, 702], 0.5, Verdict.ROUNDING),
            "b1": comparison([80, 82], 0.75, [800, 802], 1.5, Verdict.KINK),
        },
        kinks={},
        blew_up={},
        seconds=1.0,
    )


def test_each_column_of_the_table_is_what_it_says(history: History) -> None:
    """Local columns hold the largest absolute differences, and nothing where nothing was recorded."""
    table = pd.read_csv(io.StringIO(history.csv())).astype(object)
    columns = {name: values.where(values.notna(), None).tolist() for name, values in table.items()}
    assert columns == {
        "step": [0, 1, 2],
        "loss_by_hand": [10, 11, 12],
        "loss_autograd": [20, 21, 22.5],
        "drift_w1": [30, 31, 32],
        "drift_grad_w1": [50, 51, 52],
        "local_w1": [70, None, 72],
        "local_w1_ulps": [700, None, 702],
        "local_w1_verdict": ["rounding", None, "rounding"],
        "drift_b1": [40, 41, 42],
        "drift_grad_b1": [60, 61, 62],
        "local_b1": [80, None, 82],
        "local_b1_ulps": [800, None, 802],
        "local_b1_verdict": ["kink", None, "kink"],
    }


def test_the_largest_are_looked_for_in_all_that_there_is(history: History) -> None:
    assert history.verdict is Verdict.KINK
    assert history.largest_local == 82
    assert history.largest_share == 1.5
    assert history.largest_drift == 62
    assert replace(history, gradients_drift={"w1": np.zeros(3)}).largest_drift == 42
    # Losses drift, too, whichever lane's is the larger.
    none = {"w1": np.zeros(3)}
    assert replace(history, weights_drift=none, gradients_drift=none).largest_drift == 10.5
    turned = {"by_hand": history.loss["autograd"], "autograd": history.loss["by_hand"]}
    assert replace(history, loss=turned, weights_drift=none, gradients_drift=none).largest_drift == 10.5  # type: ignore[arg-type]


def test_a_training_is_finished_with_its_last_step_or_where_it_blew_up(history: History) -> None:
    assert history.steps == 3
    assert not history.finished
    assert replace(history, config=Config(steps=3)).finished
    assert replace(history, blew_up={"autograd": 3}).finished


class Silent:
    """In the place of a referee: finds a kink at every step, and keeps the weights of which it was asked."""

    reference = "autograd"

    def __init__(self) -> None:
        self.seen: list[float] = []

    def compare(self, stretches: dict[str, Stretch]) -> dict[str, Comparison]:
        steps = len(stretches["by_hand"].losses)
        zeros, kinks = np.zeros(steps), np.full(steps, Verdict.KINK)
        return dict.fromkeys(("w1", "b1", "w2", "b2"), Comparison(zeros, zeros, zeros, zeros, kinks))

    def kink_at(self, weights: np.ndarray) -> Kink:
        self.seen.append(float(weights[0]))
        return Kink(1, 2, 3.0)


def made_up(first: int, steps: int, lane: int, bad: int | None = None) -> Stretch:
    """Steps of a network of eleven numbers: losses from 100, weights from 200, gradients from 300, and 1000
    more in the second lane, but for w1's weights and b2's gradients ten and twenty thousand."""
    at = np.arange(first, first + steps, dtype=float)[:, None] + 1000 * lane
    weights, gradients = 200 + at + np.zeros(11), 300 + at + np.zeros(11)
    weights[:, 5] += 10_000 * lane
    gradients[:, 10] -= 20_000 * lane
    losses = 100 + at[:, 0]
    if bad is not None:
        losses[bad] = np.inf
    return Stretch(losses, weights.astype(np.float32), gradients.astype(np.float32))


def recorded(config: Config, referee: Silent, *stretches: tuple[int, int, int | None, int | None]) -> History:
    """A history of made-up stretches: first step, number of steps, and where each lane is not finite."""
    record = Record(config, {"by_hand": None, "autograd": None})  # type: ignore[dict-item]
    for first, steps, *bad in stretches:
        lanes = {
            name: made_up(first, steps, lane, bad[lane]) for lane, name in enumerate(("by_hand", "autograd"))
        }
        record.add(lanes, referee)  # type: ignore[arg-type]
    return record.history(seconds=7.0)


def test_what_is_recorded_stands_at_its_step_in_its_lane() -> None:
    referee = Silent()
    found = recorded(Config(steps=7), referee, (0, 3, None, None), (3, 2, None, None))
    assert (found.steps, found.seconds, found.finished) == (5, 7.0, False)
    assert found.loss["by_hand"].tolist() == [100, 101, 102, 103, 104]
    assert found.loss["autograd"].tolist() == [1100, 1101, 1102, 1103, 1104]
    assert found.recorded.tolist() == [0, 1, 2, 3, 4]
    assert found.weights["by_hand"][:, 0].tolist() == [200, 201, 202, 203, 204]
    assert found.gradients["autograd"][:, 0].tolist() == [1300, 1301, 1302, 1303, 1304]
    assert {name: drift.tolist() for name, drift in found.weights_drift.items()} == {
        "w1": [11_000] * 5, "b1": [1000] * 5, "w2": [1000] * 5, "b2": [1000] * 5
    }  # fmt: skip
    assert {name: drift.tolist() for name, drift in found.gradients_drift.items()} == {
        "w1": [1000] * 5, "b1": [1000] * 5, "w2": [1000] * 5, "b2": [19_000] * 5
    }  # fmt: skip
    assert found.kinks == dict.fromkeys(range(5), Kink(1, 2, 3.0))
    # The referee's reference is autograd here.
    assert referee.seen == [1200, 1201, 1202, 1203, 1204]
    assert [len(c.verdict) for c in found.local.values()] == [5] * 4


def test_a_history_ends_before_the_first_step_that_is_not_finite() -> None:
    config = Config(steps=9)
    found = recorded(config, Silent(), (0, 3, None, None), (3, 4, 2, None))
    assert (found.steps, found.blew_up) == (5, {"by_hand": 5})
    assert recorded(config, Silent(), (0, 4, 3, 1)).blew_up == {"autograd": 1}
    assert recorded(config, Silent(), (0, 4, 1, 1)).blew_up == {"by_hand": 1, "autograd": 1}
    assert recorded(config, Silent(), (0, 4, None, None)).blew_up == {}


def test_where_memory_holds_fewer_steps_every_third_is_kept_and_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A step of 11 weights and 11 gradients in both lanes, of four bytes in one and eight in the other."""
    config = Config(steps=11, autograd=DOUBLE)
    monkeypatch.setattr(training, "SNAPSHOT_BYTES", 4 * 2 * 11 * (4 + 8))
    found = recorded(config, Silent(), (0, 5, None, None), (5, 6, None, None))
    assert found.recorded.tolist() == list(found.kinks) == [0, 3, 6, 9, 10]
    assert found.weights["by_hand"][:, 0].tolist() == [200, 203, 206, 209, 210]
    assert found.gradients["autograd"][:, 0].tolist() == [1300, 1303, 1306, 1309, 1310]
    assert [found.weights["by_hand"].dtype, found.gradients["autograd"].dtype] == ["float32", "float64"]
    room = found.weights["by_hand"].base
    assert room is not None
    assert room.shape == (5, 11)
    monkeypatch.setattr(training, "SNAPSHOT_BYTES", 1)
    assert recorded(config, Silent(), (0, 11, None, None)).recorded.tolist() == [0, 6, 10]


def test_a_program_costs_what_its_price_says() -> None:
    plain = Config()
    assert priced(plain) is plain

    def program(more: str) -> str:
        return seven_lines().replace("2 * (out - y)", f"2 * (out - y) + 0 * {more}")

    cheap = priced(Config(program=seven_lines()))
    assert 0 < cheap.program_work < priced(Config(program=program("out"))).program_work
    # What is priced is the configured network: this one has no bias.
    with pytest.raises(ProgramError):
        priced(Config(program=program("b2"), bias=False))


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


def test_the_computing_time_adds_up_from_report_to_report() -> None:
    began = time.perf_counter()
    seconds = [history.seconds for history in run(Config(steps=100))]
    assert seconds[0] > 0
    assert len(seconds) > 1
    assert seconds == sorted(set(seconds))
    assert seconds[-1] < time.perf_counter() - began


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
