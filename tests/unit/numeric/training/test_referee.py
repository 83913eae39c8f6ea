"""What differs at the same weights: a kink is named, and a mistake is seen in its own parameter alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.compare import Kink, Verdict
from lesson.numeric.config import Config, Lane, LaneName
from lesson.numeric.data import Data, Normal
from lesson.numeric.flat import flatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params
from lesson.numeric.rounding import allowance
from lesson.numeric.training import descent, train
from lesson.numeric.training.descent import Descent, Stretch
from lesson.numeric.training.referee import Referee
from tests.harness.memory import growth

SHORT = Config(steps=50)


@dataclass(frozen=True)
class Ones:
    """A single observation whose inputs are all one."""

    sizes = (1, 3, 1)

    def load(self) -> Data:
        x, y = np.ones((1, 3), np.float32), np.full((1, 1), 5, np.float32)
        return Data(x, y, ("x1", "x2", "x3"), ("y1",), 1)


def test_a_step_that_meets_the_kink_names_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With these weights float32 sees h = 0, and float64 h > 0."""

    def almost_cancelling(_: Config, dtype: torch.dtype, device: str) -> Params:
        w1 = torch.tensor([[1.0], [2.0**-25], [-1.0]], dtype=dtype, device=device)
        return Params(w1, None, torch.ones(1, 1, dtype=dtype, device=device), None)

    monkeypatch.setattr(descent, "start_of", almost_cancelling)
    history = train(Config(Ones(), hidden=1, bias=False, steps=1, autograd=Lane("float64")))
    assert history.verdict is Verdict.KINK
    assert history.kinks == {0: Kink(0, 0, 2.0**-25)}


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


SINGLE, DOUBLE = torch.float32, torch.float64


@dataclass
class Asked:
    """In the place of a lane: keeps the weights at which it was asked, and answers with their negatives."""

    dtype: torch.dtype
    asked: list[list[float]] = field(default_factory=list)

    def gradients_at(self, weights: np.ndarray) -> np.ndarray:
        self.asked += weights.tolist()
        return -weights


def referee(config: Config, by_hand: torch.dtype, autograd: torch.dtype) -> Referee:
    lanes: dict[LaneName, Asked] = {"by_hand": Asked(by_hand), "autograd": Asked(autograd)}
    return Referee(config, config.source.load(), cast(dict[LaneName, Descent], lanes))


def asked(referee: Referee, name: LaneName) -> list[list[float]]:
    return cast(Asked, referee.lanes[name]).asked


def stretch(*steps: tuple[float, float]) -> Stretch:
    """Steps of a network of two weights: the first of the weights, the first of the gradients; the second
    weight and gradient are one."""
    weights, gradients = np.array(steps).T
    ones = np.ones_like(weights)
    return Stretch(ones, np.stack([weights, ones], 1), np.stack([gradients, ones], 1))


TINY = Config(Normal(1, 1, 1), hidden=1, bias=False)


@pytest.mark.parametrize(
    ("by_hand", "autograd", "reference"),
    [
        (SINGLE, SINGLE, "by_hand"),
        (SINGLE, DOUBLE, "by_hand"),
        (DOUBLE, SINGLE, "autograd"),
        (DOUBLE, DOUBLE, "by_hand"),
    ],
)
def test_the_finer_lane_is_asked_again_at_the_weights_of_the_coarser(
    by_hand: torch.dtype, autograd: torch.dtype, reference: LaneName
) -> None:
    """And only where the lanes are apart: at the second of two steps."""
    judge = referee(TINY, by_hand, autograd)
    found = judge.compare({"by_hand": stretch((7, 3), (8, 3)), "autograd": stretch((7, 4), (9, 3))})
    other: LaneName = "autograd" if reference == "by_hand" else "by_hand"
    weight = 8.0 if reference == "by_hand" else 9.0
    assert asked(judge, reference) == []
    assert asked(judge, other) == [[weight, 1]]
    # At the first step as recorded; at the second the answer is the weight's negative.
    assert found["w1"].largest.tolist() == [1, 3 + weight]
    assert found["w2"].largest.tolist() == [0, 2]


