"""Networks for the exercise of your-turn, and programs whose first line is wrong."""

from __future__ import annotations

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.source import seven_lines

LEAKY = Config(activation="leaky_relu", slope=0.1)

CONFIGS = {
    "default": Config(),
    "leaky": LEAKY,
    "no-bias": Config(bias=False),
    "smallest": Config(Normal(1, 1, 1, 0), hidden=1),
    "largest": Config(Normal(8192, 256, 32, 0), hidden=1024),
}

HALF = seven_lines().replace("2 * (out - y)", "out - y")

HALF_WITH_OTHER_NAMES = """
d = out - y
down2 = a.T @ d
dW2 = down2
db2 = d.sum(0)
back = d @ w2.T
gated = back * activation.derivative(h)
dW1 = x.T @ gated
db1 = gated.sum(0)
"""
