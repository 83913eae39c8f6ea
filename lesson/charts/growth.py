"""How something grows with something else: a few curves, told apart by colour and dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pyarrow.compute as pc

from lesson.charts import theme
from lesson.charts.picture import (
    Chart,
    Picture,
    below,
    drawing,
    hover_points,
    span,
    span_with,
    table,
    tooltips,
)


def growth_chart(
    at: Sequence[float] | np.ndarray,
    curves: Mapping[str, Sequence[float] | np.ndarray],
    across: str,
    up: str,
    log: tuple[bool, bool] = (False, False),
    at_ends: bool = False,
) -> Picture:
    """A curve for each name, of a value for each number in at.

    across and up: titles of the axes; log: which of the two is logarithmic. The values' axis, where it is
    not, begins at zero or below, so that a height tells a ratio. at_ends: whether each name stands at the end
    of its curve, for curves that end apart and rise; else there is a legend.
    """
    points = below(table(at=at, value=values, curve=name) for name, values in curves.items())
    points = points.append_column("last", pc.equal(points["at"], pc.max(points["at"])))
    # Zero has no logarithm.
    shown = points.filter(pc.field("value") > 0) if log[1] else points
    return Picture(lines(across, up, tuple(curves), log, at_ends), shown)


@drawing
def lines(
    across: str, up: str, names: tuple[str, ...], log: tuple[bool, bool], at_ends: bool = False
) -> Chart:
    wide = log_scale("at") if log[0] else alt.Scale(domain=span("at"), nice=False)
    high = log_scale("value") if log[1] else alt.Scale(domain=span_with(0, 0, "value"), nice=True)
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=across, scale=wide, axis=axis("x", log[0])),
        y=alt.Y("value:Q", title=up, scale=high, axis=axis("y", log[1])),
    )
    legend = None if at_ends else wrapped_legend(names)
    dashed = base.mark_line(strokeWidth=2.5).encode(
        color=theme.curve_color(names, legend), strokeDash=theme.curve_dash(names, legend)
    )
    told = tooltips({" ": "curve:N", across: "at:Q", up: ("value:Q", ",.4~g")})
    ends = [written_at_ends(base, names)] if at_ends else []
    return alt.layer(dashed, *ends, hover_points(base, told)).properties(height=280)


def written_at_ends(base: alt.Chart, names: tuple[str, ...]) -> alt.Chart:
    """Each curve's name above its end."""
    last = base.transform_filter("datum.last")
    words = last.mark_text(align="right", dx=-4, dy=-8, fontSize=13, fontWeight="bold", aria=False)
    return words.encode(text="curve:N", color=theme.curve_color(names, None))


def wrapped_legend(names: tuple[str, ...]) -> alt.Legend:
    """As many names beside each other as fit: a letter takes some 6 pixels, the line before a name 40."""
    columns = f"max(1, min({len(names)}, floor(width / {40 + 6 * max(map(len, names))})))"
    return alt.Legend(**theme.LEGEND.to_dict(), columns=alt.ExprRef(expr=columns))


def log_scale(field: str) -> alt.Scale:
    return alt.Scale(type="log", domain=span(field, empty=(1, 10)), nice=False)


def axis(name: str, log: bool) -> alt.Axis:
    return alt.Axis(labelExpr=theme.log_number(name) if log else theme.PLAIN_NUMBER)
