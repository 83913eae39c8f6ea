"""Units: which one fires at which observation of which network."""

from __future__ import annotations

import numpy as np

from lesson.charts import theme
from lesson.charts.units import units_chart
from tests.unit.charts.drawn import WORDS, Marks, drawn

H = np.array([[0.5, -1.0, 0.0], [-2.0, -3.0, 4.0]])
"""Two observations, three units; one pre-activation is exactly zero, and the second unit is always silent."""

ACTIVE = {"ReLU": H > 0, "Leaky": np.array([[False, True], [True, True]])}
FIRES, RESTS, SILENT = theme.DATA, theme.RESTS, theme.ERROR


def cells() -> Marks:
    (marks,) = drawn(units_chart(ACTIVE, WORDS))
    return marks


def test_each_unit_has_a_row_and_each_observation_a_column() -> None:
    assert cells().kind == "rect"
    assert cells().see("y", "x", "color") == [
        ("ReLU 1", 1, FIRES),
        ("ReLU 1", 2, RESTS),
        ("ReLU 2", 1, SILENT),
        ("ReLU 2", 2, SILENT),
        ("ReLU 3", 1, RESTS),
        ("ReLU 3", 2, FIRES),
        ("Leaky 1", 1, RESTS),
        ("Leaky 1", 2, FIRES),
        ("Leaky 2", 1, FIRES),
        ("Leaky 2", 2, FIRES),
    ]


def test_rows_stand_in_the_order_of_networks_and_units() -> None:
    assert cells().domain("y") == ["ReLU 1", "ReLU 2", "ReLU 3", "Leaky 1", "Leaky 2"]
    assert cells().title("x") == WORDS["observation"]


def test_the_legend_names_the_three_states() -> None:
    assert cells().domain("color") == [WORDS["fires"], WORDS["rests"], WORDS["silent"]]
    assert cells().encoding["color"]["legend"]["orient"] == "bottom"


def test_a_pointer_is_told_unit_observation_and_state() -> None:
    observation = WORDS["observation"]
    told = cells().tooltips()
    assert told[5] == {" ": "ReLU 3", observation: 2, "  ": WORDS["fires"]}
    assert told[2] == {" ": "ReLU 2", observation: 1, "  ": WORDS["silent"]}


def test_more_units_make_a_higher_picture() -> None:
    few = units_chart({"ReLU": ACTIVE["ReLU"]}, WORDS).drawing["height"]
    assert units_chart(ACTIVE, WORDS).drawing["height"] - few == 2 * 26
