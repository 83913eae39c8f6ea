"""The witnesses notice what they can notice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.compare import Comparison, Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.wrong_gradients import witnesses
from lesson.numeric.experiments.wrong_gradients.witnesses import (
    LOOKS,
    STEPS,
    Witness,
    beside_autograd,
    cut,
    moved,
    start_on,
    stretched,
    trained,
)
from lesson.numeric.network import Params
from lesson.numeric.program import parse
from lesson.numeric.program.mistakes import COLLECTION, NOT_ZEROED
from lesson.numeric.source import seven_lines

LEAKY = Config(activation="leaky_relu", slope=0.1)
COMPARING: set[Witness] = {"finite", "autograd"}
NOTICED: dict[str, set[Witness]] = {
    "factor": COMPARING,
    "mean": COMPARING,
    "gradient-for-weight": COMPARING,
    "no-mask": COMPARING,
    "mask-of-signal": COMPARING,
    "or-equal": set(),
    "sum-all": COMPARING,
    "no-sum": {"shapes", *COMPARING},
    "precision": {"autograd"},
    "too-early": COMPARING,
    "not-zeroed": COMPARING,
}
DEPENDS: dict[str, set[Witness]] = {"not-zeroed": {"loss"}, "precision": {"finite"}}
"""The data decide whether accumulated gradients descend, and whether a difference of 1e-8 is seen."""


def noticed(testimony: witnesses.Testimony) -> set[Witness]:
    return {witness for witness, saw in testimony.noticed.items() if saw}


def comparison(verdicts: list[Verdict], relative: list[float]) -> Comparison:
    """With absolute differences, ulps and shares that would be noticed in the place of the relative ones."""
    far = 1000 + np.arange(len(verdicts))
    return Comparison(far, np.array(relative), far + 100, far + 200, np.array(verdicts))


SAME, ROUNDING, KINK, DIFFERENT = Verdict


def saw(
    finite: Mapping[str, Comparison],
    autograd: Mapping[str, Comparison],
    mistaken: tuple[float, ...] = (5, 4),
    complaint: str = "",
) -> witnesses.Testimony:
    losses = {"right": np.array([5.0, 1.0]), "mistaken": np.array(mistaken)}
    return witnesses.Testimony(losses, np.array([0, 1, 40]), finite, autograd, complaint)


QUIET = {"w1": comparison([SAME, ROUNDING, SAME], [0, 1e-9, 0]), "w2": comparison([SAME] * 3, [0] * 3)}
AT_KINK = {**QUIET, "w2": comparison([SAME, KINK, SAME], [0, 0.5, 0])}
LOUD = {**QUIET, "w2": comparison([SAME, KINK, DIFFERENT], [0, 0.5, 0.25])}


def test_finite_differences_forgive_a_kink_and_autograd_does_not() -> None:
    assert noticed(saw(QUIET, QUIET)) == set()
    assert noticed(saw(AT_KINK, QUIET)) == set()
    assert noticed(saw(QUIET, AT_KINK)) == {"autograd"}
    assert noticed(saw(LOUD, QUIET)) == {"finite"}


@pytest.mark.parametrize("mistaken", [(5, 5), (5, 6), (5, np.inf), (5, np.nan), (5, 1, 7)])
def test_the_loss_is_noticed_where_it_does_not_end_below_its_start(mistaken: tuple[float, ...]) -> None:
    assert noticed(saw(QUIET, QUIET, mistaken)) == {"loss"}
    assert noticed(saw(QUIET, QUIET, (5, 9, 4))) == set()


def test_where_torch_complains_everyone_notices_but_the_loss() -> None:
    found = saw({}, {}, complaint="output with shape [1, 2] doesn't match")
    assert noticed(found) == {"shapes", *COMPARING}
    assert found.largest == {"finite": np.inf, "autograd": np.inf}
    assert found.at_kink == 0


def test_the_first_step_is_the_first_at_which_autograd_has_another_gradient() -> None:
    assert saw(QUIET, QUIET).first is None
    assert saw(LOUD, QUIET).first is None
    assert saw(QUIET, AT_KINK).first == 1
    assert saw(QUIET, {"w1": comparison([SAME, SAME, DIFFERENT], [0, 0, 1])}).first == 40


def test_the_largest_is_relative_and_what_a_kink_explains_stands_apart() -> None:
    found = saw(LOUD, LOUD)
    assert found.largest == {"finite": 0.25, "autograd": 0.5}
    assert found.at_kink == 0.5
    # Of all parameters: the loud one first or last.
    turned = dict(reversed(LOUD.items()))
    assert saw(turned, turned).largest == found.largest
    assert saw(QUIET, QUIET).at_kink == 0
    assert saw(AT_KINK, QUIET).largest == {"finite": 1e-9, "autograd": 1e-9}


def test_finite_differences_look_at_the_first_two_steps_and_the_last_and_autograd_at_all() -> None:
    found = witnesses.testify("factor", Config(), False)
    evenly = {int(step * (STEPS - 1) / (LOOKS - 1)) for step in range(LOOKS)}
    assert found.steps.tolist() == sorted({0, 1, *evenly})
    assert {len(c.verdict) for c in found.autograd.values()} == {len(found.steps)} == {21}
    assert {len(c.verdict) for c in found.finite.values()} == {3}
    # Half of each gradient is missing: what it is off by says at which weights it was looked at.
    for name, by_finite in found.finite.items():
        by_autograd = found.autograd[name].largest[[0, 1, -1]]
        assert by_finite.largest == pytest.approx(by_autograd, rel=1e-6)
        assert found.autograd[name].relative == pytest.approx(0.5)
    assert len(found.losses["right"]) == len(found.losses["mistaken"]) == STEPS == 400


def test_a_training_goes_down_the_gradients_of_its_own_lines() -> None:
    task = start_on(Config(), on_kink=False)
    training = trained(parse(seven_lines()), task, 1e-4)
    start, gradients = training.looks[0]
    assert torch.equal(start.w1, task.params.w1)
    expected, right = by_hand.loss_and_gradients(*task)
    assert training.losses[0] == float(expected)
    assert torch.equal(gradients.w1, right.w1)
    after = training.looks[1][0]
    assert after.b2 is not None
    assert task.params.b2 is not None
    assert right.b2 is not None
    assert torch.equal(after.w1, task.params.w1 - 1e-4 * right.w1)
    assert torch.equal(after.b2, task.params.b2 - 1e-4 * right.b2)
    assert not training.complaint


def test_a_training_that_blows_up_ends_with_the_loss_that_is_not_finite() -> None:
    found = trained(parse(seven_lines()), start_on(Config(), on_kink=False), 10.0)
    assert 1 < len(found.losses) < STEPS
    assert np.isfinite(found.losses[:-1]).all()
    assert not np.isfinite(found.losses[-1])


def test_a_shape_that_does_not_fit_is_torchs_to_complain_of_in_its_first_line() -> None:
    lines = seven_lines().replace("grad_w1 = x.T @ grad_h", "grad_w1 = grad_h.T @ x")
    found = trained(parse(lines), start_on(Config(), on_kink=False), 1e-4)
    assert "shape" in found.complaint or "size" in found.complaint
    assert "\n" not in found.complaint
    assert len(found.losses) == len(found.looks) == 0


def test_a_gradient_is_stretched_to_its_parameter_as_broadcasting_would() -> None:
    params = Params(torch.zeros(2, 3), torch.zeros(1, 3), torch.zeros(3, 1), torch.zeros(1, 1))
    found = stretched([torch.ones(3), torch.tensor(2.0), torch.tensor([[3.0]]), torch.tensor([4.0])], params)
    assert [p.tolist() for p in found if p is not None] == [
        [[1, 1, 1]] * 2, [[2, 2, 2]], [[3]] * 3, [[4]]
    ]  # fmt: skip
    with pytest.raises(RuntimeError):
        stretched([torch.ones(3, 2), *found[1:]], params)
    down = moved(params, found, 0.5)
    assert [float(p.flatten()[0]) for p in down if p is not None] == [-0.5, -1, -1.5, -2]
    without = Params(params.w1, None, params.w2, None)
    assert moved(without, Params(found.w1, None, found.w2, None), 2.0).w2.tolist() == [[-6]] * 3


def test_autograd_forgives_rounding_in_float64_alone() -> None:
    task = start_on(Config(), on_kink=False)
    right = by_hand.gradients(*task)
    assert {c.verdict[0] for c in beside_autograd(task, right).values()} == {SAME}
    slightly = right.map(lambda p: p * (1 + 2.0**-51))
    assert {c.verdict[0] for c in beside_autograd(task, slightly).values()} == {ROUNDING}
    single = right.map(lambda p: p.float().double())
    assert {c.verdict[0] for c in beside_autograd(task, single).values()} == {DIFFERENT}


def test_on_the_kink_the_first_observation_and_all_biases_are_zero() -> None:
    for config in (Config(), Config(bias=False)):
        there, beside = (start_on(config, on_kink) for on_kink in (True, False))
        assert not there.x[0].any()
        assert beside.x[0].all()
        assert torch.equal(there.x[1:], beside.x[1:])
        assert torch.equal(there.params.w1, beside.params.w1)
        for bias, other in ((there.params.b1, beside.params.b1), (there.params.b2, beside.params.b2)):
            assert (bias is None) == (other is None) == (not config.bias)
            if bias is not None and other is not None:
                assert not bias.any()
                assert other.all()


def test_mistakes_are_studied_in_the_learners_network_cut_to_size() -> None:
    small = Config(Normal(5, 3, 2, 9), hidden=4, seed=9, bias=False)
    assert cut(small) == small
    large = cut(Config(Normal(8192, 256, 32, 9), hidden=1024, seed=9))
    assert large.sizes == (64, 32, 32, 32)
    assert large.source == Normal(*large.source.sizes, seed=9)


def test_each_mistake_has_its_witnesses() -> None:
    assert {known.name for known in COLLECTION} == NOTICED.keys()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", NOTICED)
def test_who_notices_what(name: str, seed: int) -> None:
    testimony = witnesses.testify(
        name, Config(Normal(64, 3, 1, seed), seed=seed, activation="leaky_relu", slope=0.1), False
    )
    assert noticed(testimony) - DEPENDS.get(name, set()) == NOTICED[name]


def test_only_the_kink_shows_the_wrong_side() -> None:
    for config in (Config(), LEAKY, Config(bias=False)):
        assert noticed(witnesses.testify("or-equal", config, False)) == set()
    for config in (Config(), LEAKY):
        testimony = witnesses.testify("or-equal", config, True)
        assert noticed(testimony) == {"autograd"}
        assert testimony.first == 0


@pytest.mark.parametrize("on_kink", [False, True])
@pytest.mark.parametrize("config", [Config(), LEAKY, Config(bias=False)])
def test_against_the_right_lines_nobody_testifies(
    config: Config, on_kink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The witnesses themselves raise no false alarm."""
    from lesson.numeric.program.mistakes import Mistake

    monkeypatch.setattr(witnesses, "COLLECTION", (Mistake("none", {}),))
    testimony = witnesses.testify("none", config, on_kink)
    assert noticed(testimony) == set()
    assert testimony.largest["autograd"] == 0


