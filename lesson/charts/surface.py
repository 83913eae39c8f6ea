"""The loss over two weights, and dots that move down on it step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.growth import COLORS, DASHES
from lesson.charts.picture import (
    UNLABELLED,
    Chart,
    Picture,
    below,
    drawing,
    part,
    parts,
    span,
    step_shown,
    table,
)

if TYPE_CHECKING:
    from lesson.numeric.experiments.optimizers.surface import Surface


def surface_chart(surface: Surface, across: str, up: str, words: Mapping[str, str]) -> Picture:
    """The surface from above, darker where the loss is larger, and each optimizer's path to the step shown.

    across and up: names of the two weights.
    """
    wide, high = (np.diff(axis[:2])[0] / 2 for axis in (surface.across, surface.up))
    x, y = np.meshgrid(surface.across, surface.up)
    cells = table(
        x=x.ravel() - wide,
        x2=x.ravel() + wide,
        y=y.ravel() - high,
        y2=y.ravel() + high,
        loss=surface.losses.ravel(),
    )
    paths = below(
        table(x=path[:, 0], y=path[:, 1], step=range(len(path)), last=len(path) - 1, curve=words[name])
        for name, path in surface.paths.items()
    )
    start = table(x=[surface.across.mean()], y=[surface.up.mean()])
    names = tuple(words[name] for name in surface.paths)
    return Picture(
        cells_and_paths(across, up, words["loss"], words["step"], names, surface.last_step),
        parts(cells=cells, paths=paths, start=start),
    )


@drawing
def cells_and_paths(across: str, up: str, loss: str, step: str, names: tuple[str, ...], last: int) -> Chart:
    base = alt.Chart().encode(
        x=alt.X("x:Q", title=across, scale=alt.Scale(domain=[span("x")[0], span("x2")[1]], nice=False)),
        y=alt.Y("y:Q", title=up, scale=alt.Scale(domain=[span("y")[0], span("y2")[1]], nice=False)),
    )
    # A root, as the loss is a square: valleys stay visible beside high walls, and zero has a place.
    heights = alt.Scale(type="sqrt", scheme="greys", domain=span("loss"))
    tooltip = [alt.Tooltip("loss:Q", title=loss, format=".4~g")]
    cells = (
        part(base, "cells")
        .mark_rect(aria=UNLABELLED)
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            fill=alt.Fill("loss:Q", scale=heights, legend=alt.Legend(title=loss, orient="right")),
            tooltip=tooltip,
        )
    )
    colors = alt.Scale(domain=names, range=COLORS[: len(names)])
    dashes = alt.Scale(domain=names, range=DASHES[: len(names)])
    paths = part(base, "paths").encode(
        order="step:O", tooltip=[alt.Tooltip("curve:N", title=" "), alt.Tooltip("step:Q", title=step)]
    )
    legend = alt.Legend(**theme.LEGEND.to_dict(), symbolType="stroke")
    color = alt.Color("curve:N", scale=colors, legend=legend)
    lines = (
        paths.transform_filter("datum.step <= shown")
        .mark_line(strokeWidth=3)
        .encode(color=color, strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=legend))
    )
    dots = (
        paths.transform_filter("datum.step == min(shown, datum.last)")
        .mark_point(filled=True, size=160, opacity=1, stroke="#000", strokeWidth=1)
        .encode(color=color)
    )
    start = part(base, "start").mark_point(
        shape="cross", size=140, filled=True, color="#000", opacity=1, tooltip=None
    )
    return alt.layer(cells, lines, start, dots).properties(height=420).add_params(step_shown(last))
