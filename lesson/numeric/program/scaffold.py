"""The seven lines partly given: shuffled among mistakes, with blanks, or only the names. Free of torch."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from random import Random

from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import LINES, line_of

DISTRACTORS = 3
OF_BIASES = ("grad_b2", "grad_b1")

NOT_SEEN_BY_NUMBERS = ("or-equal", "precision")
"""Right on most numbers, or up to the last digits: as a distractor they would pass."""


def wanted(bias: bool) -> tuple[str, ...]:
    """The names on the left of the lines that a network needs, with or without biases."""
    return tuple(name for name in LINES if bias or name not in OF_BIASES)


def shuffled(seed: int, bias: bool) -> list[str]:
    """The lines in an order drawn from the seed, with a few of the collection's mistakes among them."""
    drawn = Random(seed)
    by_line: dict[str, list[str]] = {}
    for known in COLLECTION:
        name, *others = known.lines
        if name in wanted(bias) and not others and usable(known.name, known.lines[name]):
            by_line.setdefault(name, []).append(known.lines[name])
    # No more than one for each line, so that they are not all about the same.
    distractors = [drawn.choice(by_line[name]) for name in drawn.sample(sorted(by_line), DISTRACTORS)]
    right = [line_of(name) for name in wanted(bias)]
    lines = [*right, *distractors]
    while [line for line in lines if line in right] == right:
        drawn.shuffle(lines)
    return lines


def usable(name: str, line: str) -> bool:
    return name not in NOT_SEEN_BY_NUMBERS and "\n" not in line


def pieces(line: str) -> tuple[str, str, str]:
    """A line around its two blanks: the sides of its product, or the tensor and the dimension of its sum."""
    (statement,) = ast.parse(line).body
    assert isinstance(statement, ast.Assign)
    match statement.value:
        case ast.BinOp(left=first, right=second) | ast.Call(func=ast.Attribute(value=first), args=[second]):
            between = line[first.end_col_offset : second.col_offset]
            return line[: first.col_offset], between, line[second.end_col_offset :]
    raise ValueError(f"no blanks in {line!r}")


def filled(blanks: Mapping[str, Sequence[str]]) -> str:
    """The program of those lines whose blanks are all filled, by name."""
    rows = []
    for name, written in blanks.items():
        if all(part.strip() for part in written):
            before, between, after = pieces(line_of(name))
            rows.append(f"{before}{written[0].strip()}{between}{written[1].strip()}{after}")
    return "\n".join(rows)


def completed(right_sides: Mapping[str, str]) -> str:
    """The program of those lines whose right side is written, by name."""
    return "\n".join(f"{name} = {side.strip()}" for name, side in right_sides.items() if side.strip())
