"""Random matrices, as a learner may type them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lesson.numeric.experiments.matrix_text import LARGEST_SIDE

SIDES = st.integers(1, LARGEST_SIDE)
ENTRIES = st.integers(-100, 100).map(float)


def matrices() -> st.SearchStrategy[np.ndarray]:
    """Whole numbers in float32, of any shape that fits."""
    return arrays.arrays(np.float32, st.tuples(SIDES, SIDES), elements=ENTRIES)
