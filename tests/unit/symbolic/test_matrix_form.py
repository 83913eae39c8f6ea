"""Every step of the matrix form holds."""

from __future__ import annotations

import pytest

from lesson.symbolic import matrix_form


@pytest.mark.parametrize("line", ["grad_w1", "grad_w2", "grad_a"])
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (64, 3, 2, 1), (4, 4, 4, 4)], ids=str)
def test_every_step_holds(line: str, sizes: tuple[int, int, int, int]) -> None:
    steps = matrix_form.derive(line, *sizes)
    assert len(steps) >= 4
    assert all(step.holds() for step in steps)


def test_the_bias_steps_hold() -> None:
    steps = matrix_form.derive_bias(64, 3, 2)
    assert len(steps) == 3
    assert all(step.holds() for step in steps)
