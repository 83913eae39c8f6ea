"""The loss against one weight: the dot moves on its curve, and a kink beside the dot is announced."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from lesson.numeric.config import Config, Entry, entries
from lesson.numeric.data import Normal
from lesson.numeric.experiments.chain_rule import POSITIONS, moment, moved_to, position, sweep
from lesson.numeric.finite import NUDGE

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
