"""What both lanes have made of the same task: their losses, and the curves that they fitted."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lesson.charts import theme
from lesson.charts.ceiling import beneath, height, inside
from lesson.charts.growth import axis
from lesson.charts.picture import (
    UNLABELLED,
    Chart,
    Picture,
    below,
    drawing,
    hover_points,
    part,
    parts,
    span,
    table,
    tooltips,
)
from lesson.numeric.training.curves import Fit, Losses


def loss_chart(losses: Losses, words: Mapping[str, str], log: bool = False) -> Picture:
    """Both losses over the steps; a wide line under a dashed one, so that equal curves both show.

    The axis ends at their ceiling, where a curve that is higher leaves the picture.
    """
    points = beneath(losses.ceiling, both_lanes(losses.steps, losses.by_hand, losses.autograd, words))
    # Zero has no logarithm.
    shown = points.filter(pc.field("value") > 0) if log else points
    return Picture(two_losses(words["step"], words["loss"], words["lane"], lanes(words), log), shown)


@drawing
def two_losses(step: str, loss: str, lane: str, names: tuple[str, str], log: bool) -> Chart:
    whole = alt.Axis(tickMinStep=1, format=",d")
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=step, scale=alt.Scale(domain=span("at"), nice=False), axis=whole),
        y=alt.Y("value:Q", title=loss, scale=height(log), axis=axis("y", log)),
    )
    told = tooltips({lane: "lane:N", step: ("at:Q", ",d"), loss: ("value:Q", ".9g")})
    layers = alt.layer(lane_lines(base, names), hover_points(inside(base), told))
    return layers.properties(height=theme.HEIGHT)


def followed_losses(losses: Losses, words: Mapping[str, str]) -> Picture:
    """Both losses, with a ruler that follows the pointer from the last step: what each is there, and by how
    much they differ."""
    both = beneath(losses.ceiling, both_lanes(losses.steps, losses.by_hand, losses.autograd, words))
    steps = table(at=losses.steps, by_hand=losses.by_hand, autograd=losses.autograd)
    names = (*lanes(words), words["difference"])
    return Picture(ruled_losses(words["step"], words["loss"], names), parts(lanes=both, steps=steps))


@drawing
def ruled_losses(step: str, loss: str, names: tuple[str, str, str]) -> Chart:
    across = alt.X(
        "at:Q",
        title=step,
        scale=alt.Scale(domain=span("at"), nice=False),
        axis=alt.Axis(tickMinStep=1, format=",d", tickCount=5),
    )
    up = alt.Y("value:Q", title=loss, scale=height(log=False), axis=axis("y", log=False))
    lines = lane_lines(part(alt.Chart(), "lanes").encode(x=across, y=up), names[:2])
    steps = part(alt.Chart(), "steps")
    pointed = alt.selection_point(
        name="pointed", fields=["at"], on="pointermove", nearest=True, clear=False, toggle=False
    )
    places = steps.mark_point(opacity=0, aria=UNLABELLED).encode(x="at:Q").add_params(pointed)
    there = steps.transform_filter(f"datum.at == (pointed.at ? pointed.at[0] : {span('at')[1].expr})")
    ruler = there.mark_rule(strokeWidth=1.5, strokeDash=[3, 3]).encode(x="at:Q")
    return alt.layer(lines, places, ruler, *readings(there, step, names)).properties(height=250)


def readings(there: alt.Chart, step: str, names: tuple[str, str, str]) -> list[alt.Chart]:
    """The numbers at a step, written into the corner that falling curves leave free."""
    by_hand, autograd, difference = names
    written = {
        step: "format(datum.at, ',d')",
        by_hand: "format(datum.by_hand, '.9g')",
        autograd: "format(datum.autograd, '.9g')",
        difference: "format(abs(datum.by_hand - datum.autograd), '.3~g')",
    }
    return [
        there.transform_calculate(said=f"'{name}: ' + {number}")
        .mark_text(align="right", dx=-8, fontSize=14, fontWeight=700 if name == difference else 400)
        .encode(x=alt.value("width"), y=alt.value(12 + 20 * line), text="said:N")
        for line, (name, number) in enumerate(written.items())
    ]


def fit_chart(fit: Fit, words: Mapping[str, str]) -> Picture:
    """The observations and what each lane predicts along the one input."""
    points = parts(
        observed=table(at=fit.x, value=fit.y),
        fitted=both_lanes(fit.grid, fit.drawn(fit.by_hand), fit.drawn(fit.autograd), words),
    )
    return Picture(data_and_curves(fit.input, fit.output, lanes(words)), points)


@drawing
def data_and_curves(input: str, output: str, names: tuple[str, str]) -> Chart:
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=input, scale=alt.Scale(domain=span("at"), nice=True)),
        y=alt.Y(
            "value:Q",
            title=output,
            scale=alt.Scale(domain=span("value"), nice=True),
            axis=alt.Axis(labelExpr=theme.PLAIN_NUMBER),
        ),
    )
    observed = part(base, "observed").mark_circle(color=theme.DATA, opacity=0.6, size=30)
    return alt.layer(observed, lane_lines(part(base, "fitted"), names)).properties(height=theme.HEIGHT)


def lanes(words: Mapping[str, str]) -> tuple[str, str]:
    return words["by_hand"], words["autograd"]


def both_lanes(
    at: np.ndarray, by_hand: np.ndarray, autograd: np.ndarray, words: Mapping[str, str]
) -> pa.Table:
    return below(
        table(at=at, lane=name, value=values)
        for name, values in zip(lanes(words), (by_hand, autograd), strict=True)
    )


def lane_lines(base: alt.Chart, names: tuple[str, str]) -> alt.Chart:
    def scale(by_hand: str | float | list[float], autograd: str | float | list[float]) -> alt.Scale:
        return alt.Scale(domain=names, range=[by_hand, autograd])

    return base.mark_line(clip=True, tooltip=None).encode(
        color=alt.Color("lane:O", scale=scale(theme.BY_HAND, theme.AUTOGRAD), legend=theme.LEGEND),
        strokeWidth=alt.StrokeWidth("lane:O", scale=scale(7, 2.5), legend=theme.LEGEND),
        strokeDash=alt.StrokeDash("lane:O", scale=scale([1, 0], [6, 5]), legend=theme.LEGEND),
        opacity=alt.Opacity("lane:O", scale=scale(0.45, 1), legend=theme.LEGEND),
    )
