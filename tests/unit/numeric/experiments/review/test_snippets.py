"""What runs for a question without a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from lesson.numeric.experiments.review import snippets
from lesson.numeric.optimizers import BY_HAND
from lesson.numeric.snippet import run


def last(snippet: Callable[..., None], *arguments: object) -> str:
    ran = run(snippet, *arguments)
    assert not ran.error
    return ran.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("other", "word"), [(12.0, "identical"), (12.000003, "rounding"), (12.000006, "different")]
)
def test_a_difference_is_put_down_to_rounding_up_to_its_bound(other: float, word: str) -> None:
    assert last(snippets.verdict, 12.0, other, 0.000005) == word


@pytest.mark.parametrize(("name", "number"), [("w1", 12), ("b1", 12), ("w2", 3), ("b2", 3)])
def test_paths_are_counted_through_each_observation_and_output(name: str, number: int) -> None:
    assert last(snippets.paths, 3, 5, 2, 4, name) == str(number)


def test_gradients_add_up_while_nothing_sets_them_to_zero() -> None:
    assert run(snippets.accumulated, 1.0, [(2, 0), (3, -1)]).output == "8.0\n32.0"


def test_momentum_goes_on_where_the_gradient_has_ended() -> None:
    assert float(last(snippets.steps_of, 0.0, BY_HAND["momentum"](1.0), [10.0, 0.0])) == -19.0


def test_zero_is_silent() -> None:
    assert last(snippets.silent, torch.tensor([[0.0, 1.0, -1.0], [-2.0, -1.0, -3.0]])) == "2"


def test_a_row_and_a_column_broadcast_to_a_matrix() -> None:
    assert last(snippets.broadcast, torch.zeros(3, 1), torch.zeros(2)) == "(3, 2)"
