"""The source of the lines of a step, read from the files that run, without running torch's import."""

from __future__ import annotations

import ast
import textwrap
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LINES = ("grad_out", "grad_w2", "grad_b2", "grad_a", "grad_h", "grad_w1", "grad_b1")


@cache
def body(module: str, function: str) -> tuple[str, dict[str, ast.stmt]]:
    """The text of a module, and the statements of a function by the name that they define, or "return"."""
    spec = find_spec(f"lesson.numeric.{module}")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    definition = next(
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == function
    )
    named: dict[str, ast.stmt] = {}
    for node in definition.body:
        if isinstance(node, ast.Return):
            named["return"] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named[node.targets[0].id] = node
    return source, named


def text_of(module: str, function: str, first: str, last: str) -> str:
    """A function's lines from that which defines the first name to that which defines the last."""
    source, named = body(module, function)
    lines = source.splitlines()[named[first].lineno - 1 : named[last].end_lineno]
    return textwrap.dedent("\n".join(lines))


@cache
def seven_lines() -> str:
    """The seven assignments of by_hand.backward, as they stand there."""
    return text_of("by_hand", "backward", LINES[0], LINES[-1])


@cache
def forward_lines() -> dict[str, str]:
    """The lines of network.forward and network.loss as they stand there, by what they make."""
    passed = {name: text_of("network", "forward", name, name) for name in ("h", "a", "out")}
    return passed | {
        "residual": text_of("network", "loss", "residual", "residual"),
        "loss": text_of("network", "loss", "return", "return"),
    }


def line_of(name: str) -> str:
    """The one of the seven lines that defines this name."""
    return seven_lines().splitlines()[LINES.index(name)]
