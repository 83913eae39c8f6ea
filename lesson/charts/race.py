"""The losses of several trainings from one start, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pyarrow.compute as pc

from lesson.charts import theme
from lesson.charts.ceiling import beneath, height, inside
from lesson.charts.growth import axis
from lesson.charts.picture import Chart, Picture, below, drawing, hover_points, span, table, tooltips


def race_chart(
    steps: np.ndarray, losses: Mapping[str, np.ndarray], ceiling: float, words: Mapping[str, str]
) -> Picture:
    """A curve for each name; nan behind its end. The axis ends at the ceiling."""
    points = below(table(at=steps, value=values, curve=name) for name, values in losses.items())
    # Zero has no logarithm.
    shown = beneath(ceiling, points).filter(pc.field("value") > 0)
    return Picture(curves(words["step"], words["loss"], tuple(losses)), shown)


@drawing
def curves(step: str, loss: str, names: tuple[str, ...]) -> Chart:
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=step, scale=alt.Scale(domain=span("at"), nice=False)),
        y=alt.Y("value:Q", title=loss, scale=height(log=True), axis=axis("y", log=True)),
    )
    lines = base.mark_line(strokeWidth=2.5, clip=True, tooltip=None).encode(
        color=theme.curve_color(names), strokeDash=theme.curve_dash(names)
    )
    told = tooltips({" ": "curve:N", step: ("at:Q", ",d"), loss: ("value:Q", ",.4~g")})
    return alt.layer(lines, hover_points(inside(base), told)).properties(height=theme.HEIGHT)
