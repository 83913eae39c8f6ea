"""The computed questions: what the lesson's code says, said again by loops that know only what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product

import numpy as np
import pytest

from lesson.numeric.experiments.review.kinds import KINDS, generated
from lesson.numeric.experiments.review.question import Generated, number_of, written
from lesson.numeric.source import seven_lines

DRAWN = 100

Matrix = list[list[Fraction]]


def given(asked: Generated, name: str) -> Matrix:
    return [[Fraction(str(value)) for value in row] for row in asked.given[name].tolist()]


def place(asked: Generated) -> tuple[int, int]:
    return int(asked.facts["row"]) - 1, int(asked.facts["column"]) - 1


def side(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(" × ")))


def broadcast(asked: Generated) -> tuple[int, ...]:
    """From the right, one is repeated to the other; a side that is not there is one."""
    left, right = side(asked.facts["out"]), side(asked.facts["y"])
    padded = [(1,) * (2 - len(shape)) + shape for shape in (left, right)]
    for one, other in zip(*padded, strict=True):
        assert one == other or 1 in (one, other)
    return tuple(max(sides) for sides in zip(*padded, strict=True))


def paths(asked: Generated) -> Fraction:
    """Every way through an observation, a hidden unit and an output, counted one by one."""
    batch, hidden, outputs = (range(int(asked.facts[name])) for name in ("batch", "hidden", "outputs"))
    first = asked.facts["name"] in ("w1", "b1")
    every = product(batch, hidden, outputs)
    # A weight of the first layer feeds one hidden unit, one of the second one output.
    ways = {
        (row, output) if first else row for row, unit, output in every if (unit if first else output) == 0
    }
    return Fraction(len(ways))


SIDES = {
    "grad_out": ("batch", "outputs"),
    "grad_w2": ("hidden", "outputs"),
    "grad_b2": ("1", "outputs"),
    "grad_a": ("batch", "hidden"),
    "grad_h": ("batch", "hidden"),
    "grad_w1": ("inputs", "hidden"),
    "grad_b1": ("1", "hidden"),
}


def shape(asked: Generated) -> tuple[int, ...]:
    return tuple(int(asked.facts.get(name, name)) for name in SIDES[asked.facts["name"]])


def weight(asked: Generated) -> Fraction:
    left, right = ("x", "grad_h") if asked.facts["name"] == "grad_w1" else ("a", "grad_out")
    row, column = place(asked)
    pairs = zip(given(asked, left), given(asked, right), strict=True)
    return sum((fed[row] * signal[column] for fed, signal in pairs), Fraction())


def passed(h: Fraction, slope: Fraction = Fraction()) -> Fraction:
    return Fraction(1) if h > 0 else slope


def gate(asked: Generated) -> Fraction:
    row, column = place(asked)
    h, signal = given(asked, "h")[row][column], given(asked, "grad_a")[row][column]
    return signal * passed(h, Fraction(asked.facts["slope"]))


def grad_b1(asked: Generated) -> Fraction:
    _, unit = place(asked)
    h, w2, out, y = (given(asked, name) for name in ("h", "w2", "out", "y"))
    return sum(
        (
            2 * (out[row][output] - y[row][output]) * w2[unit][output] * passed(h[row][unit])
            for row in range(len(h))
            for output in range(len(w2[0]))
        ),
        Fraction(),
    )


def accumulated(asked: Generated) -> Fraction:
    w, x1, y1, x2, y2 = (Fraction(asked.facts[name]) for name in ("start", "x1", "y1", "x2", "y2"))
    return sum((2 * x * (w * x - y) for x, y in ((x1, y1), (x2, y2))), Fraction())


def momentum(asked: Generated) -> Fraction:
    start, rate, first, second = (Fraction(asked.facts[n]) for n in ("start", "rate", "first", "second"))
    return start - rate * first - rate * (Fraction(9, 10) * first + second)


def adam(asked: Generated) -> Fraction:
    """A gradient that stays the same, over the root of its own square, is its sign."""
    start, rate, steps = (Fraction(asked.facts[name]) for name in ("start", "rate", "steps"))
    return start - steps * rate * (1 if Fraction(asked.facts["gradient"]) > 0 else -1)


def verdict(asked: Generated) -> str:
    one, other, allowed = (Fraction(asked.facts[name]) for name in ("one", "other", "allowed"))
    return "identical" if one == other else "rounding" if abs(one - other) <= allowed else "different"


def mistake(asked: Generated) -> Fraction:
    _, unit = place(asked)
    if asked.facts["line"] == "grad_b1 = grad_h.mean(0, keepdim=True)":
        column = [row[unit] for row in given(asked, "grad_h")]
        return sum(column) * (Fraction(1, len(column)) - 1)
    mask_of_signal = {"grad_h = grad_a": False, "grad_h = grad_a * activation.derivative(grad_a)": True}
    by_signal = mask_of_signal[asked.facts["line"]]
    rows = zip(given(asked, "h"), given(asked, "grad_a"), strict=True)
    off = Fraction()
    for h, signal in ((h[unit], signal[unit]) for h, signal in rows):
        off += signal * (passed(signal) if by_signal else 1) - signal * passed(h)
    return off


def silent(asked: Generated) -> Fraction:
    columns = list(zip(*given(asked, "h"), strict=True))
    return Fraction(sum(all(h <= 0 for h in column) for column in columns))


def pull(asked: Generated) -> Fraction:
    residual = Fraction(asked.facts["out"]) - Fraction(asked.facts["y"])
    slopes = {
        "(o - y)**2": 2 * residual,
        "abs(o - y)": Fraction(1 if residual > 0 else -1),
        "(o - y)**4/4": residual**3,
    }
    return slopes[asked.facts["loss"]]


BY_LOOPS: dict[str, Callable[[Generated], Fraction | str | tuple[int, ...]]] = {
    "broadcast": broadcast,
    "paths": paths,
    "shape": shape,
    "weight": weight,
    "gate": gate,
    "grad-b1": grad_b1,
    "accumulated": accumulated,
    "momentum": momentum,
    "adam": adam,
    "verdict": verdict,
    "mistake": mistake,
    "pull": pull,
    "silent": silent,
}


def said_again(asked: Generated) -> str:
    """The answer by loops, as a learner would type it."""
    answer = BY_LOOPS[asked.kind](asked)
    if isinstance(answer, tuple):
        return f"({answer[0]}, {answer[1]})"
    return answer if isinstance(answer, str) else str(float(answer))


def unsound(asked: Generated) -> list[str]:
    """What is wrong with a question."""
    said, found = said_again(asked), []
    if asked.working.error or not asked.working.output:
        found.append(asked.working.error or "nothing ran")
    if asked.judge(said).mark != "right":
        found.append(f"{asked.right} by the code, {said} by loops")
    if asked.judge(asked.right).mark != "right":
        found.append("its own answer is judged wrong")
    if asked.options and [asked.judge(option).mark for option in asked.options].count("right") != 1:
        found.append("not one right option")
    if len(set(asked.options)) != len(asked.options):
        found.append("two options agree")
    number = number_of(asked.right)
    if number is not None and any(
        asked.judge(str(number + off)).mark == "right" for off in (-1, -0.1, 0.1, 1)
    ):
        found.append("another number is right as well")
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_question_has_one_right_answer_by_the_code_and_by_loops(kind: str) -> None:
    drawn = [generated(kind, seed) for seed in range(DRAWN)]
    assert {
        f"{asked.kind} {seed}": wrong for seed, asked in enumerate(drawn) if (wrong := unsound(asked))
    } == {}


def test_a_thousand_are_drawn() -> None:
    assert len(KINDS) * DRAWN >= 1000
    assert KINDS.keys() == BY_LOOPS.keys()


def test_a_line_behind_a_wrong_answer_is_named() -> None:
    for kind in ("weight", "gate", "grad-b1"):
        drawn = [generated(kind, seed) for seed in range(20)]
        assert all(asked.line_behind(asked.right) == "" for asked in drawn)
        assert all(asked.judge(wrong).mark == "wrong" for asked in drawn for wrong in asked.tempting)
    asked = next(a for a in map(partial(generated, "grad-b1"), range(20)) if number_of(a.right) != 0)
    number = number_of(asked.right)
    assert number is not None
    assert asked.line_behind(written(number / 2)) == "grad_out = out - y"
    assert asked.line_behind("999") == asked.line_behind("nothing") == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_answer_is_found(kind: str) -> None:
    asked = generated(kind, 0)
    number = number_of(asked.right)
    wrong = next(option for option in (*asked.options, "99 x 99") if option != asked.right)
    planted = wrong if number is None else str(number + 1)
    assert unsound(replace(asked, right=planted))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_is_the_same_question_and_others_differ(kind: str) -> None:
    def seen(seed: int) -> str:
        asked = generated(kind, seed)
        matrices = {name: matrix.tolist() for name, matrix in asked.given.items()}
        return f"{asked.facts} {matrices} {asked.right} {asked.working}"

    assert seen(1) == seen(1)
    assert len({seen(seed) for seed in range(30)}) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_are_fit_for_the_head(kind: str) -> None:
    for seed in range(DRAWN):
        asked = generated(kind, seed)
        for matrix in asked.given.values():
            assert np.abs(matrix).max() <= 9
            assert np.array_equal(matrix, np.round(matrix * 2) / 2)
            assert matrix.size <= 12
        number = number_of(asked.right)
        assert number is None or abs(number) <= 100


@pytest.mark.parametrize("kind", ["weight", "gate", "grad-b1", "mistake"])
def test_what_is_shown_as_working_are_lines_of_the_lesson(kind: str) -> None:
    code = generated(kind, 0).working.code.splitlines()
    assert code[0] in seven_lines().splitlines()


def test_the_gate_is_asked_for_on_both_sides_and_on_the_kink() -> None:
    drawn = [generated("gate", seed) for seed in range(DRAWN)]
    sides = {float(np.sign(asked.given["h"][place(asked)])) for asked in drawn}
    assert sides == {-1.0, 0.0, 1.0}
