"""What a tensor is usually called: the names in other people's programs, and what they mean here.

Free of torch.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import get_close_matches

from lesson.numeric.source import LINES

TENSORS = {
    "x": "x xs xb xtrain input inputs",
    "y": "y ys yb ytrain ytrue target targets label labels",
    "w1": "w1 weight1 weights1 wh",
    "b1": "b1 bias1 bh",
    "h": "h h1 z1 z hpre hpreact prehidden preact hidden1",
    "a": "a a1 hrelu h1relu reluh act relu hact hidden hiddenlayer",
    "w2": "w2 weight2 weights2 wo",
    "b2": "b2 bias2 bo",
    "out": "out o output outputs ypred yhat pred preds prediction predictions z2 scores logits",
}
"""The lesson's tensors, by what they are called elsewhere: in small letters, without underscores."""

NUMBERS = {"learning_rate": "learningrate lr stepsize", "slope": "slope negativeslope"}
PREFIXES = ("grad", "d", "dl", "dld", "dloss", "dlossd", "g")
GRADIENTS = tuple(name for name in LINES if name[-2:] in ("w1", "b1", "w2", "b2"))
"""What a training asks for."""


def bare(name: str) -> str:
    return name.lower().replace("_", "")


def meanings() -> Iterator[tuple[str, str]]:
    """Every usual name and what it means, the gradients of the lesson's lines among them."""
    for ours, usual in (TENSORS | NUMBERS).items():
        yield from ((name, ours) for name in usual.split())
    for gradient in LINES:
        names = TENSORS[gradient.removeprefix("grad_")].split()
        yield from ((f"{prefix}{name}", gradient) for name in names for prefix in PREFIXES)
        yield from ((f"{name}grad", gradient) for name in names)
    yield from (("delta2", "grad_out"), ("delta1", "grad_h"))


MEANINGS = dict(meanings())
GIVEN = frozenset((*TENSORS, *NUMBERS))


def meaning(name: str) -> str:
    """What the lesson calls what is usually called so, "" where nothing is."""
    return MEANINGS.get(bare(name), "")


def nearest(name: str) -> list[str]:
    """The lesson's names for what is called about like this, the nearest first."""
    close = get_close_matches(bare(name), MEANINGS, n=5)
    return list(dict.fromkeys(MEANINGS[usual] for usual in close))


def in_our_names(statements: list[ast.stmt]) -> dict[str, str]:
    """Give what a program was given, and the gradients that it makes, the lesson's names where it has others.

    Returns what it calls those gradients itself.
    """
    called = own_names_of_gradients(statements)
    ours = {theirs: gradient for gradient, theirs in called.items()}
    defined: set[str] = set()
    for line in statements:
        target = defined_by(line)
        for node in ast.walk(line):
            if not isinstance(node, ast.Name):
                continue
            if node.id in ours:
                node.id = ours[node.id]
            elif node is not target and node.id not in GIVEN | defined:
                given = meaning(node.id)
                node.id = given if given in GIVEN - defined else node.id
        if target:
            defined.add(target.id)
    return called


def own_names_of_gradients(statements: list[ast.stmt]) -> dict[str, str]:
    """What a program calls the gradients that a training asks for, where it has another name for them."""
    defined = [target.id for line in statements if (target := defined_by(line))]
    called = {meaning(name): name for name in defined}
    return {name: called[name] for name in GRADIENTS if name in called and name not in defined}


def defined_by(line: ast.stmt) -> ast.Name | None:
    """The name that a line defines anew."""
    match line:
        case ast.Assign(targets=[ast.Name() as target]):
            return target
    return None
