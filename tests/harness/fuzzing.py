"""Generated programs, sensible or not, and walls around what they must not reach."""

from __future__ import annotations

import builtins
import contextlib
import os
from collections.abc import Iterator
from random import Random

import pytest
import torch

from lesson.numeric.source import seven_lines
from tests.harness.networks import example

WORDS = "x y w1 b1 h a w2 b2 out slope g torch activation __builtins__ 0 1 2.5 True None 1e30 's' [] (1,2)"
ATOMS = [*WORDS.split(), "torch.float64", "x.shape", "len(x)"]
OPERATORS = "+ - * / @ ** < > == & | and // % <<".split()  # noqa: SIM905
SIGNS = ["-", "~", "not ", "+"]
TAKEN = """
T t() sum(0) sum() mean(dim=1) item() view(-1,1) view(1,-1) reshape(-1) clamp(min=0) float() double()
to(torch.bool) __class__ data unsqueeze(0) squeeze() numpy() shape[0] shape[9] pow(2) relu() size(0) numel()
transpose(0,1) clone() dot(y) astype(float) unsqueeze(0)[None]""".split()  # noqa: SIM905
FUNCTIONS = """
torch.where torch.relu torch.mm torch.zeros_like torch.full_like torch.load torch.maximum torch.sum
torch.clamp torch.ones np.zeros np.dot np.maximum torch.einsum torch.tensor
activation.derivative len eval print""".split()  # noqa: SIM905


def mostly(random: Random, usual: list[str], rare: list[str]) -> str:
    return random.choice(usual if random.random() < 0.8 else rare)


def expression(random: Random, depth: int) -> str:
    """Something that a program might contain, sensible or not."""

    def inner() -> str:
        return expression(random, depth - 1)

    match random.randrange(6) if depth else 0:
        case 1:
            return f"({inner()} {mostly(random, OPERATORS[:4], OPERATORS)} {inner()})"
        case 2:
            return f"{inner()}.{random.choice(TAKEN)}"
        case 3:
            return f"({random.choice(SIGNS)}{inner()})"
        case 4:
            return f"{random.choice(FUNCTIONS)}({', '.join(inner() for _ in range(random.randrange(4)))})"
        case 5:
            return f"{inner()}[{inner()}]"
    return mostly(random, ATOMS[:10], ATOMS)


def generated(random: Random) -> str:
    """A program of up to four lines, most of them well formed, some with a character amiss."""
    lines = []
    for _ in range(random.randint(1, 4)):
        target = mostly(random, ["g"], ["grad_w1", "x", "_q", "torch", "h[h > 0]", expression(random, 2)])
        sign = mostly(random, ["="], ["-=", "@="])
        lines.append(f"{target} {sign} {expression(random, random.randint(0, 4))}")
    text = "\n".join(lines)
    if random.random() < 0.2:
        place = random.randrange(len(text))
        text = text[:place] + chr(random.randrange(0x250)) + text[place + 1 :]
    return text


LARGE = (
    "x @ x.T",
    "h @ h.T",
    "a.T @ h",
    "h.double().unsqueeze(2) * y.unsqueeze(1)",
    "x.view(-1, 1) * y.view(1, -1)",
)
"""Where a dear program begins: with more numbers than the network has."""

DEAR = (
    "{q} ** 1.0001",
    "{q} + 0.0",
    "{q} * {q}",
    "{q}.abs().pow(0.5)",
    "{q}.double()",
    "{q}.clone() / 3",
    "{q} @ {q}.T",
    "torch.where({q} > 0, {q}, 1.0)",
    "{q}.sign() * {q}.square()",
    "torch.maximum({q}, {q} - 1)",
)
"""How it goes on."""

SIZES = {"batch": 8192, "inputs": 256, "hidden": 1024, "outputs": 32, "steps": 20_000}


def dear(random: Random) -> str:
    """The seven lines, and before them operations on ever more numbers, of which the gradient takes a part of
    zero."""
    new, last = random.random() < 0.5, "q0"
    lines = [f"q0 = {random.choice(LARGE)}"]
    for number in range(random.choice((1, 4, 20, 60))):
        value = random.choice(DEAR).format(q=last)
        last = f"q{number + 1}" if new else "q0"
        lines.append(f"{last} = {value}")
    return "\n".join([*lines, seven_lines(), f"grad_w1 = grad_w1 + 0 * {last}.sum()"])[:4000]


def dear_link(random: Random) -> dict[str, str]:
    """The address of a training that asks for much: sizes, steps, precision, and lines of its own."""
    shares = {name: (1, most // 64 or 1, most // 8, most) for name, most in SIZES.items()}
    sizes = {name: str(random.choice(options)) for name, options in shares.items()}
    lines = {"backward": "yours", "program": dear(random)} if random.random() < 0.8 else {}
    return {
        **sizes,
        **lines,
        "seed": str(random.randrange(10_000)),
        "by_hand_dtype": random.choice(("float32", "float64")),
        "optimizer": random.choice(("sgd", "momentum", "adam")),
    }


REACH = ((builtins, "eval"), (builtins, "exec"), (builtins, "open"), (os, "system"), (torch, "load"))


@contextlib.contextmanager
def walls() -> Iterator[None]:
    """Whatever reaches out meanwhile raises what is no ProgramError."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in REACH:
            patch.setattr(owner, name, escaped)
        yield


def escaped(*_: object, **__: object) -> None:
    raise AssertionError("escaped")


TASK = example()

PRISTINE = example()


def untouched() -> bool:
    """Whether no program has changed what it was given."""
    (x, y, params, _), (x0, y0, params0, _) = TASK, PRISTINE
    return all(torch.equal(*pair) for pair in zip((x, y, *params), (x0, y0, *params0), strict=True))  # type: ignore[arg-type]