def test_what_was_recorded_stays_as_it_was() -> None:
    judge = referee(TINY, SINGLE, SINGLE)
    other = stretch((9, 3))
    judge.compare({"by_hand": stretch((8, 3)), "autograd": other})
    assert other.gradients.tolist() == [[3, 1]]


@pytest.mark.parametrize("dtypes", [(SINGLE, SINGLE), (SINGLE, DOUBLE), (DOUBLE, SINGLE), (DOUBLE, DOUBLE)])
def test_a_difference_is_measured_by_what_rounding_explains_there(
    dtypes: tuple[torch.dtype, torch.dtype],
) -> None:
    """At the second of two steps one entry is off, by half of its bound: a share of one half."""
    config = Config(Normal(5, 3, 2), hidden=4)
    task = task_of(config, DOUBLE)
    weights = np.stack([flatten(task.params).numpy()] * 2)
    bound = flatten(allowance(*task, dtypes).rounding).numpy()
    right = np.zeros((2, config.parameters))
    wrong = right.copy()
    wrong[1, -1] = bound[-1] / 2
    same = np.ones(2)
    found = referee(config, *dtypes).compare(
        {"by_hand": Stretch(same, weights, right), "autograd": Stretch(same, weights, wrong)}
    )
    assert {name: c.share.tolist() for name, c in found.items()} == {
        "w1": [0, 0], "b1": [0, 0], "w2": [0, 0], "b2": [0, pytest.approx(0.5)]
    }  # fmt: skip
    assert found["b2"].verdict.tolist() == [Verdict.IDENTICAL, Verdict.ROUNDING]


@dataclass(frozen=True)
class NearZero:
    """With the weights below: far from zero, near only where inputs are small, and two that nearly cancel."""

    sizes = (4, 2, 1)

    def load(self) -> Data:
        x = np.array([[1, 1 + 2**-21], [2**-60, 0], [2 + 2**-22, -1], [5, 1]], np.float32)
        return Data(x, np.ones((4, 1), np.float32), ("x1", "x2"), ("y1",), 4)


def test_the_kink_is_the_nearest_of_those_that_rounding_cannot_tell_from_zero() -> None:
    """The units are x1 - x2 and x1 + 2 x2, the output their sum."""
    weights = np.array([1, 1, -1, 2, 1, 1], np.float32)
    judge = referee(Config(NearZero(), hidden=2, bias=False), SINGLE, SINGLE)
    assert judge.kink_at(weights) == Kink(observation=2, unit=1, h=2.0**-22)


@pytest.mark.parametrize(
    ("rows", "hidden", "steps"), [(64, 2, 2**11), (7, 5, 2**18 // 35), (256, 1024, 1), (2048, 1024, 1)]
)
def test_the_bounds_of_so_many_steps_are_worked_out_at_once_as_memory_holds(
    rows: int, hidden: int, steps: int
) -> None:
    """A quarter of a million pre-activations at once, and one step at least."""
    assert referee(Config(Normal(rows, 3, 1), hidden=hidden), SINGLE, SINGLE).bounds_at_once == steps


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's own peak of a process")
@pytest.mark.parametrize("asked", ["bounds_at(weights[None])", "kink_at(weights)"])
def test_the_largest_network_is_judged_in_little_memory(asked: str) -> None:
    """A single tensor of (batch, hidden) would take 64 MiB, and the bound needs a dozen."""
    before = (
        "import numpy as np\nfrom tests.unit.numeric.training.test_referee import *\n"
        "config = Config(Normal(8192, 1, 8), hidden=1024)\n"
        "judge = referee(config, DOUBLE, SINGLE)\n"
        "weights = np.zeros(config.parameters)\n"
        "referee(Config(), SINGLE, SINGLE).bounds_at(np.zeros((1, Config().parameters)))"
    )
    assert growth(before, f"judge.{asked}") < 60
