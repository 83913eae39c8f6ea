"""A step that is wrong does not hold."""

from __future__ import annotations

from sympy import Add

from lesson.symbolic import matrix_form
from lesson.symbolic.derivation import Step


def test_a_wrong_step_does_not_hold() -> None:
    step = matrix_form.derive("grad_w1", 3, 3, 2, 1)[3]
    wrong = Step(step.id, step.about, step.left, Add(step.left, step.left), step.rule)
    assert not wrong.holds()
