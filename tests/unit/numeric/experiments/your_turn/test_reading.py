"""What cannot be read is told, and the other lines are judged."""

from __future__ import annotations

from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.source import seven_lines


def test_lines_that_cannot_be_read_are_told_and_the_others_judged() -> None:
    text = f"import numpy as np\n{seven_lines()}\nloss.backward()\nif x:\n    y = 2\n    grad_w1 = 0"
    corrected = correct(text, Config())
    assert [(error.line, error.reason) for error in corrected.errors] == [
        (1, "import"),
        (9, "backward"),
        (10, "no-assignment"),
    ]
    assert {answer.state for answer in corrected.answers.values()} == {"right"}
    assert not corrected.solved
    assert corrected.next is None
