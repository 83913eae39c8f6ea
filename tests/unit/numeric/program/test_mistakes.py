"""Known mistakes: each is the seven lines with its own lines changed and no other."""

from __future__ import annotations

import pytest

from lesson.numeric.program.mistakes import (
    COLLECTION,
    EXERCISE,
    OF_THE_FORWARD_PASS,
    OFTEN_WRITTEN,
    Mistake,
)
from lesson.numeric.source import LINES, seven_lines


@pytest.mark.parametrize(
    "known", [*COLLECTION, *OFTEN_WRITTEN], ids=lambda known: "-".join((*known.lines, known.name))
)
def test_a_mistake_changes_its_own_lines_alone(known: Mistake) -> None:
    pairs = zip(LINES, known.rows, seven_lines().splitlines(), strict=True)
    assert [name for name, row, right in pairs if row != right] == [n for n in LINES if n in known.lines]
    assert known.lines.keys() <= set(LINES)


def test_no_mistake_is_there_twice() -> None:
    assert len({known.name for known in COLLECTION}) == len(COLLECTION)
    assert len({known.text for known in OFTEN_WRITTEN}) == len(OFTEN_WRITTEN)


def test_the_exercise_has_them_by_line() -> None:
    assert EXERCISE.keys() == {*LINES, "h", "a", "out"}
    assert all(list(known.lines) == [line] for line, found in EXERCISE.items() for known in found)
    assert sum(map(len, EXERCISE.values())) == len(OFTEN_WRITTEN + OF_THE_FORWARD_PASS)
