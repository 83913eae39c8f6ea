"""The exercise: what is right passes however it is written, and what stands in public is understood."""

from __future__ import annotations

from random import Random

import pytest

from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.program.mistakes import COLLECTION, Mistake
from lesson.numeric.source import LINES, seven_lines
from tests.harness.exercises import CONFIGS, LEAKY
from tests.harness.programs import NOTEBOOK_AS_IT_STANDS, PARTS


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


def test_the_two_missing_sums_of_the_notebook_are_found() -> None:
    corrected = correct(NOTEBOOK_AS_IT_STANDS, Config())
    wrong = {answer.name: answer.mistake for answer in corrected.answers.values() if not answer.right}
    assert wrong == {"grad_b2": "no-sum", "grad_b1": "no-sum"}
    assert not corrected.solved
    assert not corrected.errors
    mended = NOTEBOOK_AS_IT_STANDS.replace("grad_b2 = dloss_dout", "grad_b2 = dloss_dout.sum(0)")
    assert correct(mended.replace("grad_b1 = grad_h_1", "grad_b1 = grad_h_1.sum(0)"), Config()).solved


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


def test_the_seven_lines_are_identical_to_autograd() -> None:
    for config in CONFIGS.values():
        answers = correct(seven_lines(), config).answers
        assert len(answers) == (7 if config.bias else 5)
        for answer in answers.values():
            assert answer.judged
            assert answer.judged.verdict == Verdict.IDENTICAL


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
