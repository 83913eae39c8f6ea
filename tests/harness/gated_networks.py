"""Random networks with gates."""

from __future__ import annotations

from hypothesis import strategies as st

from lesson.numeric.experiments.bernoulli_gate.gates import LARGEST, Gated

GATED = st.builds(
    Gated,
    sizes=st.tuples(*(st.integers(1, most) for most in (8, 4, 5, LARGEST[3]))),
    bias=st.booleans(),
    slope=st.sampled_from([0.0, 0.2]),
    temperature=st.sampled_from([0.1, 0.5, 2.0]),
    seed=st.integers(0, 9999),
)
