"""The proofs prove what is right and refute what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lesson.numeric.by_hand import backward
from lesson.numeric.network import Params
from lesson.symbolic import proof
from lesson.symbolic.proof import LARGEST, prove, refutations
from lesson.symbolic.tensors import network
from tests.harness.costs import cost

PARAMETERS = ["w1", "b1", "w2", "b2"]
SIZES = [(1, 1, 1, 1), (2, 2, 2, 2), (4, 3, 2, 1), (1, 4, 1, 4), (4, 4, 4, 4)]


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_lines_that_train_are_proved_entry_by_entry(
    sizes: tuple[int, int, int, int], parameter: str
) -> None:
    proved = prove(parameter, *sizes)
    assert proved.proved == proved.entries == getattr(network(*sizes), parameter).size
    assert proved.refuted is None


@pytest.mark.parametrize("parameter", ["w1", "w2"])
def test_and_without_bias(parameter: str) -> None:
    without = network(3, 2, 2, 2, bias=False)
    assert not list(refutations(backward, parameter, without))
    with pytest.raises(ValueError, match="no b1"):
        list(refutations(backward, "b1", without))


def test_a_proof_is_quick_and_kept() -> None:
    sizes = (LARGEST,) * 4

    def anew() -> None:
        network.cache_clear()
        prove.cache_clear()
        prove("w1", *sizes)

    entries = prove("w1", *sizes).entries
    # For each entry two to three times as much as the loss alone, when this was written.
    assert cost(anew) < 20 * entries * cost(lambda: network(*sizes).loss)
    assert prove("w1", *sizes) is prove("w1", *sizes)
    with pytest.raises(ValueError, match="up to 4"):
        prove("w1", 5, 1, 1, 1)


def planted(mistake: str) -> Callable[..., Params]:
    """The seven lines with one of them wrong; they run on polynomials as on numbers."""

    def backward(x: Any, y: Any, params: Params, activation: Any, trace: Any) -> Params:
        h, a, out = trace
        w2: Any = params.w2
        grad_out = (1 if mistake == "factor 2" else 2) * (out - y)
        grad_w2 = (a if mistake == "a not transposed" else a.T) @ grad_out
        grad_b2 = grad_out if mistake == "b2 not summed" else grad_out.sum(0, keepdim=True)
        grad_a = grad_out @ (w2 if mistake == "w2 not transposed" else w2.T)
        grad_h = grad_a if mistake == "no slope" else grad_a * activation.derivative(h)
        grad_w1 = (x if mistake == "x not transposed" else x.T) @ grad_h
        grad_b1 = grad_h.sum(0, keepdim=True)
        if mistake == "b1 summed over the units":
            grad_b1 = 0 * grad_b1 + grad_b1.sum(1, keepdim=True)
        return Params(grad_w1, grad_b1, grad_w2, grad_b2)

    return backward


@pytest.mark.parametrize(
    ("mistake", "parameter", "first"),
    [
        ("factor 2", "w1", (1, 1)),
        ("factor 2", "b1", (1, 1)),
        ("factor 2", "w2", (1, 1)),
        ("factor 2", "b2", (1, 1)),
        ("a not transposed", "w2", (1, 1)),
        ("b2 not summed", "b2", (1, 1)),
        ("w2 not transposed", "w1", (1, 1)),
        ("w2 not transposed", "b1", (1, 1)),
        ("no slope", "w1", (1, 1)),
        ("no slope", "b1", (1, 1)),
        ("x not transposed", "w1", (1, 1)),
        ("b1 summed over the units", "b1", (1, 1)),
    ],
)
def test_a_planted_mistake_is_refuted(mistake: str, parameter: str, first: tuple[int, int]) -> None:
    refuted, *_ = refutations(planted(mistake), parameter, network(2, 2, 2, 2))
    assert (refuted.row, refuted.column) == first
    assert refuted.claimed != refuted.true
    assert not list(refutations(planted("none"), parameter, network(2, 2, 2, 2)))


def test_the_wrong_entry_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_entry_wrong(*arguments: Any) -> Params:
        gradients = planted("none")(*arguments)
        gradients.w1[1, 0] = gradients.w1[1, 0] + 1
        return gradients

    monkeypatch.setattr(proof, "backward", one_entry_wrong)
    refuted = prove.__wrapped__("w1", 2, 2, 2, 2)
    assert refuted.refuted is not None
    assert (refuted.proved, refuted.refuted.row, refuted.refuted.column) == (3, 2, 1)
