"""Many draws of one number by several estimators: where they fall, their means, and the truth."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.picture import UNLABELLED, Chart, Picture, below, drawing, part, parts, span_ends, table

ROW_HEIGHT = 44
FRAME = 100
"""Pixels for the axis and the legend."""


def draws_chart(
    edges: np.ndarray,
    shares: Mapping[str, np.ndarray],
    means: Mapping[str, float],
    truth: float,
    across: str,
    words: Mapping[str, str],
) -> Picture:
    """edges (bins + 1,); for each estimator the share of its draws in each bin (bins,) and their mean."""
    found = parts(
        draws=below(
            table(name=name, at=edges[:-1], end=edges[1:], share=share, strength=share / (share.max() or 1.0))
            for name, share in shares.items()
        ),
        means=table(name=list(means), at=list(means.values()), mark=words["mean"]),
        truth=table(at=[truth], mark=words["truth"]),
    )
    return Picture(strips(tuple(shares), across, words["mean"], words["truth"], words["draws"]), found)


@drawing
def strips(names: tuple[str, ...], across: str, mean: str, truth: str, draws: str) -> Chart:
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(labelLimit=150, ticks=False))
    x = alt.X("at:Q", title=across, scale=alt.Scale(domain=span_ends("at", "end"), nice=False))
    marks = alt.Color(
        "mark:N",
        scale=alt.Scale(domain=[mean, truth], range=[theme.BY_HAND, theme.ERROR]),
        legend=theme.LEGEND,
    )
    base = alt.Chart()
    cells = (
        part(base, "draws")
        .mark_rect(color=theme.AUTOGRAD, aria=UNLABELLED)
        .encode(
            x=x,
            x2="end:Q",
            y=y,
            opacity=alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("at:Q", title=across, format=".3~g"),
                alt.Tooltip("share:Q", title=draws, format=".1%"),
            ],
        )
    )
    points = part(base, "means").mark_point(filled=True, size=130, opacity=1).encode(x=x, y=y, color=marks)
    rule = part(base, "truth").mark_rule(strokeWidth=3, strokeDash=[6, 4]).encode(x=x, color=marks)
    chart = alt.layer(cells, rule, points)
    chart.height = len(names) * ROW_HEIGHT + FRAME
    return chart
