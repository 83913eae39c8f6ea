"""What both lanes have made of the same task: their losses, and the curves that they fitted."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from lesson.charts import theme
from lesson.numeric.curves import Fit, Losses


def loss_chart(
    losses: Losses, words: Mapping[str, str], log: bool = False
) -> alt.LayerChart | alt.FacetChart:
    """Both losses over the steps; a wide line under a dashed one, so that equal curves both show."""
    frame = both_lanes(losses.steps, losses.by_hand, losses.autograd, words)
    scale = alt.Scale(type="log") if log else alt.Scale(zero=False)
    # A logarithm has no place for a loss of exactly zero.
    shown = frame[frame["value"] > 0] if log else frame
    base = alt.Chart(shown).encode(
        x=alt.X("step:Q", title=words["step"], axis=alt.Axis(tickMinStep=1, format=",d")),
        y=alt.Y("value:Q", title=words["loss"], scale=scale, axis=alt.Axis(labelExpr=theme.PLAIN_NUMBER)),
    )
    tooltip = [
        alt.Tooltip("lane:N", title=words["lane"]),
        alt.Tooltip("step:Q", title=words["step"], format=",d"),
        alt.Tooltip("value:Q", title=words["loss"], format=".9g"),
    ]
    lines = lane_lines(base, words)
    return alt.layer(lines, hover_points(base, tooltip)).properties(height=theme.HEIGHT)


def fit_chart(fit: Fit, words: Mapping[str, str]) -> alt.LayerChart | alt.FacetChart:
    """The observations and what each lane predicts along the one input."""
    points = pd.DataFrame({"x": fit.x, "value": fit.y})
    frame = both_lanes(fit.grid, fit.by_hand, fit.autograd, words).rename(columns={"step": "x"})
    observed = (
        alt.Chart(points)
        .mark_circle(color=theme.DATA, opacity=0.6, size=30)
        .encode(
            x=alt.X("x:Q", title=fit.input),
            y=alt.Y("value:Q", title=fit.output, axis=alt.Axis(labelExpr=theme.PLAIN_NUMBER)),
        )
    )
    base = alt.Chart(frame).encode(x="x:Q", y="value:Q")
    return alt.layer(observed, lane_lines(base, words)).properties(height=theme.HEIGHT)


def both_lanes(
    at: np.ndarray, by_hand: np.ndarray, autograd: np.ndarray, words: Mapping[str, str]
) -> pd.DataFrame:
    lanes = (("by_hand", by_hand), ("autograd", autograd))
    return pd.concat(
        pd.DataFrame({"step": at, "lane": words[name], "value": values}) for name, values in lanes
    )


def lane_lines(base: alt.Chart, words: Mapping[str, str]) -> alt.Chart:
    lanes = [words["by_hand"], words["autograd"]]

    def scale(by_hand: str | float | list[float], autograd: str | float | list[float]) -> alt.Scale:
        return alt.Scale(domain=lanes, range=[by_hand, autograd])

    return base.mark_line().encode(
        color=alt.Color("lane:O", scale=scale(theme.BY_HAND, theme.AUTOGRAD), legend=theme.LEGEND),
        strokeWidth=alt.StrokeWidth("lane:O", scale=scale(7, 2.5), legend=theme.LEGEND),
        strokeDash=alt.StrokeDash("lane:O", scale=scale([1, 0], [6, 5]), legend=theme.LEGEND),
        opacity=alt.Opacity("lane:O", scale=scale(0.45, 1), legend=theme.LEGEND),
    )


def hover_points(base: alt.Chart, tooltip: list[alt.Tooltip]) -> alt.Chart:
    return base.mark_point(opacity=0, size=80, filled=True).encode(tooltip=tooltip)
