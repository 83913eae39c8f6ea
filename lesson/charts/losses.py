"""A loss or its derivative along the prediction, with the learner's observations as dots on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.picture import (
    Chart,
    Picture,
    below,
    drawing,
    part,
    parts,
    span,
    span_with,
    table,
    tooltips,
)


class Line(NamedTuple):
    """Values (n,) along predictions or residuals (n,)."""

    at: np.ndarray
    value: np.ndarray


def loss_chart(curves: Mapping[str, Line], dots: Line, titles: tuple[str, str]) -> Picture:
    """A curve for each name, and a dot for each observation; titles: those of both axes."""
    drawn = below(table(at=line.at, value=line.value, curve=name) for name, line in curves.items())
    found = parts(curves=drawn, dots=table(at=dots.at, value=dots.value, curve=""))
    return Picture(curves_and_dots(titles, tuple(curves)), found)


@drawing
def curves_and_dots(titles: tuple[str, str], names: Sequence[str]) -> Chart:
    across, up = titles
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=across, scale=alt.Scale(domain=span("at"), nice=False)),
        y=alt.Y(
            "value:Q",
            title=up,
            scale=alt.Scale(domain=span_with(0, 0, "value"), nice=True),
            axis=alt.Axis(labelExpr=theme.PLAIN_NUMBER),
        ),
    )
    # One curve is what the axis says it is.
    legend = theme.LEGEND if len(names) > 1 else None
    told = tooltips({across: ("at:Q", ".4g"), up: ("value:Q", ".4g")})
    return alt.layer(
        part(base, "curves")
        .mark_line(strokeWidth=2.5)
        .encode(color=theme.curve_color(names, legend), strokeDash=theme.curve_dash(names, legend)),
        part(base, "dots").mark_circle(color=theme.ERROR, size=60, opacity=0.6).encode(tooltip=told),
    ).properties(height=240)
