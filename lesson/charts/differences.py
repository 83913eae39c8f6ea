"""Differences on a logarithmic axis with a band of its own for exact zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from lesson.charts import theme
from lesson.charts.picture import (
    Picture,
    below,
    drawing,
    hover_points,
    part,
    parts,
    records,
    span,
    table,
    tooltips,
)
from lesson.numeric.training.curves import Differences


@dataclass(frozen=True)
class Axis:
    """Powers of ten from low to high, and below low a band for exact zero."""

    low: int
    high: int

    @property
    def bottom(self) -> float:
        """Where the band for exact zero ends."""
        return self.low - (self.high - self.low) / 5

    @property
    def positions(self) -> str:
        """The Vega expression that places the values of all parameters."""
        each = (
            f"datum.parameter == '{name}' ? ({self.position(index)})"
            for index, name in enumerate(theme.PARAMETERS)
        )
        return " : ".join([*each, "0"])

    def position(self, parameter: int) -> str:
        """The same for one; zeros stand one above the other, none hidden, and what is no number is not
        shown."""
        zero = self.low + (self.bottom - self.low) * (parameter + 1) / (len(theme.PARAMETERS) + 1)
        power = f"clamp(log(datum.value) / LN10, {self.low}, {self.high})"
        return f"datum.value > 0 ? {power} : datum.value == 0 ? {zero} : null"

    @property
    def scale(self) -> alt.Scale:
        return alt.Scale(domain=[self.bottom, self.high], nice=False)

    def powers(self, title: str, zero: str) -> alt.Y:
        """The axis on the left: powers of ten, and the word for exact zero."""
        middle = (self.bottom + self.low) / 2
        power = "datum.value == 0 ? '1' : '1e' + datum.value"
        return alt.Y(
            "position:Q",
            title=title,
            scale=self.scale,
            axis=alt.Axis(
                values=[middle, *range(self.low, self.high + 1)],
                labelExpr=f"datum.value < {self.low} ? '{zero}' : {power}",
                labelOverlap="greedy",
                grid=False,
            ),
        )


class Territory(NamedTuple):
    """A band from low to high, in powers of ten, and its name."""

    word: str
    low: float
    high: float
    color: str


SHARES = Axis(low=-6, high=3)
DRIFTS = Axis(low=-16, high=2)

LARGEST = np.finfo(float).max
"""Instead of infinity, which no table holds: it is drawn at the upper end of the axis."""


def local_chart(differences: Differences, words: Mapping[str, str]) -> Picture:
    """Differences at the same weights, as shares of what rounding can explain, over the steps."""
    territories = (
        Territory("identical", SHARES.bottom, SHARES.low, theme.DATA),
        Territory("rounding", SHARES.low, 0, theme.AUTOGRAD),
        Territory("different", 0, SHARES.high, theme.BY_HAND),
    )
    numbers = {"value": "share", "largest": "largest", "ulps": "ulps"}
    return difference_chart(differences, words, SHARES, territories, numbers)


def drift_chart(differences: Differences, words: Mapping[str, str]) -> Picture:
    """How far the weights of the two trainings have wandered apart, over the steps."""
    territories = (Territory("together", DRIFTS.bottom, DRIFTS.low, theme.DATA),)
    numbers = {"value": "weights-drift", "gradients": "gradients-drift"}
    return difference_chart(differences, words, DRIFTS, territories, numbers)


def difference_chart(
    differences: Differences,
    words: Mapping[str, str],
    axis: Axis,
    territories: tuple[Territory, ...],
    numbers: Mapping[str, str],
) -> Picture:
    """A line for each parameter over the named territories.

    numbers: the word for each field that a pointer is told; the first names the axis.
    """
    named = tuple(territory._replace(word=words[territory.word]) for territory in territories)
    titles = tuple((field, words[word]) for field, word in numbers.items())
    general = (words["step"], words["parameter"], words["exactly-zero"])
    return Picture(
        lines_over_territories(axis, named, titles, general),
        parts(curves=curves(differences), bands=records(named)),
    )


def curves(differences: Differences) -> pa.Table:
    """A row for each parameter and step."""
    return below(
        table(
            step=differences.steps,
            value=np.minimum(drawn, LARGEST),
            parameter=name,
            **differences.explained[name],
        )
        for name, drawn in differences.drawn.items()
    )


@drawing
def lines_over_territories(
    axis: Axis,
    territories: tuple[Territory, ...],
    titles: tuple[tuple[str, str], ...],
    general: tuple[str, str, str],
) -> alt.LayerChart:
    """titles: of the fields in the tooltip; general: the words for step, parameter and exact zero."""
    step, parameter, zero = general
    whole = alt.Axis(tickMinStep=1, format=",d", grid=False)
    placed = part(alt.Chart(), "curves").transform_calculate(position=axis.positions)
    base = placed.encode(
        x=alt.X("step:Q", title=step, scale=alt.Scale(domain=span("step"), nice=False), axis=whole),
        y=axis.powers(titles[0][1], zero),
    )
    lines = base.mark_line(strokeWidth=2, tooltip=None).encode(
        color=theme.parameter_color(), strokeDash=theme.parameter_dash()
    )
    numbers = {title: (f"{field}:Q", ".3g") for field, title in titles}
    told = tooltips({parameter: "parameter:N", step: ("step:Q", ",d"), **numbers})
    over = alt.layer(lines, hover_points(base, told)).resolve_axis(y="shared")
    layers = alt.layer(bands(territories, axis), over).resolve_axis(y="independent")
    return layers.properties(height=theme.HEIGHT + 60)


def bands(territories: tuple[Territory, ...], axis: Axis) -> alt.Chart:
    """The territories in their colours, named on the axis on the right."""
    marks = part(alt.Chart(), "bands").mark_rect(opacity=0.15, tooltip=None)
    return marks.encode(
        y=alt.Y("low:Q", scale=axis.scale, axis=names(territories)),
        y2="high:Q",
        fill=alt.Fill("color:N", scale=None),
    )


def names(territories: tuple[Territory, ...]) -> alt.Axis:
    """The axis on the right: in the middle of each territory its word."""
    name = "''"
    for territory in territories:
        inside = f"datum.value < {territory.high} && datum.value > {territory.low}"
        name = f"{inside} ? '{territory.word}' : {name}"
    return alt.Axis(
        orient="right",
        values=[(territory.low + territory.high) / 2 for territory in territories],
        labelExpr=name,
        grid=False,
        ticks=False,
        domain=False,
        title=None,
    )
