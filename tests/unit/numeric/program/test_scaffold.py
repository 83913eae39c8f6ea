"""The seven lines partly given: what is left out can be put back, and what is wrong is found."""

from __future__ import annotations

import ast

import pytest

from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.program import scaffold
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import LINES, line_of, seven_lines

WRONG = {line for known in COLLECTION for line in known.lines.values()}
ANSWERS = {
    "grad_out": ("2", "out - y"),
    "grad_w2": ("a.T", "grad_out"),
    "grad_b2": ("grad_out", "0"),
    "grad_a": ("grad_out", "w2.T"),
    "grad_h": ("grad_a", "activation.derivative(h)"),
    "grad_w1": ("x.T", "grad_h"),
    "grad_b1": ("grad_h", "0"),
}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", [0, 1, 2, 9999])
def test_among_the_shuffled_lines_are_all_that_are_needed_and_three_mistakes(seed: int, bias: bool) -> None:
    lines = scaffold.shuffled(seed, bias)
    right = [line_of(name) for name in scaffold.wanted(bias)]
    assert len(set(lines)) == len(lines) == (10 if bias else 8)
    assert [line for line in LINES if line_of(line) in lines] == list(scaffold.wanted(bias))
    distractors = set(lines) - set(right)
    assert distractors <= WRONG
    assert len({line.split(" = ")[0] for line in distractors}) == 3
    assert lines == scaffold.shuffled(seed, bias)
    assert [line for line in lines if line in right] != right


def test_other_seeds_shuffle_otherwise_and_bring_other_mistakes() -> None:
    drawn = [scaffold.shuffled(seed, True) for seed in range(30)]
    assert len({tuple(lines) for lines in drawn}) == 30
    assert len({line for lines in drawn for line in lines}) == len(LINES) + 7


def test_each_mistake_that_is_drawn_is_found_in_its_line() -> None:
    drawn = {line for seed in range(30) for line in scaffold.shuffled(seed, True)}
    for wrong in drawn - set(seven_lines().splitlines()):
        name = wrong.split(" = ")[0]
        corrected = correct(seven_lines().replace(line_of(name), wrong), Config())
        assert [answer.name for answer in corrected.answers.values() if not answer.right] == [name]
        assert not corrected.errors


def test_each_line_has_two_blanks_and_its_own_parts_fill_them() -> None:
    assert scaffold.filled(ANSWERS) == seven_lines()
    for name in LINES:
        assert not any(part in "".join(scaffold.pieces(line_of(name))[1:]) for part in ANSWERS[name])


def test_a_line_counts_when_both_blanks_are_filled() -> None:
    half = {**ANSWERS, "grad_a": ("grad_out", " "), "grad_h": ("", "h")}
    lines = scaffold.filled(half).splitlines()
    assert [line for line in seven_lines().splitlines() if line not in lines] == [
        line_of("grad_a"),
        line_of("grad_h"),
    ]
    assert len(lines) == 5


def test_a_right_side_makes_a_line() -> None:
    sides = {name: f" {line_of(name).split(' = ', 1)[1]} " for name in LINES}
    assert scaffold.completed(sides) == seven_lines()
    assert scaffold.completed({**sides, "grad_h": "  "}) == seven_lines().replace(
        f"{line_of('grad_h')}\n", ""
    )


def test_a_line_without_two_sides_has_no_blanks() -> None:
    with pytest.raises(ValueError, match="no blanks"):
        scaffold.pieces("grad_h = grad_a")
    assert all(isinstance(ast.parse(line_of(name)).body[0], ast.Assign) for name in LINES)
