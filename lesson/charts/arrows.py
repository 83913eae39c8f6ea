"""Arrows laid end to end: what one entry after the other adds up to."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, table, tooltips


def arrows_chart(sums: np.ndarray, reach: tuple[float, float], words: Mapping[str, str]) -> Picture:
    """sums (times, entries): the running sums; an arrow from each to the next, a line for each entry.

    reach: the ends of the axis, which stands still while sums grow, with zero, where they start, between.
    """
    from_zero = np.vstack([np.zeros((1, sums.shape[1])), sums])
    times, entries = np.indices(sums.shape)
    start, end = from_zero[:-1].ravel(), from_zero[1:].ravel()
    laid = table(
        entry=entries.ravel() + 1,
        time=times.ravel() + 1,
        start=start,
        end=end,
        angle=np.where(end > start, 90, -90),
    )
    return Picture(arrows(words["entry-number"], words["gradient"], words["press"], reach), laid)


@drawing
def arrows(entry: str, gradient: str, time: str, reach: tuple[float, float]) -> Chart:
    base = alt.Chart().encode(
        y=alt.Y("entry:O", title=entry, scale=alt.Scale(domain=[1, 2, 3]), axis=alt.Axis(labelAngle=0)),
        tooltip=tooltips({entry: "entry:O", time: "time:O", gradient: ("end:Q", ".4~g")}),
    )
    across = alt.X("start:Q", title=gradient, scale=alt.Scale(domain=reach, nice=True))
    return alt.layer(
        base.mark_rule(color=theme.ERROR, strokeWidth=3).encode(x=across, x2="end:Q"),
        base.mark_point(shape="triangle", filled=True, size=110, color=theme.ERROR, opacity=1).encode(
            x="end:Q", angle=alt.Angle("angle:Q", scale=None)
        ),
    ).properties(height=170)
