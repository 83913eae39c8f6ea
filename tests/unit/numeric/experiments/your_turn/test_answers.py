"""A line is judged given what stands above it, and each mistake is called by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest

from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.program.mistakes import OFTEN_WRITTEN, Mistake
from lesson.numeric.source import LINES, seven_lines
from tests.harness.exercises import CONFIGS, HALF, HALF_WITH_OTHER_NAMES, LEAKY
from tests.harness.programs import DIALECTS, NUMPY_COURSE


@pytest.mark.parametrize("dialect", ["notebook", "pytorch-example"])
def test_a_mask_that_lets_the_signal_through_at_zero_is_right_with_a_remark(dialect: str) -> None:
    corrected = correct(DIALECTS[dialect], Config(bias=dialect == "notebook"))
    assert [a.name for a in corrected.answers.values() if a.at_kink] == ["grad_h"]
    assert not [a for a in correct(NUMPY_COURSE, Config()).answers.values() if a.at_kink]


@pytest.mark.parametrize("known", OFTEN_WRITTEN, ids=lambda m: "-".join((*m.lines, m.name)))
@pytest.mark.parametrize("sizes", ["default", "smallest"])
def test_a_mistake_is_called_by_its_name_in_its_line(known: Mistake, sizes: str) -> None:
    """Also where the learner's own network is so small that the mistake hides."""
    config = LEAKY if sizes == "default" else Config(Normal(1, 1, 1), 1, activation="leaky_relu", slope=0.1)
    corrected = correct(known.text, config)
    (line,) = known.lines
    assert not corrected.solved
    assert corrected.next
    assert [answer.name for answer in corrected.answers.values() if not answer.right] == [line]
    assert corrected.answers[line].mistake == known.name


def test_what_fits_by_luck_fails_elsewhere() -> None:
    one_unit = Config(Normal(64, 3, 1), hidden=1)
    answer = correct(seven_lines().replace("grad_h.sum(0, keepdim=True)", "grad_h.sum() + 0 * b1"), one_unit)
    found = answer.answers["grad_b1"]
    assert found.judged
    assert found.judged.verdict <= Verdict.ROUNDING
    assert found.elsewhere == (5, 4, 3, 2)
    assert not answer.solved
    sized = correct(seven_lines().replace("keepdim=True)", "keepdim=True).view(1, 1)", 1), one_unit)
    assert not sized.solved
    assert sized.answers["grad_b2"].elsewhere == (5, 4, 3, 2)


@pytest.mark.parametrize("text", [HALF, HALF_WITH_OTHER_NAMES])
def test_an_error_flows_downstream_and_stays_in_its_line(text: str) -> None:
    """Line 1 is wrong. The others are right, given line 1, and their values are off as it is."""
    for config in (LEAKY, CONFIGS["no-bias"], replace(LEAKY, source=Normal(1, 1, 1), hidden=1)):
        first, *others = correct(text if config.bias else without_bias(text), config).answers.values()
        assert (first.state, first.mistake, first.factor) == ("wrong", "factor", 0.5)
        assert {answer.state for answer in others} == {"right"}
        assert not any(answer.at_kink for answer in others)
        for answer in (first, *others):
            assert answer.judged
            assert answer.judged.factor == pytest.approx(0.5, abs=1e-12)


def without_bias(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "b1 =" not in line and "b2 =" not in line)


def test_a_wrong_line_on_which_others_rest_may_have_any_size() -> None:
    """Not only a constant factor is followed downstream."""
    for wrong in ("(out - y) ** 2", "out", "2 * (out - y) + 1e-3 * y"):
        answers = correct(seven_lines().replace("2 * (out - y)", wrong), LEAKY).answers
        assert [name for name, answer in answers.items() if answer.state != "right"] == ["grad_out"]
        for answer in answers.values():
            assert answer.judged
            assert answer.judged.verdict == Verdict.DIFFERENT


def test_what_only_makes_up_for_a_wrong_line_is_told_apart() -> None:
    text = HALF.replace("a.T @ grad_out", "2 * a.T @ grad_out")
    answers = correct(text, Config()).answers
    assert {n: a.state for n, a in answers.items() if a.state != "right"} == {
        "grad_out": "wrong",
        "grad_w2": "makes-up",
    }
    residual = "e = out - y\ngrad_w2 = 2 * a.T @ e\ngrad_w1 = x.T @ (2 * e @ w2.T * activation.derivative(h))"
    assert correct(residual, CONFIGS["no-bias"]).solved


def test_a_line_that_computes_the_wrong_line_anew_is_right() -> None:
    text = HALF.replace("a.T @ grad_out", "a.T @ (2 * (out - y))")
    answer = correct(text, Config()).answers["grad_w2"]
    assert answer.state == "right"
    assert answer.judged
    assert answer.judged.verdict <= Verdict.ROUNDING


def test_a_signal_that_nobody_needs_any_more_is_not_asked_for() -> None:
    corrected = correct("grad_w2 = a.T @ (2 * (out - y))\ngrad_b2 = (out - y).sum(0)", Config())
    assert corrected.answers["grad_out"].state == "spared"
    assert corrected.next
    assert corrected.next.name == "grad_b2"
    assert corrected.next.factor == pytest.approx(0.5)
    alone = correct("grad_w2 = 2 * a.T @ out", Config())
    assert alone.answers["grad_out"].state == "missing"


def test_a_factor_is_named_whatever_stands_below() -> None:
    corrected = correct(seven_lines().replace("2 * (out - y)", "(y - out) * 7"), Config())
    assert [name for name, answer in corrected.answers.items() if not answer.right] == ["grad_out"]
    assert corrected.answers["grad_out"].factor == pytest.approx(-3.5)
    assert not corrected.solved


def test_the_largest_difference_is_found_and_placed() -> None:
    shifted = correct(seven_lines().replace("x.T @ grad_h", "x.T @ grad_h + w1 * 1e-3"), Config())
    judged = shifted.answers["grad_w1"].judged
    assert judged
    assert judged.difference is not None
    row, column = judged.cell
    assert abs(judged.difference[row - 1, column - 1]) == judged.largest > 0


def test_every_pair_of_mistakes_is_found() -> None:
    """Two wrong lines at once: each is named, as each line finds above it what should be there."""
    wrong: Mapping[str, str] = {"grad_out": "factor", "grad_h": "no-mask", "grad_b1": "sum-all"}
    known = {(line, m.name): m.lines[line] for m in OFTEN_WRITTEN for line in m.lines}
    right = dict(zip(LINES, seven_lines().splitlines(), strict=True))
    for one, two in product(wrong, wrong):
        text = "\n".join((right | {line: known[line, wrong[line]] for line in (one, two)}).values())
        answers = correct(text, LEAKY).answers
        assert {name: a.mistake for name, a in answers.items() if not a.right} == {
            line: wrong[line] for line in (one, two)
        }
