"""The loss over two weights, and dots that move down on it step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pyarrow as pa

from lesson.charts import theme
from lesson.charts.picture import (
    UNLABELLED,
    Chart,
    Picture,
    below,
    drawing,
    part,
    parts,
    span,
    span_ends,
    step_shown,
    table,
    tooltips,
)

if TYPE_CHECKING:
    from lesson.numeric.experiments.optimizers.surface import Surface


def surface_chart(surface: Surface, across: str, up: str, words: Mapping[str, str]) -> Picture:
    """The surface from above, darker where the loss is larger, and each optimizer's path to the step shown.

    across and up: names of the two weights.
    """
    paths = below(
        table(x=path[:, 0], y=path[:, 1], step=range(len(path)), last=len(path) - 1, curve=words[name])
        for name, path in surface.paths.items()
    )
    start = table(x=[surface.across.mean()], y=[surface.up.mean()])
    names = tuple(words[name] for name in surface.paths)
    return Picture(
        cells_and_paths((across, up), words["loss"], words["step"], names, surface.last_step),
        parts(cells=cells(surface), paths=paths, start=start),
    )


def cells(surface: Surface) -> pa.Table:
    """A rectangle around each point at which the loss was computed."""
    wide, high = (np.diff(axis[:2])[0] / 2 for axis in (surface.across, surface.up))
    x, y = (at.ravel() for at in np.meshgrid(surface.across, surface.up))
    return table(x=x - wide, x2=x + wide, y=y - high, y2=y + high, loss=surface.losses.ravel())


@drawing
def cells_and_paths(
    weights: tuple[str, str], loss: str, step: str, names: tuple[str, ...], last: int
) -> Chart:
    across, up = weights
    base = alt.Chart().encode(
        x=alt.X("x:Q", title=across, scale=alt.Scale(domain=span_ends("x", "x2"), nice=False)),
        y=alt.Y("y:Q", title=up, scale=alt.Scale(domain=span_ends("y", "y2"), nice=False)),
    )
    paths = part(base, "paths").encode(order="step:O", tooltip=tooltips({" ": "curve:N", step: "step:Q"}))
    start = part(base, "start").mark_point(
        shape="cross", size=140, filled=True, color="#000", opacity=1, tooltip=None
    )
    layers = shaded(part(base, "cells"), loss), *moving(paths, names)
    return alt.layer(*layers, start).properties(height=420).add_params(step_shown(last))


def moving(paths: alt.Chart, names: tuple[str, ...]) -> tuple[alt.Chart, alt.Chart]:
    """The paths up to the step shown, and a dot where each is then; a path that has ended waits."""
    legend = alt.Legend(**theme.LEGEND.to_dict(), symbolType="stroke")
    color = theme.curve_color(names, legend)
    lines = paths.transform_filter("datum.step <= shown").mark_line(strokeWidth=3)
    dots = paths.transform_filter("datum.step == min(shown, datum.last)").mark_point(
        filled=True, size=160, opacity=1, stroke="#000", strokeWidth=1
    )
    return lines.encode(color=color, strokeDash=theme.curve_dash(names, legend)), dots.encode(color=color)


def shaded(cells: alt.Chart, loss: str) -> alt.Chart:
    """Darker where the loss is larger."""
    # A root, as the loss is a square: valleys stay visible beside high walls, and zero can be shown.
    heights = alt.Scale(type="sqrt", scheme="greys", domain=span("loss"))
    return cells.mark_rect(aria=UNLABELLED).encode(
        x2="x2:Q",
        y2="y2:Q",
        fill=alt.Fill("loss:Q", scale=heights, legend=alt.Legend(title=loss, orient="right")),
        tooltip=tooltips({loss: ("loss:Q", ".4~g")}),
    )
