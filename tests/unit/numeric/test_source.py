"""The seven lines that are shown are those that run."""

from __future__ import annotations

import inspect

from lesson.numeric import by_hand
from lesson.numeric.source import LINES, line_of, seven_lines


def test_the_lines_stand_in_the_function_that_runs() -> None:
    lines = seven_lines().splitlines()
    assert [line.split(" = ")[0] for line in lines] == list(LINES)
    assert "\n".join(f"    {line}" for line in lines) in inspect.getsource(by_hand.backward)


def test_a_line_is_found_by_its_name() -> None:
    assert [line_of(name) for name in LINES] == seven_lines().splitlines()


def test_nothing_else_stands_beside_the_seven_lines() -> None:
    assert seven_lines() == "\n".join(map(line_of, LINES))
