"""The gate: what stands before and behind it is what was computed for the h that is shown."""

from __future__ import annotations

import pytest

from lesson.charts.gate import gate_chart
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.activation import Swept, nearest, swept
from tests.unit.charts.drawn import Marks, drawn

WORDS = {name: name for name in ("h", "a", "own", "open", "shut", "damped")}
FOUND = swept(Config(Normal(5, 3, 2)), 1, 0)
NOTHING: dict[str, list[int]] = {}


def seen(found: Swept, start: int, dragged: dict[str, list[int]]) -> list[Marks]:
    return drawn(gate_chart(found, start, 1.25, WORDS), pos=dragged)


@pytest.mark.parametrize("h", [-2.0, 0.0, 0.4])
def test_the_numbers_are_those_of_the_position_that_is_shown(h: float) -> None:
    at = nearest(h)
    for start, dragged in ((at, NOTHING), (3, {"at": [at], "start": [3]}), (at, {"at": [5], "start": [3]})):
        *_, written, state = seen(FOUND, start, dragged)
        shown = [row["value"] for row in written.rows]
        expected = [FOUND.h[at], FOUND.mask[at], FOUND.grad_h[at], FOUND.grad_a[at]]
        assert shown == [float(value) for value in expected]
        assert state.each("text") == ["open" if h > 0 else "shut"]


def test_the_dot_lies_on_the_activation_and_the_own_h_is_marked() -> None:
    own, _, curve, dot, *_ = seen(FOUND, nearest(1.0), NOTHING)
    assert own.see("x") == [(1.25,)]
    assert dot.see("x", "y") == [(1.0, 1.0)]
    assert curve.see("x", "y") == list(zip(FOUND.h.tolist(), FOUND.a.tolist(), strict=True))


@pytest.mark.parametrize(("slope", "passing"), [(0.0, 0.0), (0.3, 0.3), (1.0, 1.0)])
def test_the_signal_goes_on_as_far_as_the_mask_lets_it(slope: float, passing: float) -> None:
    found = swept(Config(Normal(5, 3, 2), activation="leaky_relu", slope=slope), 1, 0)
    for h, share in ((-1.0, passing), (1.0, 1.0)):
        *_, lines, _, _ = seen(found, nearest(h), NOTHING)
        arriving, going_on, _, _, closing = lines.each("opacity")
        assert (arriving, going_on, closing) == (1, share, float(share == 0))
