"""One weight over its whole range: chain, cells and curve agree with every witness at every position."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

from lesson.numeric.config import Config, Entry, entries
from lesson.numeric.data import Normal
from lesson.numeric.experiments.chain_rule import (
    POSITIONS,
    REACH,
    OneEntry,
    moment,
    moved_to,
    position,
    sweep,
)
from lesson.numeric.finite import NUDGE
from lesson.numeric.network import affine, forward, loss

CONFIG = Config(Normal(3, 2, 2), hidden=3, activation="leaky_relu", slope=0.1)


SHOWN = 4


def entries_of(config: Config) -> list[Entry]:
    return list(entries(*config.sizes[1:], config.bias, SHOWN).values())


@pytest.mark.parametrize("entry", entries_of(CONFIG), ids=lambda entry: entry.name)
def test_the_factors_multiply_and_add_up_to_the_gradient_of_every_witness(entry: Entry) -> None:
    swept = sweep(CONFIG, entry, SHOWN)
    paths = [np.prod([f.times * f.values for f in factors], axis=0) for factors in swept.paths]
    assert len(paths) == (CONFIG.sizes[3] if entry.parameter in ("w1", "b1") else 1)
    found = [moment(CONFIG, entry, moved_to(at)) for at in range(POSITIONS)]
    assert swept.gradients == pytest.approx(sum(paths), rel=1e-9, abs=1e-9)
    assert swept.gradients == pytest.approx([now.derivative.autograd for now in found], rel=1e-9, abs=1e-9)
    smooth = [now.derivative for now in found if not now.derivative.kink_in_reach]
    assert len(smooth) > POSITIONS - 3
    assert [now.by_hand for now in smooth] == pytest.approx(
        [now.finite for now in smooth], rel=1e-6, abs=1e-6
    )


@pytest.mark.parametrize("entry", entries_of(CONFIG), ids=lambda entry: entry.name)
def test_each_position_is_the_network_with_the_weight_moved_there(entry: Entry) -> None:
    swept = sweep(CONFIG, entry, SHOWN)
    for at in (0, 17, POSITIONS // 2, POSITIONS - 1):
        now = moment(CONFIG, entry, moved_to(at))
        assert (swept.weights[at], swept.losses[at]) == pytest.approx((now.value, now.loss))
        assert position(moved_to(at)) == at
        for name in ("h", "a", "out"):
            assert getattr(swept, name)[at] == pytest.approx(getattr(now.passed, name)), name


@pytest.mark.parametrize("entry", entries_of(CONFIG), ids=lambda entry: entry.name)
def test_the_curve_bends_where_its_unit_changes_sides(entry: Entry) -> None:
    swept = sweep(CONFIG, entry, SHOWN)
    if entry.parameter in ("w2", "b2"):
        assert swept.bend is None
        return
    turns = np.flatnonzero(np.diff(swept.h[:, entry.column] > 0))
    if swept.bend is None:
        assert len(turns) == 0
        return
    (turn,) = turns
    assert swept.weights[turn] <= swept.bend <= swept.weights[turn + 1]
    at_the_bend = moment(CONFIG, entry, swept.bend - swept.weights[POSITIONS // 2])
    assert at_the_bend.passed.h[entry.column] == pytest.approx(0, abs=1e-12)


def test_the_default_bench_shows_two_paths_and_a_visible_bend() -> None:
    default = sweep(Config(Normal(64, 3, 2, 0), hidden=2), Entry("w1", 1, 1), SHOWN)
    assert len(default.paths) == 2
    assert default.bend is not None
    beside = np.searchsorted(default.weights, default.bend)
    assert 10 < beside < POSITIONS - 10
    before, after = default.gradients[beside - 1], default.gradients[beside]
    assert abs(before - after) * REACH > 0.5 * np.ptp(default.losses)


@pytest.mark.parametrize("entry", entries_of(CONFIG), ids=lambda entry: entry.name)
def test_the_cells_are_what_the_seven_lines_give(entry: Entry) -> None:
    """Against autograd's gradients of h, a and out, which no chain was multiplied for."""
    one, swept, at = OneEntry.of(CONFIG, entry), sweep(CONFIG, entry, SHOWN), 23
    x, y, params, activation = one.at(float(swept.weights[at]))
    h, a, out = (t.detach() for t in forward(x, params, activation))
    h.requires_grad_()
    a = activation(h)
    a.retain_grad()
    out = affine(a, params.w2, params.b2)
    out.retain_grad()
    loss(out, y).backward()
    kept = {"grad_out": out.grad, "grad_a": a.grad, "grad_h": h.grad}
    for cell in swept.cells:
        name, column = re.fullmatch(r"(\w+)\[\d,(\d)\]", cell.name).groups()  # type: ignore[union-attr]
        assert cell.line == name
        grad = kept.get(name)
        expected = swept.gradients[at] if grad is None else float(grad[0, int(column) - 1])
        assert cell.values[at] == pytest.approx(expected)
    (last,) = (cell for cell in swept.cells if cell.name == f"grad_{entry.name}")
    assert last.values == pytest.approx(swept.gradients)


def test_a_finite_difference_across_a_kink_is_announced() -> None:
    first_weight = partial(moment, CONFIG, Entry("w1", 0, 0))
    start = first_weight()
    on_the_kink = first_weight(-start.passed.h[0] / start.passed.x[0])
    assert on_the_kink.passed.h[0] == pytest.approx(0, abs=1e-12)
    assert on_the_kink.derivative.kink_in_reach
    assert not start.derivative.kink_in_reach


def test_the_finite_difference_is_right_minus_left_divided_by_their_distance() -> None:
    first_weight = partial(moment, CONFIG, Entry("w1", 0, 0))
    right, left = first_weight(NUDGE), first_weight(-NUDGE)
    slope = (right.loss - left.loss) / (right.value - left.value)
    assert first_weight().derivative.finite == pytest.approx(slope, rel=1e-9)
