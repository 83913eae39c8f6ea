"""Who is ahead: a bar for each of several runs, to one side or the other of zero."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, span_with, table, tooltips


def lead_chart(first_seed: int, differences: np.ndarray, words: Mapping[str, str]) -> Picture:
    """differences (seeds,): the loss by hand minus that by autograd, for one seed after the other."""
    sides = (words["autograd-ahead"], words["by-hand-ahead"])
    leads = table(
        seed=first_seed + np.arange(len(differences)),
        difference=differences,
        side=[sides[int(difference < 0)] for difference in differences],
    )
    return Picture(bars(words["seed"], words["loss-difference"], sides), leads)


REACH = span_with(0, 0, "difference")


@drawing
def bars(seed: str, difference: str, sides: tuple[str, str]) -> Chart:
    colors = alt.Scale(domain=sides, range=[theme.AUTOGRAD, theme.BY_HAND])
    base = alt.Chart().encode(
        x=alt.X("seed:O", title=seed, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("difference:Q", title=difference, scale=alt.Scale(domain=REACH, nice=True)),
        color=alt.Color("side:N", scale=colors, legend=theme.LEGEND),
        tooltip=tooltips({seed: "seed:O", difference: ("difference:Q", ".4~g"), " ": "side:N"}),
    )
    zero = alt.Chart().mark_rule(color="#888").encode(y=alt.datum(0))
    return alt.layer(base.mark_bar(), zero).properties(height=260)
