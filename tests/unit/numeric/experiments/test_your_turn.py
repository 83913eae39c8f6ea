"""The exercise: what is right passes however it is written, and each mistake is called by its name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from random import Random

import pytest

from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.program.mistakes import COLLECTION, OFTEN_WRITTEN, Mistake
from lesson.numeric.source import LINES, seven_lines
from tests.harness.programs import NOTEBOOK, PARTS

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
        assert corrected.error is None
        assert all(answer.right for answer in corrected.answers.values())


@pytest.mark.parametrize("name", ["default", "smallest"])
def test_the_notebooks_lines_pass_and_are_recognised(name: str) -> None:
    """Its way to write the mask lets the signal through at exactly zero: right, with a remark."""
    indented = "\n".join(f"    {line}" for line in NOTEBOOK.splitlines())
    for text in (NOTEBOOK, indented):
        corrected = correct(text, CONFIGS[name])
        assert corrected.solved
        aliases = {answer.name: answer.alias for answer in corrected.answers.values() if answer.alias}
        assert aliases == {"grad_out": "dloss_dout", "grad_a": "grad_h_relu", "grad_h": "grad_h_relu"}
        assert [a.name for a in corrected.answers.values() if a.at_kink] == ["grad_b1"]


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
        assert corrected.error
        assert corrected.error.reason == "undefined"
    else:
        assert not corrected.solved
        assert corrected.next
        assert corrected.next.mistake == known.name


def test_what_fits_by_luck_fails_elsewhere() -> None:
    one_unit = Config(Normal(64, 3, 1), hidden=1)
    answer = correct(seven_lines().replace("grad_h.sum(0, keepdim=True)", "grad_h.sum() + 0 * b1"), one_unit)
    sums = answer.answers["grad_b1"]
    assert sums.judged
    assert sums.judged.verdict <= Verdict.ROUNDING
    assert sums.elsewhere == (5, 4, 3, 2)
    assert not answer.solved
    sized = correct(seven_lines().replace("keepdim=True)", "keepdim=True).view(1, 1)", 1), one_unit)
    assert not sized.solved
    assert sized.answers["grad_b2"].elsewhere == (5, 4, 3, 2)


def test_a_line_is_judged_by_what_should_stand_above_it() -> None:
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
    assert (corrected.error.reason if corrected.error else None) == reason
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
