"""Which hidden units fire at which observation, network by network, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import altair as alt

from lesson.charts import theme
from lesson.charts.picture import UNLABELLED, Chart, Picture, below, drawing, step_shown, table, tooltips

if TYPE_CHECKING:
    from lesson.numeric.experiments.dying_relu import Spells

STATES = ("fires", "rests", "silent")

ROW_HEIGHT = 26
FRAME = 110
"""Pixels for the axis and the legend."""


def units_film(networks: Mapping[str, Spells], words: Mapping[str, str]) -> Picture:
    """A row for each unit of each network, a column for each observation, at the step that is shown."""
    states = tuple(words[state] for state in STATES)
    cells = below(
        table(
            row=[f"{network} {unit}" for unit in spells.unit],
            observation=spells.observation,
            state=[states[state] for state in spells.state],
            since=spells.since,
            until=spells.until,
        )
        for network, spells in networks.items()
    )
    rows = tuple(cells["row"].unique().to_pylist())
    return Picture(strips(rows, words["observation"], states), cells)


@drawing
def strips(rows: tuple[str, ...], observation: str, states: tuple[str, ...]) -> Chart:
    colors = alt.Scale(domain=states, range=[theme.DATA, theme.RESTS, theme.ERROR])
    axis = alt.Axis(labelOverlap=True, labelAngle=0, ticks=False)
    shown = alt.Chart().transform_filter("datum.since <= shown && shown < datum.until")
    cells = shown.mark_rect(stroke="#888", strokeWidth=0.3, aria=UNLABELLED).encode(
        x=alt.X("observation:O", title=observation, axis=axis),
        y=alt.Y("row:N", title=None, scale=alt.Scale(domain=rows), axis=alt.Axis(ticks=False)),
        color=alt.Color("state:N", scale=colors, legend=alt.Legend(orient="bottom", title=None)),
        tooltip=tooltips({" ": "row:N", observation: "observation:O", "  ": "state:N"}),
    )
    chart = alt.layer(cells).add_params(step_shown(0))
    chart.height = len(rows) * ROW_HEIGHT + FRAME
    return chart