def test_precision_is_no_mistake_with_relu() -> None:
    assert noticed(witnesses.testify("precision", Config(), False)) == set()


def test_gradients_that_are_not_zeroed_are_right_once() -> None:
    task = start_on(Config(), on_kink=False)
    right, mistaken = (trained(parse(text), task, 1e-4) for text in (seven_lines(), NOT_ZEROED.text))
    assert np.array_equal(right.losses[:2], mistaken.losses[:2])
    assert right.losses[2] != mistaken.losses[2]
    assert witnesses.testify("not-zeroed", Config(), False).first == 1


def test_what_the_page_says_of_the_notebooks_sum_holds() -> None:
    """On the default network the wrong sum ends below the right lines."""
    losses = witnesses.testify("sum-all", Config(), False).losses
    assert losses["mistaken"][-1] < losses["right"][-1]


def test_the_right_lines_are_the_trainings_own() -> None:
    from lesson.numeric.config import Lane
    from lesson.numeric.training import train

    config = Config(steps=STEPS, by_hand=Lane("float64"), autograd=Lane("float64"))
    expected = train(config).loss["by_hand"]
    assert np.allclose(witnesses.testify("factor", config, False).losses["right"], expected, rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_the_largest_network_is_heard_as_any_other(bias: bool) -> None:
    config = Config(Normal(8192, 256, 32), 1024, bias=bias)
    assert max(cut(config).sizes) <= 64
    # Without bias there is less that can be new, and nothing to sum.
    for name in NOTICED if bias else ("factor", "no-sum", "precision"):
        no_mistake = name == "precision" or (name == "no-sum" and not bias)
        expected = set() if no_mistake else NOTICED[name]
        assert noticed(witnesses.testify(name, config, False)) - {"loss"} == expected


@pytest.mark.parametrize("bias", [True, False])
def test_the_smallest_network_is_heard_though_it_hides_most(bias: bool) -> None:
    """Of one number the sum is the number; with biases its only unit is silent: few lines count."""
    config = Config(Normal(1, 1, 1), 1, bias=bias)
    for name in NOTICED if bias else ("factor", "no-sum", "precision"):
        counts = name in ("factor", "no-mask", "not-zeroed")
        assert noticed(witnesses.testify(name, config, False)) == (COMPARING if counts else set())


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_what_a_kink_explains_is_told_apart(activation: str) -> None:
    config = Config(activation=activation)
    on_kink = witnesses.testify("or-equal", config, True)
    assert on_kink.at_kink > 0.01
    assert on_kink.largest["finite"] < 1e-8
    assert on_kink.largest["autograd"] > 0.01
    beside = witnesses.testify("factor", config, False)
    assert beside.at_kink == 0
    assert beside.largest["finite"] == pytest.approx(0.5, abs=1e-6)
