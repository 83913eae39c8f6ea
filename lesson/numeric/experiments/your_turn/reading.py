"""What can be read of a text: a line that cannot is left out, so that the others are judged all the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lesson.numeric.program import Program, ProgramError, parse

ASSIGNED = re.compile(r"\s*(\w+)\s*(?:\[.*\])?\s*[-+*/@]?=(?!=)")


@dataclass(frozen=True, eq=False)
class Reading:
    """lost: the names that a line was to define which cannot be read, and its number."""

    program: Program
    errors: tuple[ProgramError, ...]
    lost: Mapping[str, int]


def readable(text: str) -> Reading:
    """All lines that can be read, and what is wrong with the others."""
    lines, errors, lost = text.splitlines(), list[ProgramError](), dict[str, int]()
    while True:
        try:
            return Reading(parse("\n".join(lines)), tuple(told(errors)), lost)
        except ProgramError as error:
            first = error.line - 1
            if not (0 <= first < len(lines) and lines[first].strip()):
                # Where it is cannot be said: nothing is read.
                return Reading(parse(""), (*told(errors), error), lost)
            errors.append(error)
            if assigned := ASSIGNED.match(lines[first]):
                lost[assigned[1]] = error.line
            lines[first : first + 1 + below(lines, first)] = [""] * (1 + below(lines, first))


def below(lines: list[str], first: int) -> int:
    """How many lines belong to this one, as they are indented more than it."""
    depth = indentation(lines[first])
    deeper = 0
    for line in lines[first + 1 :]:
        if line.strip() and indentation(line) <= depth:
            break
        deeper += 1
    return deeper


def indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def told(errors: list[ProgramError]) -> list[ProgramError]:
    """The errors worth telling: what Python cannot read below the first may follow from it."""
    return [error for error in errors if error is errors[0] or error.reason != "no-python"]
