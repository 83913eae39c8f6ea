"""Which hidden units fire at which observation, network by network."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.picture import UNLABELLED, Chart, Picture, below, drawing, table, tooltips

ROW_HEIGHT = 26
FRAME = 110
"""Pixels for the axis and the legend."""


def units_chart(active: Mapping[str, np.ndarray], words: Mapping[str, str]) -> Picture:
    """active: for each network (batch, hidden), whether h > 0; a row for each of its units."""
    states = (words["fires"], words["rests"], words["silent"])
    rows = {
        f"{network} {unit + 1}": fires[:, unit]
        for network, fires in active.items()
        for unit in range(fires.shape[1])
    }
    cells = below(
        table(
            row=row,
            observation=np.arange(len(fires)) + 1,
            state=np.where(fires, states[0], states[1] if fires.any() else states[2]),
        )
        for row, fires in rows.items()
    )
    return Picture(strips(tuple(rows), words["observation"], states), cells)


@drawing
def strips(rows: tuple[str, ...], observation: str, states: tuple[str, str, str]) -> Chart:
    colors = alt.Scale(domain=states, range=[theme.DATA, theme.RESTS, theme.ERROR])
    axis = alt.Axis(labelOverlap=True, labelAngle=0, ticks=False)
    marks = alt.Chart().mark_rect(stroke="#888", strokeWidth=0.3, aria=UNLABELLED)
    cells = marks.encode(
        x=alt.X("observation:O", title=observation, axis=axis),
        y=alt.Y("row:N", title=None, scale=alt.Scale(domain=rows), axis=alt.Axis(ticks=False)),
        color=alt.Color("state:N", scale=colors, legend=alt.Legend(orient="bottom", title=None)),
        tooltip=tooltips({" ": "row:N", observation: "observation:O", "  ": "state:N"}),
    )
    chart = alt.layer(cells)
    chart.height = len(rows) * ROW_HEIGHT + FRAME
    return chart
