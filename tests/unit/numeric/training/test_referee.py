"""What differs at the same weights: a kink is named, and a mistake is seen in its own parameter alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.compare import Kink, Verdict
from lesson.numeric.config import Config, Lane
from lesson.numeric.data import Data
from lesson.numeric.network import Params
from lesson.numeric.training import descent, train

SHORT = Config(steps=50)


@dataclass(frozen=True)
class Ones:
    """A single observation whose inputs are all one."""

    sizes = (1, 3, 1)

    def load(self) -> Data:
        x, y = np.ones((1, 3), np.float32), np.full((1, 1), 5, np.float32)
        return Data(x, y, ("x1", "x2", "x3"), ("y1",), 1)


def test_a_step_that_meets_the_kink_names_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With these weights float32 sees h = 0, and float64 h > 0."""

    def almost_cancelling(_: Config, dtype: torch.dtype, device: str) -> Params:
        w1 = torch.tensor([[1.0], [2.0**-25], [-1.0]], dtype=dtype, device=device)
        return Params(w1, None, torch.ones(1, 1, dtype=dtype, device=device), None)

    monkeypatch.setattr(descent, "start_of", almost_cancelling)
    history = train(Config(Ones(), hidden=1, bias=False, steps=1, autograd=Lane("float64")))
    assert history.verdict is Verdict.KINK
    assert history.kinks == {0: Kink(0, 0, 2.0**-25)}


def test_a_wrong_gradient_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook's mistake, planted: b1's gradient summed over the hidden units too."""
    right = by_hand.backward

    def summed_over_everything(*args: object) -> object:
        found = right(*args)  # type: ignore[arg-type]
        assert found.b1 is not None
        return found._replace(b1=found.b1.sum().expand_as(found.b1))

    monkeypatch.setattr(by_hand, "backward", summed_over_everything)
    history = train(SHORT)
    assert history.verdict is Verdict.DIFFERENT
    assert {name for name, c in history.local.items() if c.verdict.max() == Verdict.DIFFERENT} == {"b1"}
