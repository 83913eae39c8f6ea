"""Many draws of one number by several estimators: where they fall, their means, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import altair as alt

from lesson.charts import theme
from lesson.charts.picture import (
    UNLABELLED,
    Chart,
    Picture,
    below,
    drawing,
    part,
    parts,
    span_ends,
    table,
    tooltips,
)

if TYPE_CHECKING:
    from lesson.numeric.experiments.bernoulli_gate.estimates import Distribution

ROW_HEIGHT = 44
FRAME = 100
"""Pixels for the axis and the legend."""


def draws_chart(
    drawn: Distribution, names: Mapping[str, str], across: str, words: Mapping[str, str]
) -> Picture:
    """A strip for each estimator, darker in a bin where more of its draws fall.

    names: what an estimator is called on the page; across: what is drawn.
    """
    start, end = drawn.edges[:-1], drawn.edges[1:]
    bins = below(
        table(name=names[key], at=start, end=end, share=share, strength=share / (share.max() or 1.0))
        for key, share in drawn.shares.items()
    )
    means = table(name=[names[key] for key in drawn.means], at=list(drawn.means.values()), mark=words["mean"])
    truth = table(at=[drawn.truth], mark=words["truth"])
    rows = tuple(names[key] for key in drawn.shares)
    return Picture(
        strips(rows, across, words["mean"], words["truth"], words["draws"]),
        parts(draws=bins, means=means, truth=truth),
    )


@drawing
def strips(names: tuple[str, ...], across: str, mean: str, truth: str, draws: str) -> Chart:
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(labelLimit=150, ticks=False))
    x = alt.X("at:Q", title=across, scale=alt.Scale(domain=span_ends("at", "end"), nice=False))
    scale = alt.Scale(domain=[mean, truth], range=[theme.BY_HAND, theme.ERROR])
    color = alt.Color("mark:N", scale=scale, legend=theme.LEGEND)
    base = alt.Chart().encode(x=x)
    told = tooltips({" ": "name:N", across: ("at:Q", ".3~g"), draws: ("share:Q", ".1%")})
    cells = shaded(part(base, "draws")).encode(y=y, tooltip=told)
    rule = part(base, "truth").mark_rule(strokeWidth=3, strokeDash=[6, 4]).encode(color=color)
    points = part(base, "means").mark_point(filled=True, size=130, opacity=1).encode(y=y, color=color)
    chart = alt.layer(cells, rule, points)
    chart.height = len(names) * ROW_HEIGHT + FRAME
    return chart


def shaded(bins: alt.Chart) -> alt.Chart:
    """The fuller a bin, the stronger its colour."""
    strength = alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    return bins.mark_rect(color=theme.AUTOGRAD, aria=UNLABELLED).encode(x2="end:Q", opacity=strength)
