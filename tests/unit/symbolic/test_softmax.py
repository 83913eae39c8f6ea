"""Softmax with cross-entropy: the lines that run are proved, and wrong ones refuted."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from lesson.numeric.experiments.any_loss import softmax_signal
from lesson.symbolic.softmax import Signal, prove


@pytest.mark.parametrize(("batch", "outputs"), [(1, 2), (2, 2), (1, 3), (3, 3), (2, 4)])
def test_the_lines_that_run_are_the_derivative_entry_by_entry(batch: int, outputs: int) -> None:
    proof = prove(batch, outputs)
    assert (proof.entries, proof.proved, proof.refuted) == (batch * outputs, batch * outputs, None)


def without_targets(out: Any, y: Any) -> Any:
    return softmax_signal(out, y) + y


def other_way_round(out: Any, y: Any) -> Any:
    return y - softmax_signal(out, y) - y


def over_the_batch(out: Any, y: Any) -> Any:
    exps = out.exp()
    return exps / exps.sum(0, keepdim=True) - y


def one_entry(out: Any, y: Any) -> Any:
    signal = softmax_signal(out, y)
    signal[1, 0] = signal[1, 0] + 1
    return signal


@pytest.mark.parametrize(
    ("wrong", "proved"), [(without_targets, 0), (other_way_round, 0), (over_the_batch, 0), (one_entry, 5)]
)
def test_a_planted_wrong_line_is_refuted(wrong: Signal, proved: int) -> None:
    proof = prove(2, 3, wrong)
    assert proof.proved == proved
    assert proof.refuted is not None
    assert proof.refuted.claimed != proof.refuted.true
    if wrong is one_entry:
        assert (proof.refuted.row, proof.refuted.column) == (2, 1)


@pytest.mark.parametrize(("batch", "outputs"), [(1, 1), (5, 2), (1, 5)])
def test_other_sizes_are_refused(batch: int, outputs: int) -> None:
    with pytest.raises(ValueError, match="outputs can be proved"):
        prove(batch, outputs)


def test_what_was_proved_is_autograds() -> None:
    generator = torch.Generator().manual_seed(0)
    out = torch.randn(8, 3, dtype=torch.float64, generator=generator).requires_grad_()
    y = torch.softmax(torch.randn(8, 3, dtype=torch.float64, generator=generator), 1)
    loss = -(y * torch.log_softmax(out, 1)).sum()
    (expected,) = torch.autograd.grad(loss, out)
    assert torch.allclose(softmax_signal(out.detach(), y), expected, rtol=1e-12, atol=1e-14)
