"""The activation and its slope."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pyarrow as pa

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, below, drawing, part, parts, span_with, table

REACH = 3.0
"""The activation is drawn for pre-activations up to this size, or to the largest there is."""


def activation_chart(
    slope: float, units: np.ndarray, own_slope: float, words: Mapping[str, str], derivative: bool = False
) -> Picture:
    """ReLU and LeakyReLU, or their derivatives, the hidden units' values as dots on them.

    slope: of the LeakyReLU drawn. units: pre-activations of the network, whose own slope is own_slope.
    """

    def drawn(h: np.ndarray, s: float, name: str) -> pa.Table:
        values = np.where(h > 0, 1.0, s) if derivative else np.where(h > 0, h, s * h)
        return table(h=h, value=values, name=name)

    names = words["relu"], words["leaky_relu"]
    # Two points beside the kink, so that the derivative jumps there instead of climbing.
    reach = max(REACH, float(np.abs(units).max(initial=0)))
    ends = np.array([-reach, -1e-9, 1e-9, reach])
    functions = below(drawn(ends, s, name) for s, name in zip((0.0, slope), names, strict=True))
    return Picture(
        two_functions(words["phi-slope" if derivative else "phi"], names, derivative),
        parts(units=drawn(units, own_slope, ""), functions=functions),
    )


@drawing
def two_functions(title: str, names: tuple[str, str], derivative: bool) -> Chart:
    height = [-0.2, 1.2] if derivative else span_with(-1, REACH, "value")
    base = alt.Chart().encode(
        x=alt.X("h:Q", title="h", scale=alt.Scale(domain=span_with(-REACH, REACH, "h"), nice=False)),
        y=alt.Y("value:Q", title=title, scale=alt.Scale(domain=height)),
    )
    color = alt.Scale(domain=names, range=[theme.BY_HAND, theme.AUTOGRAD])
    dash = alt.Scale(domain=names, range=[[1, 0], [6, 5]])
    tooltip = [alt.Tooltip("h:Q", format=".4g"), alt.Tooltip("value:Q", title=title, format=".4g")]
    return alt.layer(
        part(base, "units").mark_circle(color=theme.HIDDEN, size=90, opacity=0.5).encode(tooltip=tooltip),
        part(base, "functions")
        .mark_line(strokeWidth=2.5)
        .encode(
            color=alt.Color("name:N", scale=color, legend=theme.LEGEND),
            strokeDash=alt.StrokeDash("name:N", scale=dash, legend=theme.LEGEND),
        ),
    ).properties(height=260)
