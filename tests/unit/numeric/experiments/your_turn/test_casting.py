"""Which line plays which role, whatever it is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.source import LINES, seven_lines
from tests.harness.exercises import CONFIGS, LEAKY
from tests.harness.programs import DIALECTS, NUMPY_COURSE, PYTORCH_EXAMPLE


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["default", "smallest", "largest"])
def test_what_stands_in_public_is_judged_line_by_line(name: str, dialect: str) -> None:
    config = replace(CONFIGS[name], bias=dialect != "pytorch-example")
    indented = "\n".join(f"    {line}" for line in DIALECTS[dialect].splitlines())
    for text in (DIALECTS[dialect], indented):
        corrected = correct(text, config)
        assert corrected.solved
        assert not corrected.errors
        assert not corrected.forward
        assert {answer.state for answer in corrected.answers.values()} == {"right"}
        if name != "smallest":
            own = {answer.name: answer.written for answer in corrected.answers.values()}
            assert own == {role: OWN_NAMES[dialect][role] for role in own}


OWN_NAMES = {
    dialect: dict(zip(LINES, names.split(), strict=True))
    for dialect, names in {
        "notebook": "dloss_dout grad_w2 grad_b2 grad_h_relu grad_h_relu grad_w1 grad_b1",
        "pytorch-example": "grad_y_pred grad_w2 - grad_h_relu grad_h grad_w1 -",
        "numpy-course": "dout dW2 db2 dh dh dW1 db1",
        "manual-backprop": "dlogits dw2 db2 da dh dw1 db1",
    }.items()
}


def test_a_gradient_under_a_name_that_no_training_knows_has_to_be_renamed() -> None:
    corrected = correct(seven_lines().replace("grad_b2", "second_bias"), Config())
    assert not corrected.solved
    assert corrected.next
    assert (corrected.next.name, corrected.next.state, corrected.next.written) == (
        "grad_b2",
        "renamed",
        "second_bias",
    )


def test_a_forward_pass_of_another_network_is_told_and_the_lines_judged_by_it() -> None:
    corrected = correct(PYTORCH_EXAMPLE, Config())
    assert [(a.written, a.mistake) for a in corrected.forward] == [
        ("h", "forward-no-bias"),
        ("y_pred", "forward-no-bias"),
    ]
    states = {name: answer.state for name, answer in corrected.answers.items()}
    assert {name for name, state in states.items() if state == "missing"} == {"grad_b1", "grad_b2"}
    assert set(states.values()) == {"right", "missing"}
    leaky = correct(NUMPY_COURSE, LEAKY)
    assert [(a.written, a.mistake) for a in leaky.forward] == [("h", "forward-relu")]


def test_names_may_mean_something_else() -> None:
    """A solution that calls its own things grad_a and grad_h is a solution."""
    text = """
    grad_h = 2 * (out - y)
    grad_a = (grad_h @ w2.T) * activation.derivative(h)
    grad_w2 = a.T @ grad_h
    grad_b2 = grad_h.sum(0)
    grad_w1 = x.T @ grad_a
    grad_b1 = grad_a.sum(0)
    """
    assert correct(text, LEAKY).solved


def test_names_may_mean_something_else_also_beside_a_wrong_line() -> None:
    """Here grad_a holds what has passed the gate, and is no wrong grad_a."""
    text = """
    grad_h = 2 * (out - y)
    grad_a = (grad_h @ w2.T) * activation.derivative(h)
    grad_w2 = a.T @ grad_h
    grad_b2 = grad_h.sum(0)
    grad_w1 = x.T @ grad_a
    grad_b1 = grad_a.sum()
    """
    answers = correct(text, LEAKY).answers
    assert {name: a.mistake for name, a in answers.items() if not a.right} == {"grad_b1": "sum-all"}
    assert (answers["grad_out"].written, answers["grad_h"].written) == ("grad_h", "grad_a")


def test_a_mask_on_a_wrong_signal_is_not_taken_for_the_signal() -> None:
    twice = DIALECTS["notebook"].replace("dloss_dout.mm(w2.t())", "dloss_dout.mm(w2.t()) * 2")
    answers = correct(twice, Config()).answers
    assert {name: a.factor for name, a in answers.items() if not a.right} == {"grad_a": 2.0}
