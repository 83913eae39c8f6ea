"""A computed question, and the judgement of an answer to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from lesson.numeric.snippet import Ran

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
SHAPE = re.compile(r"(?:torch\.size)?[(\[]*(\d+)[x×*,](\d+)[)\]]*")

NEAR = 1e-6
"""By how much a typed number may be off: Adam's epsilon, and the rounding of decimals."""

DIGITS = 6
"""To so many decimals a right answer is written."""


class Judgement(NamedTuple):
    """mark: "right", "wrong" or "unreadable". why: "sign" or "transposed" where that is all that is wrong;
    "no-number", "no-shape" or "no-option" where it cannot be read; else ""."""

    mark: str
    why: str = ""


@dataclass(frozen=True, eq=False)
class Generated:
    """A question of a kind, as it was drawn.

    right: a number, a shape as "3 × 2", or one of the options where there are some. given: matrices by the
    names that the code has for them. facts: what the sentence of the question names. working: the lines that
    were run for it, and what they gave. tempting: wrong lines by the number that each gives.
    """

    kind: str
    right: str
    working: Ran
    facts: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    tempting: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks_shape(self) -> bool:
        return not self.options and shape_of(self.right) is not None

    def judge(self, answer: str) -> Judgement:
        """Judge what somebody typed or chose."""
        if self.options:
            return judged_option(answer, self)
        return judged_shape(answer, self.right) if self.asks_shape else judged_number(answer, self.right)

    def line_behind(self, answer: str) -> str:
        """The wrong line that gives what somebody typed; "" where none is known, or it is right."""
        said = number_of(answer)
        return "" if said is None else self.tempting.get(written(said), "")


def judged_option(answer: str, asked: Generated) -> Judgement:
    if answer not in asked.options:
        return Judgement("unreadable", "no-option")
    return Judgement("right" if answer == asked.right else "wrong")


def judged_number(answer: str, right: str) -> Judgement:
    said, wanted = number_of(answer), number_of(right)
    if said is None or wanted is None:
        return Judgement("unreadable", "no-number")
    if abs(said - wanted) <= NEAR:
        return Judgement("right")
    return Judgement("wrong", "sign" if abs(said + wanted) <= NEAR else "")


def judged_shape(answer: str, right: str) -> Judgement:
    said, wanted = shape_of(answer), shape_of(right)
    if said is None or wanted is None:
        return Judgement("unreadable", "no-shape")
    if said == wanted:
        return Judgement("right")
    return Judgement("wrong", "transposed" if said == wanted[::-1] else "")


def number_of(text: str) -> float | None:
    """The number that a text means: 3, -1.5, with any minus and with a comma for the point."""
    plain = "".join(text.split()).replace("−", "-").replace("–", "-").replace(",", ".")
    # More digits than a number of this lesson has mean nothing.
    return float(plain) if len(plain) <= 20 and NUMBER.fullmatch(plain) else None


def shape_of(text: str) -> tuple[int, int] | None:
    """The shape that a text means: 3 x 2, (3, 2), 3×2, [3, 2]."""
    match = SHAPE.fullmatch("".join(text.split()).lower())
    return (int(match[1]), int(match[2])) if match and len(text) <= 40 else None


def written(value: float) -> str:
    """A number as a right answer is written: 3, -1.5."""
    return f"{round(value, DIGITS) + 0.0:g}"


def written_shape(sides: tuple[int, ...]) -> str:
    return " × ".join(map(str, sides))
