"""Finite differences agree within what their rounding explains, or name the kink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from lesson.numeric import by_hand, finite
from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.finite import FiniteDifferences, finite_differences, loss_error, third_witness
from lesson.numeric.flat import flatten
from lesson.numeric.network import Activation, Params, Task
from lesson.numeric.rounding import allowance
from lesson.numeric.training import train
from tests.harness.networks import Case, cases, example


@settings(max_examples=150)
@given(cases(largest=5, dtypes=(torch.float64,)))
def test_finite_differences_agree_or_name_the_kink(case: Case) -> None:
    differences = finite_differences(*case)
    rounding = flatten(allowance(*case, (torch.float64, torch.float64)).rounding) + flatten(differences.error)
    difference = (flatten(differences.gradients) - flatten(by_hand.gradients(*case))).abs()
    within = difference <= rounding
    assert bool((within | flatten(differences.crossed)).all())


def test_a_nudge_across_the_kink_is_recognised() -> None:
    params = Params(torch.tensor([[1e-6]]), None, torch.tensor([[1.0]]), None)
    differences = finite_differences(torch.ones(1, 1), torch.zeros(1, 1), params, Activation.relu())
    assert bool(differences.crossed.w1.all())
    assert not bool(differences.crossed.w2.any())


SHORT = Config(steps=50)


def test_the_third_witness_agrees() -> None:
    history = train(SHORT)
    comparisons = third_witness(SHORT, history.weights["by_hand"][-1], history.gradients["by_hand"][-1])
    assert {c.verdict[0] for c in comparisons.values()} == {Verdict.ROUNDING}
    wrong = third_witness(SHORT, history.weights["by_hand"][-1], 2 * history.gradients["by_hand"][-1])
    assert {c.verdict[0] for c in wrong.values()} == {Verdict.DIFFERENT}
    wide = replace(SHORT, hidden=1000)
    assert third_witness(wide, *np.zeros((2, 5001), np.float32)) == {}


def table(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def test_how_far_rounding_can_move_the_loss_is_worked_out_on_paper() -> None:
    """The largest residuals are 7 and 4, 13 and 8; 1 + 3 terms in the layers, two for each of the four
    residuals, and 8 more."""
    size = Params(table([1, 2, 1]), table([1, 0, 0]), table([1, 0], [1, 0], [1, 2]), table([1, 0]))
    task = Task(table([1], [-2]), table([-1, 2], [3, -4]), size, Activation.relu())
    expected = (1 + 3 + 2 * 4 + 8) * 2.0**-53 * (49 + 16 + 169 + 64)
    assert float(loss_error(task, size)) == pytest.approx(expected, rel=1e-12)


def test_the_nudge_grows_with_its_entry_and_the_error_shrinks_with_it() -> None:
    """-3 is moved by 4 / 2^13, -1/2 by 1 / 2^13; twelve roundings of the largest loss within reach."""
    params = Params(table([-3]), None, table([-0.5]), None)
    found = finite_differences(table([-1]), table([0]), params, Activation.relu())
    loss = ((3 + 2.0**-11) * (0.5 + 2.0**-13)) ** 2
    assert float(found.error.w1) == pytest.approx(12 * 2.0**-53 * loss * 2**11, rel=1e-12)
    assert float(found.error.w2) == pytest.approx(12 * 2.0**-53 * loss * 2**13, rel=1e-12)
    # (w1 w2)^2 = 9/4 has the slopes 2 w1 w2^2 and 2 w1^2 w2.
    assert float(found.gradients.w1) == pytest.approx(-1.5, abs=float(found.error.w1))
    assert float(found.gradients.w2) == pytest.approx(-9, abs=float(found.error.w2))


@pytest.mark.parametrize(("w1", "crossed"), [(-1, False), (-0.5, True), (0.5, True), (1, True), (1.5, False)])
def test_a_unit_is_on_the_other_side_where_h_is_positive(w1: float, crossed: bool) -> None:
    """w1 in nudges: at -1 and 1 an end lies on the kink itself, which counts as below."""
    params = Params(table([w1 * finite.NUDGE]), None, table([1]), None)
    found = finite_differences(table([1]), table([0]), params, Activation.relu())
    assert bool(found.crossed.w1) == crossed


def moved(task: Task, by: float, error: float, crossed: bool) -> FiniteDifferences:
    """Finite differences that are off by so much in each entry, and say that they may be by their error."""
    right = by_hand.gradients(*task)
    return FiniteDifferences(
        right.map(lambda p: p + by),
        right.map(lambda p: torch.full_like(p, crossed, dtype=torch.bool)),
        right.map(lambda p: torch.full_like(p, error)),
    )


@pytest.mark.parametrize(
    ("by", "crossed", "verdict"),
    [
        (0.005, False, Verdict.ROUNDING),
        (0.02, False, Verdict.DIFFERENT),
        (0.02, True, Verdict.KINK),
        (1e9, True, Verdict.KINK),
    ],
)
def test_they_may_be_off_by_their_error_and_at_a_kink_by_anything(
    by: float, crossed: bool, verdict: Verdict
) -> None:
    x, y, params, activation = example()
    task = Task(x.double(), y.double(), params.map(torch.Tensor.double), activation)
    found = moved(task, by, 0.01, crossed).compare(task, by_hand.gradients(*task))
    assert {c.verdict[0] for c in found.values()} == {verdict}
    # In float64 rounding is nothing beside a hundredth.
    assert [c.share[0] for c in found.values()] == pytest.approx([by / 0.01] * 4, rel=1e-7)


def test_a_gradient_in_float32_may_be_off_by_its_own_rounding_too() -> None:
    x, y, params, activation = example()
    task = Task(x.double(), y.double(), params.map(torch.Tensor.double), activation)
    single = by_hand.gradients(*task).map(torch.Tensor.float)
    found = moved(task, 0.0, 0.0, False).compare(task, single)
    assert {c.verdict[0] for c in found.values()} == {Verdict.ROUNDING}


@pytest.mark.parametrize(("most", "at_once"), [(40, 3), (24, 2), (23, 1), (5, 1)])
def test_as_many_forward_passes_are_made_at_once_as_memory_holds(
    most: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four observations with three units each; a number takes eight bytes."""
    assert finite.NUMBERS_AT_ONCE * 8 == 8 * 2**20
    together = []

    quotients = finite.quotients

    def counted(task: Task, weights: torch.Tensor, moves: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        together.append(len(moves))
        return quotients(task, weights, moves)

    monkeypatch.setattr(finite, "quotients", counted)
    monkeypatch.setattr(finite, "NUMBERS_AT_ONCE", most)
    finite_differences(torch.ones(4, 3), torch.ones(4, 1), example(hidden=3).params, Activation.relu())
    assert together[0] == max(together) == at_once
    assert sum(together) == 3 * 3 + 3 + 3 + 1


def test_a_learner_does_not_wait_for_the_third_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two forward passes for each of 32 weights, of 7 observations through 5 units to 3 + 2 others."""
    assert finite.MOST_WORK == 200_000_000
    config = Config(Normal(7, 3, 2), hidden=5)
    vectors = np.ones((2, 32), np.float32)
    work = 2 * 32 * 7 * 5 * (3 + 2)
    monkeypatch.setattr(finite, "MOST_WORK", work)
    assert third_witness(config, *vectors).keys() == {"w1", "b1", "w2", "b2"}
    monkeypatch.setattr(finite, "MOST_WORK", work - 1)
    assert third_witness(config, *vectors) == {}


def test_where_the_loss_is_beyond_float64_the_third_witness_is_silent() -> None:
    assert third_witness(SHORT, np.full(11, 1e200), np.ones(11)) == {}
