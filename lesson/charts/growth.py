"""How something grows with something else: a few curves, told apart by colour and dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pyarrow.compute as pc

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, below, drawing, hover_points, span, span_with, table

COLORS = (theme.BY_HAND, theme.AUTOGRAD, theme.DATA, theme.WEIGHTS, theme.ERROR, theme.HIDDEN)
DASHES = ([1, 0], [6, 5], [2, 3], [8, 3, 2, 3], [1, 0], [10, 4])


def growth_chart(
    at: Sequence[float] | np.ndarray,
    curves: Mapping[str, Sequence[float] | np.ndarray],
    across: str,
    up: str,
    log: tuple[bool, bool] = (False, False),
    from_zero: bool = False,
    at_ends: bool = False,
) -> Picture:
    """A curve of values at the same places for each name.

    across and up: titles of the axes; log: which of the two is logarithmic; from_zero: whether the values'
    axis begins at zero or below, so that a height tells a ratio. at_ends: whether each name stands at the end
    of its curve, for curves that end apart and rise; else there is a legend.
    """
    points = below(table(at=at, value=values, curve=name) for name, values in curves.items())
    points = points.append_column("last", pc.equal(points["at"], pc.max(points["at"])))
    # A logarithm has no place for zero.
    shown = points.filter(pc.field("value") > 0) if log[1] else points
    return Picture(lines(across, up, tuple(curves), log, from_zero, at_ends), shown)


@drawing
def lines(
    across: str,
    up: str,
    names: tuple[str, ...],
    log: tuple[bool, bool],
    from_zero: bool = False,
    at_ends: bool = False,
) -> Chart:
    whole = alt.Scale(domain=span_with(0, 0, "value"), nice=True)
    heights = whole if from_zero else scale("value", log[1], nice=True)
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=across, scale=scale("at", log[0], nice=False), axis=axis("x", log[0])),
        y=alt.Y("value:Q", title=up, scale=heights, axis=axis("y", log[1])),
    )
    colors = alt.Scale(domain=names, range=COLORS[: len(names)])
    dashes = alt.Scale(domain=names, range=DASHES[: len(names)])
    legend = None if at_ends else beside_each_other(names)
    dashed = base.mark_line(strokeWidth=2.5).encode(
        color=alt.Color("curve:N", scale=colors, legend=legend),
        strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=legend),
    )
    tooltip = [
        alt.Tooltip("curve:N", title=" "),
        alt.Tooltip("at:Q", title=across),
        alt.Tooltip("value:Q", title=up, format=",.4~g"),
    ]
    ends = [written_at_ends(base, colors)] if at_ends else []
    return alt.layer(dashed, *ends, hover_points(base, tooltip)).properties(height=280)


def beside_each_other(names: tuple[str, ...]) -> alt.Legend:
    """A legend with as many names beside each other as fit."""
    # A letter takes some 6 pixels, the line before a name 40.
    columns = f"max(1, min({len(names)}, floor(width / {40 + 6 * max(map(len, names))})))"
    return alt.Legend(**theme.LEGEND.to_dict(), columns=alt.ExprRef(expr=columns))


def written_at_ends(base: alt.Chart, colors: alt.Scale) -> alt.Chart:
    """Each curve's name above its end."""
    last = base.transform_filter("datum.last")
    names = last.mark_text(align="right", dx=-4, dy=-8, fontSize=13, fontWeight="bold", aria=False)
    return names.encode(text="curve:N", color=alt.Color("curve:N", scale=colors, legend=None))


def scale(field: str, log: bool, nice: bool) -> alt.Scale:
    if log:
        return alt.Scale(type="log", domain=span(field, empty=(1, 10)), nice=False)
    return alt.Scale(domain=span(field), nice=nice)


def axis(name: str, log: bool) -> alt.Axis:
    return alt.Axis(labelExpr=theme.log_number(name) if log else theme.PLAIN_NUMBER)
