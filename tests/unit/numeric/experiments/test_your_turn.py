"""The exercise: what is right passes however it is written, and each mistake is called by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.program.mistakes import COLLECTION, OFTEN_WRITTEN, Mistake
from lesson.numeric.source import LINES, seven_lines
from tests.harness.programs import DIALECTS, NOTEBOOK_AS_IT_STANDS, NUMPY_COURSE, PARTS, PYTORCH_EXAMPLE

LEAKY = Config(activation="leaky_relu", slope=0.1)
CONFIGS = {
    "default": Config(),
    "leaky": LEAKY,
    "no-bias": Config(bias=False),
    "smallest": Config(Normal(1, 1, 1, 0), hidden=1),
    "largest": Config(Normal(8192, 256, 32, 0), hidden=1024),
}


def ways(count: int) -> list[str]:
    """Differently written correct solutions: each way to write a line is in at least one of them."""
    random = Random(0)
    return [
        "\n".join(
            f"{name} = {written[number] if number < len(written) else random.choice(written)}"
            for name, written in PARTS.items()
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_correct_solutions_pass_however_they_are_written(config: Config) -> None:
    for text in [seven_lines(), *ways(12)]:
        corrected = correct(text, config)
        assert corrected.solved, text
        assert not corrected.errors
        assert all(answer.right for answer in corrected.answers.values())


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


@pytest.mark.parametrize("dialect", ["notebook", "pytorch-example"])
def test_a_mask_that_lets_the_signal_through_at_zero_is_right_with_a_remark(dialect: str) -> None:
    corrected = correct(DIALECTS[dialect], Config(bias=dialect == "notebook"))
    assert [a.name for a in corrected.answers.values() if a.at_kink] == ["grad_h"]
    assert not [a for a in correct(NUMPY_COURSE, Config()).answers.values() if a.at_kink]


def test_the_two_missing_sums_of_the_notebook_are_found() -> None:
    corrected = correct(NOTEBOOK_AS_IT_STANDS, Config())
    wrong = {answer.name: answer.mistake for answer in corrected.answers.values() if not answer.right}
    assert wrong == {"grad_b2": "no-sum", "grad_b1": "no-sum"}
    assert not corrected.solved
    assert not corrected.errors
    mended = NOTEBOOK_AS_IT_STANDS.replace("grad_b2 = dloss_dout", "grad_b2 = dloss_dout.sum(0)")
    assert correct(mended.replace("grad_b1 = grad_h_1", "grad_b1 = grad_h_1.sum(0)"), Config()).solved


def test_the_seven_lines_are_identical_to_autograd() -> None:
    for config in CONFIGS.values():
        answers = correct(seven_lines(), config).answers
        assert len(answers) == (7 if config.bias else 5)
        for answer in answers.values():
            assert answer.judged
            assert answer.judged.verdict == Verdict.IDENTICAL


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


@pytest.mark.parametrize("known", COLLECTION, ids=lambda m: m.name)
def test_the_collection_of_the_next_chapter_is_caught_too(known: Mistake) -> None:
    corrected = correct(known.text, LEAKY)
    if known.name == "or-equal":
        assert corrected.solved
        assert [answer.name for answer in corrected.answers.values() if answer.at_kink] == ["grad_h"]
    elif known.name == "not-zeroed":
        assert {error.reason for error in corrected.errors} == {"undefined"}
    else:
        assert not corrected.solved
        assert corrected.next
        assert corrected.next.mistake == known.name


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


HALF = seven_lines().replace("2 * (out - y)", "out - y")
HALF_WITH_OTHER_NAMES = """
d = out - y
down2 = a.T @ d
dW2 = down2
db2 = d.sum(0)
back = d @ w2.T
gated = back * activation.derivative(h)
dW1 = x.T @ gated
db1 = gated.sum(0)
"""


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


def test_a_gradient_under_a_name_that_no_training_knows_has_to_be_renamed() -> None:
    corrected = correct(seven_lines().replace("grad_b2", "second_bias"), Config())
    assert not corrected.solved
    assert corrected.next
    assert (corrected.next.name, corrected.next.state, corrected.next.written) == (
        "grad_b2",
        "renamed",
        "second_bias",
    )


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("grad_out = 2 * (out - y)\ngrad_w2 = hiden.T @ grad_out", "a"),
        ("grad_w2 = a.T @ (2 * (ypredicted - y))", "out"),
        ("grad_w1 = inptus.T @ (h > 0)", "x"),
        ("dlogits = 2 * (out - y)\ngrad_b2 = dlogit_.sum(0)", "dlogits"),
        ("grad_out = 2 * (out - y)\ngrad_w2 = foo.T @ grad_out", "h / a"),
        ("dout = 2 * (out - y)\ngrad_b2 = dscores.sum(0)", "dout"),
    ],
)
def test_an_unknown_name_gets_what_it_may_have_been_meant_to_be(text: str, nearest: str) -> None:
    (error,) = correct(text, Config()).errors
    assert (error.reason, error.facts["nearest"]) == ("undefined-nearest", nearest)


def test_what_is_like_nothing_gets_no_suggestion() -> None:
    (error,) = correct("q = 2 * qqq", Config()).errors
    assert error.reason == "undefined"


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


def test_a_factor_is_named_whatever_stands_below() -> None:
    corrected = correct(seven_lines().replace("2 * (out - y)", "(y - out) * 7"), Config())
    assert [name for name, answer in corrected.answers.items() if not answer.right] == ["grad_out"]
    assert corrected.answers["grad_out"].factor == pytest.approx(-3.5)
    assert not corrected.solved


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


def test_a_name_that_is_used_anew_is_no_update_that_came_too_early() -> None:
    """The course calls h what we call a."""
    answers = correct(NUMPY_COURSE.replace("<=", ">"), Config()).answers
    assert {name: a.mistake for name, a in answers.items() if not a.right} == {"grad_h": "mask-reversed"}


def test_the_largest_difference_is_found_and_placed() -> None:
    shifted = correct(seven_lines().replace("x.T @ grad_h", "x.T @ grad_h + w1 * 1e-3"), Config())
    judged = shifted.answers["grad_w1"].judged
    assert judged
    assert judged.difference is not None
    row, column = judged.cell
    assert abs(judged.difference[row - 1, column - 1]) == judged.largest > 0


@pytest.mark.parametrize(
    ("text", "reason", "right"),
    [
        ("", None, []),
        ("grad_out = 2 * (out - y)\ngrad_w2 = a @ grad_out", "inner-sizes", ["grad_out"]),
        ("grad_out = 2 * (out - y)\ngrad_w2 = a.T @", "no-python", ["grad_out"]),
        ("grad_out = 2 * (out - y)\nfor i in x: pass", "no-assignment", ["grad_out"]),
        ("grad_out = 5", None, []),
    ],
)
def test_what_stands_above_an_error_is_judged(text: str, reason: str | None, right: list[str]) -> None:
    corrected = correct(text, Config())
    assert [error.reason for error in corrected.errors] == ([reason] if reason else [])
    assert [name for name, answer in corrected.answers.items() if answer.right] == right
    assert corrected.next
    assert corrected.next.name == next(name for name in LINES if name not in right)


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
