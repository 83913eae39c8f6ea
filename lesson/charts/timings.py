"""How long something takes, against its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, span

DASHES = [[1, 0], [6, 5], [2, 3]]


def product_chart(
    sizes: Sequence[int], seconds: Mapping[str, Sequence[float]], words: Mapping[str, str]
) -> Picture:
    """Seconds of a matrix product against n, a line for each way to compute it, both axes logarithmic."""
    table = pd.concat(
        pd.DataFrame({"n": sizes, "microseconds": [1e6 * s for s in times], "way": way})
        for way, times in seconds.items()
    )
    return Picture(lines(words["matrix-size"], words["microseconds"], tuple(seconds)), table)


@drawing
def lines(size: str, time: str, ways: tuple[str, ...]) -> Chart:
    colors = [theme.DATA, theme.AUTOGRAD, theme.ERROR]
    base = alt.Chart().encode(
        x=alt.X("n:Q", title=size, scale=alt.Scale(type="log", base=2, domain=span("n", (1, 2)), nice=False)),
        y=alt.Y(
            "microseconds:Q",
            title=time,
            scale=alt.Scale(type="log", domain=span("microseconds", (1, 10))),
            axis=alt.Axis(format=",~g"),
        ),
        color=alt.Color("way:N", scale=alt.Scale(domain=ways, range=colors), legend=theme.LEGEND),
    )
    dashed = base.mark_line(strokeWidth=2.5).encode(
        strokeDash=alt.StrokeDash("way:N", scale=alt.Scale(domain=ways, range=DASHES), legend=theme.LEGEND)
    )
    tooltip = [alt.Tooltip("way:N"), alt.Tooltip("n:Q"), alt.Tooltip("microseconds:Q", format=",.3~g")]
    return alt.layer(dashed, base.mark_circle(size=60, opacity=1).encode(tooltip=tooltip)).properties(
        height=280
    )
