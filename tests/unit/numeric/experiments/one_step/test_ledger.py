"""What the ledger says is kept is what torch itself keeps."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.one_step import lines
from lesson.numeric.experiments.one_step.ledger import kept_by_torch, saved
from lesson.numeric.network import Task
from tests.harness.networks import Case, cases


@given(cases(largest=9))
def test_torch_keeps_what_the_lines_read_or_what_tells_as_much(case: Case) -> None:
    batch, inputs = case.x.shape
    hidden, outputs = case.params.w2.shape
    assume(batch > 1)
    bias = case.params.b1 is not None
    # It has the difference in the place of both its sides; the zeros of a ReLU tell which gates are shut.
    read = (set(lines.held("loss", bias)) - {"out", "y"}) | {"residual"}
    if case.activation.name == "relu":
        read -= {"h"}
    sizes = lines.bytes_of(read, lines.shapes((batch, inputs, hidden, outputs), bias), case.x.itemsize)
    assert saved(Task(*case)) == sizes


@pytest.mark.parametrize(("activation", "bytes_of_h"), [("relu", None), ("leaky_relu", 512)])
def test_the_learners_network_keeps_these_bytes(activation: str, bytes_of_h: int | None) -> None:
    kept = kept_by_torch(Config(source=Normal(64, 3, 1, 0), activation=activation))
    assert kept.pop("h", None) == bytes_of_h
    assert kept == {"x": 768, "a": 512, "w2": 8, "residual": 256}
