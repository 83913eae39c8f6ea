"""Colours and line styles: one for each quantity and each path, in every picture of the lesson.

All are at least 3:1 against the page in light and in dark (WCAG 2.2, 1.4.11), told apart by people
with the common colour blindnesses (after Okabe and Ito, 2008), and never the only sign: a dash, a
width or a word stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

DATA = "#009e73"
WEIGHTS = "#7b61c9"
HIDDEN = "#b07d00"
ERROR = "#c2417a"
BY_HAND = "#d55e00"
AUTOGRAD = "#2a85c7"
RESTS = "#8885"
"""What is there but does nothing."""

TEXT = {
    "light": {"data": "#006b4e", "weights": "#5b3fb0", "hidden": "#7a5600", "error": "#a3295f"},
    "dark": {"data": "#4fd0a5", "weights": "#b6a3f5", "hidden": "#e8b84a", "error": "#f08cb8"},
}
"""The same quantities where they are text, 4.5:1 against the page: each theme needs its own."""

INK = {"light": "#262730", "dark": "#f5f4ef"}
"""What is written in a picture and is of no quantity; Vega would write it black on a dark page too."""

PARAMETERS = ("w1", "b1", "w2", "b2")
PARAMETER_COLORS = (WEIGHTS, DATA, ERROR, HIDDEN)
PARAMETER_DASHES = ([1, 0], [2, 2], [8, 3], [8, 3, 2, 3])

COLORS = (BY_HAND, AUTOGRAD, DATA, WEIGHTS, ERROR, HIDDEN)
DASHES = ([1, 0], [6, 5], [2, 3], [8, 3, 2, 3], [1, 0], [10, 4])
"""Of curves that are named on the page, in their order."""

HEIGHT = 360
LEGEND = alt.Legend(orient="bottom", title=None, symbolStrokeWidth=3, symbolSize=300)


PLAIN_NUMBER = (
    "abs(datum.value) < 1e3 ? format(datum.value, '~g') : "
    "abs(datum.value) < 1e6 ? format(datum.value, '~s') : format(datum.value, '~e')"
)
"""Vega expression for axes on which a training may blow up: no prefixes that nobody knows."""


def log_number(axis: str) -> str:
    """The same for a logarithmic axis, x or y. Wide ones show only what begins with 1, 2 or 5, or with 1;
    Vega would pick whatever fits: 1 3 5 7 9 20 40."""
    least, greatest = f"domain('{axis}')[0]", f"domain('{axis}')[1]"
    written = f"{greatest} > 1e3 * {least} ? '1' : {greatest} > 10 * {least} ? '125' : '123456789'"
    leading = "slice(format(datum.value, '.0e'), 0, 1)"
    return f"indexof({written}, {leading}) < 0 ? '' : {PLAIN_NUMBER}"


def parameter_color() -> alt.Color:
    """w1, b1, w2, b2 by colour, the same in every chart."""
    scale = alt.Scale(domain=PARAMETERS, range=PARAMETER_COLORS)
    return alt.Color("parameter:N", scale=scale, legend=LEGEND)


def parameter_dash() -> alt.StrokeDash:
    """w1, b1, w2, b2 by dash, for those who do not tell the colours apart."""
    scale = alt.Scale(domain=PARAMETERS, range=PARAMETER_DASHES)
    return alt.StrokeDash("parameter:N", scale=scale, legend=LEGEND)


def curve_color(names: Sequence[str], legend: alt.Legend | None = LEGEND) -> alt.Color:
    """Named curves by colour."""
    scale = alt.Scale(domain=names, range=COLORS[: len(names)])
    return alt.Color("curve:N", scale=scale, legend=legend)


def curve_dash(names: Sequence[str], legend: alt.Legend | None = LEGEND) -> alt.StrokeDash:
    """Named curves by dash, for those who do not tell the colours apart."""
    scale = alt.Scale(domain=names, range=DASHES[: len(names)])
    return alt.StrokeDash("curve:N", scale=scale, legend=legend)
