"""A gradient that is wrong at the same weights is seen, and in its own parameter alone."""

from __future__ import annotations

import pytest

from lesson.numeric import by_hand
from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.training import train

SHORT = Config(steps=50)


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
