"""Optimizers: what to do with a gradient."""

from __future__ import annotations

from collections.abc import Mapping

RATES: Mapping[str, float] = {"sgd": 1e-3, "momentum": 3e-4, "adam": 0.1}
"""For each optimizer a learning rate that suits it: after 100 steps on normal data the median loss over seeds
is within a tenth of what the best rate gives that blows up neither there nor on a wider network."""
