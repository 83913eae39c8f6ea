"""The witnesses notice what they can notice."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.wrong_gradients.witnesses import (
    STEPS,
    Testimony,
    Witness,
    cut,
    start_on,
    testify,
    trained,
)
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


def noticed(testimony: Testimony) -> set[Witness]:
    return {witness for witness, saw in testimony.noticed.items() if saw}


def test_each_mistake_has_its_witnesses() -> None:
    assert {known.name for known in COLLECTION} == NOTICED.keys()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", NOTICED)
def test_who_notices_what(name: str, seed: int) -> None:
    testimony = testify(
        name, Config(Normal(64, 3, 1, seed), seed=seed, activation="leaky_relu", slope=0.1), False
    )
    assert noticed(testimony) - DEPENDS.get(name, set()) == NOTICED[name]


def test_only_the_kink_shows_the_wrong_side() -> None:
    for config in (Config(), LEAKY, Config(bias=False)):
        assert noticed(testify("or-equal", config, False)) == set()
    for config in (Config(), LEAKY):
        testimony = testify("or-equal", config, True)
        assert noticed(testimony) == {"autograd"}
        assert testimony.first == 0


@pytest.mark.parametrize("on_kink", [False, True])
@pytest.mark.parametrize("config", [Config(), LEAKY, Config(bias=False)])
def test_against_the_right_lines_nobody_testifies(
    config: Config, on_kink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The witnesses themselves raise no false alarm."""
    from lesson.numeric.experiments.wrong_gradients import witnesses
    from lesson.numeric.program.mistakes import Mistake

    monkeypatch.setattr(witnesses, "COLLECTION", (Mistake("none", {}),))
    testimony = testify("none", config, on_kink)
    assert noticed(testimony) == set()
    assert testimony.largest["autograd"] == 0


def test_precision_is_no_mistake_with_relu() -> None:
    assert noticed(testify("precision", Config(), False)) == set()


def test_gradients_that_are_not_zeroed_are_right_once() -> None:
    task = start_on(Config(), on_kink=False)
    right, mistaken = (trained(parse(text), task, 1e-4) for text in (seven_lines(), NOT_ZEROED.text))
    assert np.array_equal(right.losses[:2], mistaken.losses[:2])
    assert right.losses[2] != mistaken.losses[2]
    assert testify("not-zeroed", Config(), False).first == 1


def test_what_the_page_says_of_the_notebooks_sum_holds() -> None:
    """On the default network the wrong sum ends below the right lines."""
    losses = testify("sum-all", Config(), False).losses
    assert losses["mistaken"][-1] < losses["right"][-1]


def test_the_right_lines_are_the_trainings_own() -> None:
    from lesson.numeric.config import Lane
    from lesson.numeric.training import train

    config = Config(steps=STEPS, by_hand=Lane("float64"), autograd=Lane("float64"))
    expected = train(config).loss["by_hand"]
    assert np.allclose(testify("factor", config, False).losses["right"], expected, rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_the_largest_network_is_heard_as_any_other(bias: bool) -> None:
    config = Config(Normal(8192, 256, 32), 1024, bias=bias)
    assert max(cut(config).sizes) <= 64
    # Without bias there is less that can be new, and nothing to sum.
    for name in NOTICED if bias else ("factor", "no-sum", "precision"):
        no_mistake = name == "precision" or (name == "no-sum" and not bias)
        expected = set() if no_mistake else NOTICED[name]
        assert noticed(testify(name, config, False)) - {"loss"} == expected


@pytest.mark.parametrize("bias", [True, False])
def test_the_smallest_network_is_heard_though_it_hides_most(bias: bool) -> None:
    """Of one number the sum is the number; with biases its only unit is silent: few lines count."""
    config = Config(Normal(1, 1, 1), 1, bias=bias)
    for name in NOTICED if bias else ("factor", "no-sum", "precision"):
        counts = name in ("factor", "no-mask", "not-zeroed")
        assert noticed(testify(name, config, False)) == (COMPARING if counts else set())


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_what_a_kink_explains_is_told_apart(activation: str) -> None:
    config = Config(activation=activation)
    on_kink = testify("or-equal", config, True)
    assert on_kink.at_kink > 0.01
    assert on_kink.largest["finite"] < 1e-8
    assert on_kink.largest["autograd"] > 0.01
    beside = testify("factor", config, False)
    assert beside.at_kink == 0
    assert beside.largest["finite"] == pytest.approx(0.5, abs=1e-6)
