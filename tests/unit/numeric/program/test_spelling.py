"""Other spellings become what the whitelist knows, or stay to be refused."""

from __future__ import annotations

import ast
from itertools import permutations, product

import pytest
import torch

from lesson.numeric.program import ProgramError, parse
from lesson.numeric.program.spelling import Spelling, steps
from lesson.numeric.program.whitelist import read
from tests.harness.networks import example


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("np.dot(a, b)", "torch.matmul(a, b)"),
        ("a.dot(b)", "a.matmul(b)"),
        ("np.sum(a, axis=0, keepdims=True)", "torch.sum(a, axis=0, keepdim=True)"),
        ("np.maximum(0, h)", "h.clamp(min=0)"),
        ("torch.minimum(h, torch.tensor(1.0))", "h.clamp(max=1.0)"),
        ("np.maximum(a, b)", "torch.maximum(a, b)"),
        ("np.clip(h, a_min=0, a_max=None)", "torch.clamp(h, min=0, max=None)"),
        ("a.copy()", "a.clone()"),
        ("np.copy(a)", "torch.clone(a)"),
        ("a.detach().cpu()", "a"),
        ("np.transpose(a)", "a.t()"),
        ("a.transpose(0, 1)", "a.transpose(0, 1)"),
        ("(h > 0).astype(np.float32)", "(h > 0).astype()"),
        ("torch.gt(h, 0)", "h > 0"),
        ("h.le(0)", "h <= 0"),
        ("np.multiply(2, a)", "2 * a"),
        ("torch.addmm(b, x, w)", "x @ w + b"),
        ("F.relu(h)", "torch.relu(h)"),
        ("torch.nn.functional.relu(h)", "torch.relu(h)"),
        ("F.softplus(h)", "torch.softplus(h)"),
        ("np.tanh(h)", "torch.tanh(h)"),
        ("torch.ones(1, 2, device=d, dtype=np.float64)", "torch.ones(1, 2)"),
        ("b[None, :]", "b.unsqueeze(0)"),
        ("b[:, np.newaxis]", "b.unsqueeze(1)"),
        ("torch.einsum('bi,bo->io', x, g)", "x.t() @ g"),
        ("torch.einsum('bo,io->bi', g, w)", "g @ w.t()"),
        ("torch.einsum('bi,bo->oi', x, g)", "(x.t() @ g).t()"),
        ("torch.einsum('bo->o', g)", "g.sum(0)"),
        ("np.einsum('bo -> b', g)", "g.sum(1)"),
        ("torch.einsum('bo,bo->', g, g)", "(g * g).sum()"),
        ("torch.einsum('bo->ob', g)", "g.t()"),
        ("torch.einsum('bo,o->b', g, w)", "torch.einsum('bo,o->b', g, w)"),
        ("torch.einsum('bi,bo', x, g)", "torch.einsum('bi,bo', x, g)"),
    ],
)
def test_an_expression_is_read_as_another(written: str, read_as: str) -> None:
    assert ast.unparse(Spelling().visit(ast.parse(written))) == read_as


SIZES = {"b": 4, "i": 3, "j": 2}


def test_an_einsum_is_refused_or_is_what_torch_makes_of_it() -> None:
    matrices = ["".join(pair) for pair in permutations(SIZES, 2)]
    accepted = 0
    for operands in (*((one,) for one in matrices), *product(matrices, matrices)):
        letters = {*"".join(operands)}
        for result in ("", *letters, *map("".join, permutations(letters, 2))):
            indices = f"{','.join(operands)}->{result}"
            try:
                program = parse(f"r = torch.einsum('{indices}', {', '.join('pq'[: len(operands)])})")
            except ProgramError:
                continue
            run = program.start(*example())
            tensors = [torch.randn([SIZES[letter] for letter in one]) for one in operands]
            run.names.update(zip("pq", tensors, strict=False))
            program.lines[0].act(run)
            found = run.names["r"]
            assert isinstance(found, torch.Tensor)
            assert torch.allclose(found, torch.einsum(indices, *tensors), atol=1e-5), indices
            accepted += 1
    assert accepted > 100


def test_what_is_rewritten_keeps_its_place() -> None:
    (line,) = read("q = 1 + np.dot(a, b)")
    calls = [node for node in ast.walk(line) if isinstance(node, ast.Call)]
    assert [(call.lineno, call.col_offset) for call in calls] == [(1, 8)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("for t in range(9):\n    q = x", ["q = x"]),
        ("for t in range(9):\n    with torch.no_grad():\n        q = x\nr = y", ["q = x", "r = y"]),
        ("q = x\nif t % 9 == 0:\n    print(t)", ["q = x"]),
        ("'text'\nq = x\nprint(q)", ["q = x"]),
    ],
)
def test_a_loop_is_one_step_and_prints_nothing(text: str, kept: list[str]) -> None:
    assert [ast.unparse(line) for line in steps(ast.parse(text).body)] == kept


@pytest.mark.parametrize(
    "text",
    ["for i in x:\n    q = x", "if x:\n    q = x", "with open('x'):\n    q = x", "while x:\n    q = x"],
)
def test_other_blocks_stay_and_are_refused(text: str) -> None:
    with pytest.raises(ProgramError) as caught:
        read(text)
    assert caught.value.reason == "no-assignment"
