"""What tensors are called elsewhere, and what that means here."""

from __future__ import annotations

import pytest

from lesson.numeric.program import parse
from lesson.numeric.program.names import GIVEN, GRADIENTS, meaning, nearest
from lesson.numeric.source import LINES


@pytest.mark.parametrize(
    ("names", "ours"),
    [
        ("X x x_train inputs", "x"),
        ("W1 w_1 weights1", "w1"),
        ("h_1 h1 z1 Z1 hpreact", "h"),
        ("h_relu hidden a1", "a"),
        ("y_pred y_hat logits scores out", "out"),
        ("dW1 dw1 grad_W1 d_w1 dL_dW1 dloss_dw1 W1_grad", "grad_w1"),
        ("dout dlogits grad_y_pred dloss_dout dscores", "grad_out"),
        ("da grad_h_relu dhidden", "grad_a"),
        ("dh dz1 grad_h1 dhpreact", "grad_h"),
        ("db2 grad_B2", "grad_b2"),
        ("lr", "learning_rate"),
        ("q loss N dx dropout", ""),
    ],
)
def test_a_usual_name_means_what_it_usually_does(names: str, ours: str) -> None:
    assert [meaning(name) for name in names.split()] == [ours] * len(names.split())


def test_the_lessons_own_names_mean_themselves() -> None:
    assert [name for name in (*GIVEN, *LINES) if meaning(name) != name] == []
    assert set(GRADIENTS) == {"grad_w1", "grad_b1", "grad_w2", "grad_b2"}


def test_what_is_nearly_called_so_is_near() -> None:
    assert nearest("hiden")[0] == "a"
    assert nearest("grad_y_prediction")[0] == "grad_out"
    assert nearest("qqq") == []


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("q = W1 + X", {"w1", "x"}),
        ("W1 = x\nq = W1", {"W1"}),
        ("a = x\nq = h_relu", {"h_relu"}),
        ("h1 = h1 + 1\nq = h1", {"h1"}),
        ("q = unknown", {"unknown"}),
    ],
)
def test_only_what_is_given_and_not_defined_anew_gets_our_name(text: str, uses: set[str]) -> None:
    assert parse(text).lines[-1].uses == uses


def test_a_gradient_gets_our_name_where_none_has_it() -> None:
    assert parse("dW1 = x\ndW1 *= 2").called == {"grad_w1": "dW1"}
    assert [line.target for line in parse("dW1 = x\ndW1 *= 2").lines] == ["grad_w1", "grad_w1"]
    both = parse("grad_w1 = x\ndW1 = y")
    assert (both.called, [line.target for line in both.lines]) == ({}, ["grad_w1", "dW1"])
    assert parse("dw1 = x\ngrad_W1 = y").called == {"grad_w1": "grad_W1"}
