"""Gradcheck finds out what is wrong, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lesson.numeric.experiments.bernoulli_gate import functions
from lesson.numeric.snippet import run


@pytest.mark.parametrize(
    ("snippet", "passes"),
    [
        (functions.checked, True),
        (functions.checked_forgetful, False),
        (functions.checked_straight_through, False),
    ],
)
def test_gradcheck_passes_what_is_right_alone(snippet: Callable[..., None], passes: bool) -> None:
    ran = run(snippet)
    assert ran.output == ("True" if passes else "")
    assert ran.error.startswith("GradcheckError: Jacobian mismatch") != passes
