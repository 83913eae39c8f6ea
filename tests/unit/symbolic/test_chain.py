"""The chain rule gives the number that every other way gives."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import factor

from lesson.numeric.config import Config, Entry
from lesson.numeric.data import Normal
from lesson.numeric.experiments.chain_rule import Moment, moment
from lesson.symbolic import chain
from lesson.symbolic.typeset import asked

PARAMETERS = ["w1", "b1", "w2", "b2"]


def numbers_of(found: Moment, parameter: str, row: int, column: int) -> list[float]:
    values = chain.numbers(parameter, row, column, found)
    paths = chain.paths(parameter, row, column, len(found.passed.y))
    product = math.fsum(math.prod(chain.value(step, values) for step in path) for path in paths)
    whole = chain.derivative_of_whole_loss(parameter, row, column, found)
    return [product, whole, found.derivative.by_hand, found.derivative.autograd, found.derivative.finite]


@settings(max_examples=60)
@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from(["relu", "leaky_relu"]),
    st.integers(0, 9999),
    st.sampled_from(PARAMETERS),
    st.floats(-2, 2),
    st.data(),
)
def test_the_same_number_six_ways(
    inputs: int,
    hidden: int,
    outputs: int,
    bias: bool,
    activation: str,
    seed: int,
    parameter: str,
    moved: float,
    data: st.DataObject,
) -> None:
    config = Config(
        Normal(3, inputs, outputs, seed),
        hidden=hidden,
        bias=bias,
        activation=activation,
        slope=0.1,
        seed=seed,
    )
    assume(parameter in config.shapes)
    rows, columns = config.shapes[parameter]
    place = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    found = moment(config, Entry(parameter, *place), moved)
    product, *others, finite = numbers_of(found, parameter, *place)
    for other in others:
        assert other == pytest.approx(product, rel=1e-9, abs=1e-9)
    if not found.derivative.kink_in_reach:
        assert finite == pytest.approx(product, rel=1e-6, abs=1e-6)


def test_every_factor_of_a_chain_holds_and_is_asked_for_by_name() -> None:
    (path,) = chain.paths("w1", 1, 0, 1)
    assert [step.rule for step in path] == ["power", "linear", "activation", "linear"]
    assert all(step.holds() for step in path)
    assert asked(path[0], {}) == r"\frac{\partial L}{\partial o_{1}}"
    assert len(chain.paths("b1", 0, 0, 3)) == 3
    assert len(chain.paths("w2", 0, 2, 3)) == len(chain.paths("b2", 0, 2, 3)) == 1


def test_paths_share_their_first_factor_if_they_share_their_output() -> None:
    """With two outputs there are two such factors, whatever entry one asks about."""
    entries = [("w1", 1, 0), ("b1", 0, 1), ("w2", 0, 0), ("w2", 1, 1), ("b2", 0, 0), ("b2", 0, 1)]
    first = {path[0].right for entry in entries for path in chain.paths(*entry, outputs=2)}
    assert first == {factor(2 * (chain.o(k) - chain.y(k))) for k in (0, 1)}
    through_both = chain.paths("w1", 0, 0, outputs=2)
    assert len({path[0].right for path in through_both}) == 2
