"""Units: which one fires at which observation of which network."""

from __future__ import annotations

import numpy as np

from lesson.charts import theme
from lesson.charts.units import units_film
from lesson.numeric.experiments.dying_relu import spells_of
from tests.unit.charts.drawn import WORDS, Marks, drawn

H = np.array([[[0.5, -1.0, 0.0], [-2.0, -3.0, 4.0]], [[-0.5, 1.0, 0.0], [-2.0, -3.0, 4.0]]])
"""Two steps, two observations, three units: the first falls silent at the second step, and the second unit,
silent before, fires at one; one pre-activation is exactly zero."""

LEAKY = np.array([[[False, True], [True, True]]]).repeat(2, 0)
FILM = units_film({"ReLU": spells_of(H > 0), "Leaky": spells_of(LEAKY)}, WORDS)
FIRES, RESTS, SILENT = theme.DATA, theme.RESTS, theme.ERROR


def cells(shown: int = 0) -> Marks:
    (marks,) = drawn(FILM, shown=shown)
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


def test_each_step_shows_what_its_units_do() -> None:
    assert cells(shown=1).see("y", "x", "color") == [
        ("ReLU 1", 1, SILENT),
        ("ReLU 1", 2, SILENT),
        ("ReLU 2", 1, FIRES),
        ("ReLU 2", 2, RESTS),
        *cells(shown=0).see("y", "x", "color")[4:],
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
    few = units_film({"ReLU": spells_of(H > 0)}, WORDS).drawing["height"]
    assert FILM.drawing["height"] - few == 2 * 26
