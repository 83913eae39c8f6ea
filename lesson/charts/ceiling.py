"""An axis of losses that ends at a ceiling: what blows up leaves the picture, the others stay seen."""

from __future__ import annotations

import altair as alt
import pyarrow as pa
import pyarrow.compute as pc

from lesson.charts.picture import span


def beneath(ceiling: float, points: pa.Table) -> pa.Table:
    """Points for height(). What is far above the picture stays there, but not where no canvas can draw it."""
    column = points.column_names.index("value")
    values = pc.min_element_wise(points["value"], 100 * ceiling, skip_nulls=False)
    ceilings = pa.array([ceiling] * len(points), pa.float64())
    return points.set_column(column, "value", values).append_column("ceiling", ceilings)


def inside(base: alt.Chart) -> alt.Chart:
    """What is in the picture, for marks that are not clipped: Vega shrinks a picture until all fit in."""
    return base.transform_filter("datum.value <= datum.ceiling")


def height(log: bool) -> alt.Scale:
    """From the least value to the greatest or to the ceiling, whichever is lower; marks are to be clipped."""
    low, high = span("value", empty=(1, 10) if log else (0, 1))
    ceiling = span("ceiling", empty=(10, 10))[1]
    domain = [low, alt.ExprRef(expr=f"min({high.expr}, {ceiling.expr})")]
    return alt.Scale(type="log", domain=domain) if log else alt.Scale(domain=domain, zero=False, nice=True)
