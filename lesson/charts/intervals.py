"""How sure a few numbers are: a point with its interval for each, a row for each name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import altair as alt

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, span_with, table, tooltips

ROW_HEIGHT = 34
AXIS = 60


class Interval(NamedTuple):
    """A measured number between the ends of its interval."""

    low: float
    value: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.low:.3g} – {self.high:.3g})"


def intervals_chart(intervals: Mapping[str, Interval], across: str, least: float, greatest: float) -> Picture:
    """across: title of the axis, which reaches from least to greatest in any case."""
    low, value, high = zip(*intervals.values(), strict=True)
    written = [str(interval) for interval in intervals.values()]
    measured = table(name=list(intervals), low=low, value=value, high=high, written=written)
    return Picture(rows(tuple(intervals), across, least, greatest), measured)


@drawing
def rows(names: tuple[str, ...], across: str, least: float, greatest: float) -> Chart:
    low, _ = span_with(least, greatest, "low")
    _, high = span_with(least, greatest, "high")
    axis = alt.Axis(labelLimit=180, ticks=False)
    scale = alt.Scale(domain=[low, high], nice=True)
    base = alt.Chart().encode(
        y=alt.Y("name:N", title=None, scale=alt.Scale(domain=names), axis=axis),
        tooltip=tooltips({" ": "name:N", across: "written:N"}),
    )
    reach = base.mark_rule(strokeWidth=4, color=theme.AUTOGRAD).encode(
        x=alt.X("low:Q", title=across, scale=scale), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=130, opacity=1, color=theme.BY_HAND).encode(x="value:Q")
    chart = alt.layer(reach, points)
    chart.height = len(names) * ROW_HEIGHT + AXIS
    return chart
