"""Pictures: a drawing that stands, its table, and axes that take their ends from that table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pytest

from lesson.charts import picture
from lesson.charts.lanes import loss_chart
from lesson.charts.picture import Chart, Picture, below, drawing, hover_points, part, parts, table
from lesson.numeric.training.curves import Losses
from tests.unit.charts.drawn import WORDS, drawn
from tests.unit.charts.expressions import evaluate


class Place(NamedTuple):
    name: str
    x: int


ROWS: list[dict[str, int | None]] = [
    {"low": -2, "high": 5},
    {"low": 3, "high": None},
    {"low": None, "high": 11},
    {"low": 1, "high": 8},
]


def ends(domain: list[alt.ExprRef], rows: Sequence[Mapping[str, int | None]]) -> tuple[float, ...]:
    return tuple(evaluate(end.to_dict()["expr"], data=lambda _: rows) for end in domain)


def test_what_is_infinite_does_not_stretch_an_axis() -> None:
    found = table(value=np.array([1.0, np.inf, np.nan, -np.inf]), whole=[1, 2, 3, 4], name="a")
    assert found.to_pydict() == {
        "value": [1, None, None, None],
        "whole": [1, 2, 3, 4],
        "name": ["a"] * 4,
    }


def test_a_single_word_or_number_stands_in_every_row() -> None:
    found = table(name="a", flag=2, share=0.5, value=np.array([3, 1], np.float32))
    assert found.to_pylist() == [
        {"name": "a", "flag": 2, "share": 0.5, "value": 3},
        {"name": "a", "flag": 2, "share": 0.5, "value": 1},
    ]


def test_a_column_that_a_table_lacks_is_empty_there() -> None:
    found = below([table(x=[1, 2], only=["a", "b"]), table(x=[0.5], other=[7])])
    assert found.to_pydict() == {
        "x": [1, 2, 0.5],
        "only": ["a", "b", None],
        "other": [None, None, 7],
    }


def test_records_are_a_row_each_and_parts_know_their_names() -> None:
    found = picture.records([Place("a", 3), Place("b", -1)])
    assert found.to_pylist() == [{"name": "a", "x": 3}, {"name": "b", "x": -1}]
    found = parts(one=table(x=[1, 2]), two=table(x=[3]))
    assert found.to_pydict() == {"x": [1, 2, 3], "part": ["one", "one", "two"]}


def two_parts(second: str) -> Chart:
    base = alt.Chart().encode(x="x:Q")
    return alt.layer(part(base, "one").mark_line(), part(base, second).mark_point())


def test_a_layer_draws_its_own_part_of_the_table() -> None:
    found = parts(one=table(x=[1, 2]), two=table(x=[3]))
    line, points = drawn(Picture(drawing(two_parts)("two"), found))
    assert (line.kind, line.each("x")) == ("line", [1, 2])
    assert (points.kind, points.each("x")) == ("point", [3])


def test_a_drawing_is_made_once_for_the_same_words() -> None:
    made = drawing(two_parts)
    assert made("two") is made("two")
    assert made("two") != made("one")


def test_new_numbers_leave_the_drawing_as_it_is() -> None:
    steps = np.arange(3)
    one, two = (loss_chart(Losses(steps, np.full(3, v), np.full(3, v)), WORDS) for v in (1.0, 2.0))
    assert one.drawing is two.drawing
    assert "data" not in one.drawing
    assert "datasets" not in one.drawing
    assert one.table != two.table


def test_an_axis_reaches_from_the_least_to_the_greatest_value() -> None:
    assert ends(picture.span("low"), ROWS) == (-2, 3)
    assert ends(picture.span("high"), ROWS) == (5, 11)
    assert ends(picture.span_ends("low", "high"), ROWS) == (-2, 11)


@pytest.mark.parametrize(
    ("least", "greatest", "reach"),
    [(-9, 1, (-9, 3)), (0, 20, (-2, 20)), (-9, 20, (-9, 20)), (-1, 2, (-2, 3))],
)
def test_an_axis_may_reach_further_than_its_values(
    least: float, greatest: float, reach: tuple[float, float]
) -> None:
    assert ends(picture.span_with(least, greatest, "low"), ROWS) == reach


def test_an_empty_table_has_an_axis_too() -> None:
    assert ends(picture.span("low"), []) == (0, 1)
    assert ends(picture.span("low", empty=(1, 10)), []) == (1, 10)
    assert ends(picture.span_with(-4, 0.5, "low"), []) == (-4, 1)


def test_points_under_a_pointer_are_not_seen_but_heard_of() -> None:
    points = hover_points(alt.Chart().encode(x="x:Q"), [alt.Tooltip("x:Q", title="place")])
    (seen,) = drawn(Picture({**points.to_dict(), "layer": [points.to_dict()]}, table(x=[4, -1])))
    assert seen.kind == "point"
    assert seen.style["opacity"] == 0
    assert seen.style["aria"] is False
    assert seen.style["size"] >= 50, "wide enough for a finger"
    assert seen.tooltips() == [{"place": 4}, {"place": -1}]
