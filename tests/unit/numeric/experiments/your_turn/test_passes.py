"""What cannot run leaves the other lines alone."""

from __future__ import annotations

import pytest

from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.source import seven_lines
from tests.harness.programs import NUMPY_COURSE

LUCKY = "(a*grad_out).sum(0).unsqueeze(1)"


def test_what_cannot_run_elsewhere_leaves_the_lines_below_alone() -> None:
    corrected = correct(seven_lines().replace("a.T @ grad_out", LUCKY), Config())
    assert {n: a.state for n, a in corrected.answers.items() if a.state != "right"} == {
        "grad_w2": "elsewhere"
    }
    lucky = corrected.answers["grad_w2"]
    assert lucky.elsewhere == (5, 4, 3, 2)
    assert lucky.failure
    assert lucky.failure.facts["sizes"] == "5×3 * 5×2"
    assert not corrected.errors
    assert not corrected.solved


@pytest.mark.parametrize(
    ("wrong", "state"),
    [
        ("grad_out @ w2", "fails"),
        ("w2 @ grad_out.T", "wrong"),
        ("grad_out @@ w2", "fails"),
        ("q @ w2.T", "fails"),
    ],
)
def test_below_a_line_that_gives_nothing_each_is_judged_as_if_it_were_right(wrong: str, state: str) -> None:
    answers = correct(seven_lines().replace("grad_out @ w2.T", wrong), Config()).answers
    assert {n: a.state for n, a in answers.items() if a.state != "right"} == {"grad_a": state}
    assert {n for n, a in answers.items() if a.waits_for == 4} == {"grad_h", "grad_w1", "grad_b1"}
    assert {n for n, a in answers.items() if a.judged is None} >= {"grad_h", "grad_w1", "grad_b1"}
    broken = seven_lines().replace("grad_out @ w2.T", wrong).replace("x.T @ grad_h", "x.T @ grad_a")
    assert correct(broken, Config()).answers["grad_w1"].mistake == "gate-skipped"


def test_what_waits_for_a_name_that_means_nothing_is_not_blamed() -> None:
    corrected = correct("q = a @ out\ngrad_w2 = q.T\ngrad_b2 = (2 * (out - y)).sum(0)", Config())
    assert [error.line for error in corrected.errors] == [1]
    assert (corrected.answers["grad_w2"].state, corrected.answers["grad_w2"].waits_for) == ("waits", 1)
    assert corrected.answers["grad_b2"].state == "right"


def test_where_a_nameless_line_cannot_run_elsewhere_what_is_made_of_it_says_why() -> None:
    corrected = correct("q = (a * (2 * (out - y))).sum(0)\ngrad_w2 = q.unsqueeze(1)", Config())
    answer = corrected.answers["grad_w2"]
    assert (answer.state, answer.elsewhere) == ("elsewhere", (5, 4, 3, 2))
    assert answer.failure
    assert answer.failure.facts["sizes"] == "5×3 * 5×2"


def test_what_does_not_fit_is_told_also_below_what_cannot_run() -> None:
    corrected = correct("grad_out = q\ngrad_w2 = a @ grad_out", Config())
    assert [(error.line, error.reason) for error in corrected.errors] == [
        (1, "undefined-nearest"),
        (2, "inner-sizes"),
    ]
    assert (corrected.answers["grad_w2"].state, corrected.answers["grad_w2"].waits_for) == ("fails", 1)


def test_a_name_that_is_used_anew_is_no_update_that_came_too_early() -> None:
    """The course calls h what we call a."""
    answers = correct(NUMPY_COURSE.replace("<=", ">"), Config()).answers
    assert {name: a.mistake for name, a in answers.items() if not a.right} == {"grad_h": "mask-reversed"}
