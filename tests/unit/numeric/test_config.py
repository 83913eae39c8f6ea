"""Where a configuration says that an entry lies."""

from __future__ import annotations

import pytest
import torch

from lesson.numeric.config import Config, Entry
from lesson.numeric.flat import flatten
from lesson.numeric.from_config import start_of


@pytest.mark.parametrize("entry", [("w1", 2, 1), ("b1", 0, 1), ("w2", 1, 0), ("b2", 0, 0)])
def test_a_place_in_the_flat_vector_is_the_entry(entry: tuple[str, int, int]) -> None:
    start = start_of(Config(), torch.float64)
    assert flatten(start)[Config().index(Entry(*entry))] == getattr(start, entry[0])[entry[1:]]
