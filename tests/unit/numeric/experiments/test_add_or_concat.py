"""Both joins by hand and by autograd, and what the page claims about them over many seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lesson.numeric.experiments import add_or_concat
from lesson.numeric.experiments.add_or_concat import (
    JOINS,
    LARGEST,
    RECEIVED,
    RUNS,
    STEPS,
    TARGETS,
    Join,
    Outcome,
    Pair,
    arriving,
    by_autograd,
    checked,
    clearly_better,
    forward,
    outcome,
    received,
    signal_by_depth,
    start,
    task,
    tied_of,
    trained,
)
from lesson.numeric.network import loss
from lesson.numeric.operands import Cell

PAIRS = st.builds(
    Pair,
    sizes=st.tuples(*(st.integers(1, most) for most in LARGEST)),
    bias=st.booleans(),
    slope=st.sampled_from([0.0, 0.01, 0.3]),
    target=st.sampled_from(TARGETS),
    shared=st.booleans(),
    seed=st.integers(0, 9999),
)


@given(PAIRS, st.sampled_from(JOINS))
def test_by_hand_is_autograd(pair: Pair, join: Join) -> None:
    assert checked(pair, join) == (True, 0)


@given(PAIRS)
def test_adding_hands_both_the_same_and_concatenating_each_its_own(pair: Pair) -> None:
    one = Cell("grad_a1", 0, 0)
    added, concatenated = (received(pair, join, one).corners for join in JOINS)
    assert np.array_equal(added["grad_a1"].values, added["grad_a2"].values)
    assert added["grad_a1"].values.any()
    assert not np.array_equal(concatenated["grad_a1"].values, concatenated["grad_a2"].values)


@given(PAIRS, st.sampled_from(JOINS), st.sampled_from(["grad_a1", "grad_a2"]), st.data())
def test_a_signal_is_the_sum_of_the_cells_that_it_lights(
    pair: Pair, join: Join, branch: str, data: st.DataObject
) -> None:
    batch, _, units, _ = pair.sizes
    cell = Cell(branch, *(data.draw(st.integers(0, side - 1)) for side in (batch, units)))
    own = task(pair, join).double()
    grad_out, w2 = 2 * (forward(own).out - own.y), own.branches.w2
    place = cell.column + (pair.hidden(join) if (join, branch) == ("concat", "grad_a2") else 0)
    found = received(pair, join, cell)
    assert found.sum.value == pytest.approx(float(grad_out[cell.row] @ w2[place]), abs=1e-12)
    (line,) = (line for line in RECEIVED[join] if line.result == branch)
    weights = found.corners[line.operands[1].tensor]
    row = cell.column - weights.first[0]
    width = weights.values.shape[1]
    assert np.array_equal(weights.values[row], w2[place, :width].numpy())
    assert found.sum.names[0] == f"grad_out[{cell.row + 1},1]·{line.operands[1].tensor}[{cell.column + 1},1]"


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("shared", [True, False])
def test_a_planted_error_is_not_called_identical(
    join: Join, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = add_or_concat.THROUGH[join]

    def swapped(grad_out: torch.Tensor, w2: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        first, second = right(grad_out, w2)
        return second, 2 * first

    monkeypatch.setitem(add_or_concat.THROUGH, join, swapped)
    found = checked(Pair(shared=shared), join)
    assert not found.identical
    assert found.largest > 0.01


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("shared", [True, False])
def test_autograd_agrees_with_finite_differences(join: Join, shared: bool) -> None:
    own = task(Pair((5, 2, 3, 2), slope=0.2, shared=shared, seed=4), join).double()
    nudge = 1e-6
    for name, gradient in by_autograd(own)._asdict().items():
        if gradient is None:
            continue
        for entry in np.ndindex(tuple(gradient.shape)):
            ends = []
            for sign in (1, -1):
                moved = getattr(own.branches, name).clone()
                moved[entry] += sign * nudge
                changed = own._replace(branches=own.branches._replace(**{name: moved}))
                ends.append(loss(forward(changed).out, own.y).item())
            assert (ends[0] - ends[1]) / (2 * nudge) == pytest.approx(
                gradient[entry].item(), rel=1e-5, abs=1e-6
            )


@given(PAIRS)
def test_the_budget_is_fair(pair: Pair) -> None:
    for join in JOINS:
        learned = sum(p.numel() for p in start(pair, join) if p is not None)
        assert learned == pair.parameters(join, pair.hidden(join))
    budget = pair.parameters("concat", pair.hidden("concat"))
    assert pair.parameters("add", pair.hidden("add")) >= budget
    assert pair.parameters("add", pair.hidden("add") - 1) < budget


@given(PAIRS)
def test_both_joins_start_with_the_same_first_units(pair: Pair) -> None:
    fewer, more = sorted((start(pair, join) for join in JOINS), key=lambda branches: branches.w1.shape[1])
    units = fewer.w1.shape[1]
    assert torch.equal(fewer.w1, more.w1[:, :units])
    if fewer.v1 is not None and more.v1 is not None:
        assert torch.equal(fewer.v1, more.v1[:, :units])
        assert not torch.equal(fewer.v1, fewer.w1)


def test_adding_is_concatenating_with_tied_weights() -> None:
    said = tied_of(Pair()).output
    assert float(said.split(": ")[1]) < 1e-12


def test_many_at_once_are_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(seed=3)
    together = trained(pair, "concat")
    assert together.shape == (RUNS, STEPS)
    monkeypatch.setattr(add_or_concat, "RUNS", 1)
    alone = trained(replace(pair, seed=3 + 7), "concat")
    assert np.allclose(together[7, :20], alone[0, :20], rtol=1e-3)


def duel(pair: Pair) -> dict[Join, Outcome]:
    return {join: outcome(pair, join) for join in JOINS}


@pytest.mark.parametrize("seed", [0, 1000, 2000])
def test_it_matters_where_one_encoder_serves_two_meanings(seed: int) -> None:
    for target in ("against", "first"):
        assert clearly_better(duel(Pair(target=target, seed=seed))) == "concat"
    for target in TARGETS:
        assert clearly_better(duel(Pair(target=target, shared=False, seed=seed))) is None
    assert clearly_better(duel(Pair(target="alike", seed=seed))) is None


def test_adding_with_one_encoder_cannot_tell_the_inputs_apart() -> None:
    pair = Pair()
    own = task(pair, "add")
    assert torch.equal(forward(own).out, forward(own._replace(x1=own.x2, x2=own.x1)).out)
    # The mean of the target and its swapped self is the best that such a network can do.
    losses = outcome(pair, "add").left[:, -1]
    assert losses.min() > 0.1


def test_the_signal_fades_without_the_sum_and_not_with_it() -> None:
    for seed in range(5):
        arrived = signal_by_depth(Pair(seed=seed))
        assert arrived["plain"][-1] < 1e-2
        assert (np.diff(arrived["residual"][:10]) > 0).all()
        assert arrived["residual"][-1] > 1


@pytest.mark.parametrize("kept", [0.0, 1.0])
def test_signals_that_travel_together_arrive_as_autograd_has_them(kept: float) -> None:
    generator = torch.Generator().manual_seed(0)
    first, signal = torch.randn((2, 3, 5, 4), generator=generator, dtype=torch.float64)
    weights = torch.randn((6, 3, 4, 4), generator=generator, dtype=torch.float64)
    together = arriving(first, weights, signal, kept)
    x = h = first.requires_grad_()
    for layer, w in enumerate(weights):
        h = kept * h + torch.relu(h @ w)
        (alone,) = torch.autograd.grad((h * signal).sum(), x, retain_graph=True)
        assert torch.allclose(together[:, layer], alone, rtol=1e-12)
