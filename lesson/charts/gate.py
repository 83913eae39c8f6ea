"""A gate on the way back: a pre-activation that can be dragged, and what becomes of the signal meanwhile.

The table has the numbers of every position of h, and the browser picks those of one, as at the bench.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from lesson.charts import theme
from lesson.charts.bench import HERE, grips, moving, plane
from lesson.charts.picture import Chart, Picture, below, drawing, part, parts, records, span, table

if TYPE_CHECKING:
    from lesson.numeric.experiments.activation import Swept

CURVE, WAY, HEIGHT = 270, 330, 190
"""Pixels: the width of the curve, that of the way back beside it, and the height of both."""

MIDDLE, LINE = 165, 120
"""Where on the way back the gate stands, and how far down the signal comes."""

LEFT, RIGHT, BOX = 48, 282, 44
"""Where grad_h and grad_a stand, and half the width of what frames them."""

POST, GAP = 42, 16
"""Half the height of the gate, and of the gap in it where it is open."""


KINDS = alt.Scale(domain=["error", "hidden"], range=[theme.ERROR, theme.HIDDEN])


class Line(NamedTuple):
    """A piece of the way back or of the gate, at one position; opacity: how far it is there."""

    at: int
    x: float
    y: float
    x2: float
    y2: float
    kind: str
    opacity: float


class Frame(NamedTuple):
    """A cell of the way back, with its name."""

    x: float
    y: float
    x2: float
    y2: float
    name: str


def gate_chart(swept: Swept, start: int, own: float, words: Mapping[str, str]) -> Picture:
    """The activation with a dot that can be dragged, and the signal before and behind the gate at that h.

    start: the position that the page has. own: the network's own h. words: h, a, own, open, shut, damped.
    The selection `released` is the position at which a drag ended.
    """
    at = np.arange(len(swept.h))
    found = parts(
        curve=table(at=at, h=swept.h, a=swept.a),
        own=table(h=np.array([own]), text=words["own"], side="left" if own < 0 else "right"),
        numbers=below(numbers(swept)),
        lines=records(line for position, mask in enumerate(swept.mask) for line in lines(position, mask)),
        frames=records(frame(x, name) for x, name in ((LEFT, "grad_h"), (RIGHT, "grad_a"))),
        state=table(at=at, x=MIDDLE, y=LINE + POST + 16, text=[words[state_of(mask)] for mask in swept.mask]),
    )
    found = found.append_column("start", pa.array([start] * len(found), pa.int64()))
    return Picture(gate(words["h"], words["a"]), found)


def state_of(mask: float) -> str:
    """What a gate with this slope does to a signal."""
    return {0.0: "shut", 1.0: "open"}.get(float(mask), "damped")


def numbers(swept: Swept) -> Iterator[pa.Table]:
    """What is written on the way back, at each position."""
    yield moving(MIDDLE, 20, swept.h, "hidden", "h = ")
    yield moving(MIDDLE, 44, swept.mask, "hidden", "mask = φ′(h) = ")
    # Minus zero is zero.
    yield moving(LEFT, LINE, swept.grad_h + 0.0, "error")
    yield moving(RIGHT, LINE, swept.grad_a, "error")


def lines(at: int, mask: float) -> Iterator[Line]:
    """The signal from right to left, behind the gate as far as the mask lets it, and the gate's two posts
    and what closes it where nothing passes."""
    yield Line(at, MIDDLE + 8, LINE, RIGHT - BOX, LINE, "error", 1)
    yield Line(at, LEFT + BOX, LINE, MIDDLE - 8, LINE, "error", mask)
    yield Line(at, MIDDLE, LINE - POST, MIDDLE, LINE - GAP, "hidden", 1)
    yield Line(at, MIDDLE, LINE + GAP, MIDDLE, LINE + POST, "hidden", 1)
    yield Line(at, MIDDLE, LINE - GAP, MIDDLE, LINE + GAP, "hidden", float(mask == 0))


def frame(x: float, name: str) -> Frame:
    return Frame(x - BOX, LINE - 16, x + BOX, LINE + 16, name)


@drawing
def gate(h: str, a: str) -> Chart:
    return alt.vconcat(alt.hconcat(curve_view(h, a), way_view(), spacing=12))


def curve_view(h: str, a: str) -> Chart:
    base = alt.Chart(width=CURVE, height=HEIGHT - 44).encode(
        x=alt.X("h:Q", title=h, scale=alt.Scale(domain=span("h"), nice=False)),
        y=alt.Y("a:Q", title=a, scale=alt.Scale(domain=span("a"), zero=False)),
        tooltip=alt.value(None),
    )
    curve, own = part(base, "curve"), part(base, "own").encode(y=alt.value(0))
    dashed = own.mark_rule(color=theme.HIDDEN, strokeDash=[2, 3], aria=False)
    return alt.layer(
        dashed.encode(y2=alt.value(HEIGHT - 44)),
        own.mark_text(
            align=alt.ExprRef(expr="datum.side"),
            dx=alt.ExprRef(expr="datum.side == 'left' ? 4 : -4"),
            dy=8,
            fontSize=11,
            aria=False,
        ).encode(text="text:N"),
        curve.mark_line(color=theme.HIDDEN, strokeWidth=2.5, aria=False),
        here(curve).mark_circle(color=theme.ERROR, size=180, opacity=1, aria=False),
        grips(curve),
    )


def here(base: alt.Chart) -> alt.Chart:
    """What belongs to the position that is shown."""
    return base.transform_filter(f"datum.at == {HERE}")


def way_view() -> Chart:
    """The signal, the gate on its way, and what stands before and behind it."""
    base = plane(WAY, HEIGHT)
    frames, pieces = part(base, "frames"), here(part(base, "lines")).encode(x2="x2:Q", y2="y2:Q")
    numbers_ = here(part(base, "numbers"))
    written = numbers_.transform_calculate(written="datum.before + format(datum.value, '.3~g')")
    above = frames.transform_calculate(x=f"datum.x + {BOX}", y="datum.y - 14")
    words: dict[str, Any] = {"fontSize": 13, "aria": False}
    return alt.layer(
        frames.mark_rect(fill="transparent", stroke=theme.ERROR, strokeWidth=1.5, aria=False).encode(
            x2="x2:Q", y2="y2:Q"
        ),
        above.mark_text(**words).encode(text="name:N"),
        pieces.mark_rule(strokeWidth=6, aria=False).encode(
            color=alt.Color("kind:N", scale=KINDS, legend=None), opacity=alt.Opacity("opacity:Q", scale=None)
        ),
        written.mark_text(fontWeight="bold", **words).encode(text="written:N"),
        here(part(base, "state")).mark_text(**words).encode(text="text:N"),
    )
