"""Programs that a learner writes: what they write works, and nothing else does anything."""

from __future__ import annotations

import builtins
import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson import prose
from lesson.numeric import by_hand
from lesson.numeric.network import Activation, Params, init_params
from lesson.numeric.program import ProgramError, RecordedProgram, parse, whitelist
from lesson.numeric.program.whitelist import MOST_CHARACTERS
from lesson.numeric.source import seven_lines
from tests.unit.networks import Case, cases

NOTEBOOK = """
h_1 = x.mm(w1) + b1
h_relu = h_1.clamp(min=0)
out = h_relu.mm(w2) + b2
loss = (out - y).pow(2).sum().item()

# Backward pass:
dloss_dout = 2 * (out - y)
grad_w2 = h_relu.t().mm(dloss_dout)
grad_h_relu = dloss_dout.mm(w2.t())
grad_h_relu[h_1 < 0] = 0
grad_w1 = x.t().mm(grad_h_relu)
grad_b2 = dloss_dout.sum(0)
grad_b1 = grad_h_relu.sum(dim=0, keepdim=True)
"""
PARTS = {
    "grad_out": ["2 * (out - y)", "(out - y) * 2.0", "2 * torch.add(out, -y)", "(out - y).mul(2)"],
    "grad_w2": [
        "a.T @ grad_out",
        "a.t().mm(grad_out)",
        "torch.matmul(a.T, grad_out)",
        "a.T.matmul(grad_out)",
    ],
    "grad_b2": [
        "grad_out.sum(0)",
        "grad_out.sum(dim=0, keepdim=True)",
        "torch.sum(grad_out, 0)",
        "grad_out.mean(0) * len(x)",
        "grad_out.mean(axis=0) * x.shape[0]",
    ],
    "grad_a": ["grad_out @ w2.T", "(w2 @ grad_out.T).T", "grad_out.mm(w2.transpose(0, 1))"],
    "grad_h": [
        "grad_a * activation.derivative(h)",
        "torch.where(h > 0, grad_a, slope * grad_a)",
        "grad_a * ((h > 0).to(h.dtype) + slope * (h <= 0).to(h.dtype))",
        "grad_a.clone()\ngrad_h[h <= 0] = slope * grad_h[h <= 0]",
        "grad_a * torch.where(h > 0, torch.ones_like(h), torch.full_like(h, slope))",
    ],
    "grad_w1": ["x.T @ grad_h", "x.t() @ grad_h  # the input, transposed"],
    "grad_b1": ["grad_h.sum(0, keepdim=True)", "grad_h.sum(0).view(1, -1)"],
}


def close(found: Params, expected: Params) -> None:
    for one, two in zip(found, expected, strict=True):
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            assert one.shape == two.shape
            scale = float(two.abs().max())
            assert torch.allclose(one, two, rtol=1e-3, atol=1e-4 * scale)


@settings(max_examples=150)
@given(cases(largest=8), st.data())
def test_what_learners_write_works(case: Case, data: st.DataObject) -> None:
    x, y, params, activation = case
    lines = [f"{name} = {data.draw(st.sampled_from(ways))}" for name, ways in PARTS.items()]
    found = parse("\n".join(lines)).gradients(*case)
    close(found, by_hand.gradients(x, y, params, activation))


@given(cases(largest=6))
def test_the_seven_lines_run_as_they_stand(case: Case) -> None:
    found = parse(seven_lines()).gradients(*case)
    for one, two in zip(found, by_hand.gradients(*case), strict=True):
        assert (one is None and two is None) or (
            one is not None and two is not None and torch.equal(one, two)
        )


def example(hidden: int = 2, bias: bool = True) -> tuple[torch.Tensor, torch.Tensor, Params, Activation]:
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(64, 3, generator=generator), torch.randn(64, 1, generator=generator)
    return x, y, init_params(3, hidden, 1, bias=bias), Activation.relu()


def test_the_notebooks_lines_pasted_in_run() -> None:
    task = example()
    close(parse(NOTEBOOK).gradients(*task), by_hand.gradients(*task))


def test_a_program_leaves_what_it_was_given_alone() -> None:
    task = example()
    before = [task[0].clone(), task[1].clone(), *(p.clone() for p in task[2] if p is not None)]
    parse(NOTEBOOK + "\nw1 -= 0.1 * grad_w1\nx[x > 0] = 7\ny *= 0\nb2 += 1").gradients(*task)
    after = [task[0], task[1], *(p for p in task[2] if p is not None)]
    assert all(torch.equal(*pair) for pair in zip(before, after, strict=True))


def test_without_bias_only_the_weights_are_asked_for() -> None:
    found = parse("g = 2 * (out - y)\ngrad_w2 = a.T @ g\ngrad_w1 = x.T @ ((h > 0) * (g @ w2.T))").gradients(
        *example(bias=False)
    )
    assert found.b1 is None
    close(found, by_hand.gradients(*example(bias=False)))


@pytest.mark.parametrize(
    ("text", "line", "reason", "facts"),
    [
        ("grad_w1 = ", 1, "no-python", {"said": "invalid syntax"}),
        ("\ngrad_w1 = z", 2, "undefined", {"name": "z"}),
        ("grad_w2 = a @ out", 1, "inner-sizes", {"left": (64, 2), "right": (64, 1)}),
        ("grad_w1 = x.T @ a", 1, "missing", {"name": "grad_b1"}),
        (
            "grad_w1 = w1\ngrad_b1 = b1\ngrad_w2 = w2.T\ngrad_b2 = b2",
            3,
            "misfit",
            {"name": "grad_w2", "shape": (1, 2), "needed": (2, 1)},
        ),
        ("q = x + w1", 1, "entry-by-entry", {"left": (64, 3), "right": (3, 2)}),
        ("q = h > 0 and a > 0", 1, "and-or", {}),
        ("q = x.numpy()", 1, "unknown-call", {"name": "numpy"}),
        ("q = x.grad_fn", 1, "unknown-attribute", {"name": "grad_fn"}),
        ("print(x)", 1, "no-assignment", {}),
        ("a, b = x, y", 1, "one-name", {}),
        ("q = h.sum(5)", 1, "torch-says", None),
        ("q = 1 / 0", 1, "torch-says", None),
        ("q = x[0]", 1, "needs-mask", {}),
        ("h[x] = 0", 1, "needs-mask", {}),
        ("w1 -= w2", 1, "entry-by-entry", {"left": (3, 2), "right": (2, 1)}),
        ("b1 -= h", 1, "update-shape", {}),
        ("torch = 1", 1, "cannot-define", {"name": "torch"}),
        ("q = 'x'", 1, "no-number", {}),
        ("q = x.sum(out=h)", 1, "unknown-keyword", {"name": "sum", "keyword": "out"}),
    ],
)
def test_a_mistake_is_named_at_its_place(
    text: str, line: int, reason: str, facts: dict[str, object] | None
) -> None:
    with pytest.raises(ProgramError) as caught:
        parse(text).gradients(*example())
    assert (caught.value.line, caught.value.reason) == (line, reason)
    assert facts is None or caught.value.facts == facts


def test_every_reason_has_its_sentence() -> None:
    """What the modules raise, the page can say."""
    folder = Path(whitelist.__file__).parent
    sources = (folder / name for name in ("whitelist.py", "interpreter.py", "program.py"))
    said = r"(?:refuse\(\w+|ProgramError\((?:[^()]|\([^()]*\))*?), \"([a-z-]+)\"(?:\)|, \w+=)"
    raised = {reason for source in sources for reason in re.findall(said, source.read_text(encoding="utf-8"))}
    assert len(raised) > 25
    assert (
        {"missing", "misfit", "undefined", "no-python"}
        <= raised
        <= {name.removeprefix("error-") for name in prose.sections("en", "words")}
    )


CHANGING = "\nw1 -= 0.1 * grad_w1\nx[x > 0] = 7\ny *= 0\nb2 += 1\ng = h.T\ng[g > 0] = 0\np = +a\np *= 2"


@pytest.mark.parametrize("lines", [seven_lines(), NOTEBOOK, NOTEBOOK + CHANGING])
def test_what_is_repeated_is_what_was_checked(lines: str) -> None:
    """The first pass runs line by line, the next ones repeat it on other numbers."""
    program, generator = parse(lines), torch.Generator().manual_seed(1)
    recorded = RecordedProgram(program)
    for seed in range(4):
        x, y = torch.randn(8, 3, generator=generator), torch.randn(8, 2, generator=generator)
        task = x, y, init_params(3, 5, 2, seed=seed), Activation.leaky_relu(0.0)
        before = x.clone()
        loss, found = recorded(*task)
        assert (recorded.tape is not None) is True
        assert torch.equal(x, before)
        expected_loss, expected = by_hand.loss_and_gradients(*task)
        assert torch.equal(loss, expected_loss)
        close(found, expected)
        fresh = program.gradients(*task)
        assert all(torch.equal(*pair) for pair in zip(found, fresh, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "number", ["(h > 0).sum().item()", "h[h > 0].sum()", "x.clamp(min=torch.zeros_like(x)).sum()"]
)
def test_where_numbers_decide_nothing_is_repeated(number: str) -> None:
    recorded = RecordedProgram(parse(f"{seven_lines()}\ngrad_w1 = grad_w1 + 0 * {number}"))
    for seed in range(3):
        x, y, _, activation = example()
        task = x, y, init_params(3, 2, 1, seed=seed), activation
        close(recorded(*task)[1], by_hand.gradients(*task))
        assert recorded.tape is None


ESCAPES = [
    "q = __import__('os').system('true')",
    "q = ().__class__.__bases__[0].__subclasses__()",
    "q = x.__class__",
    "q = x.__reduce_ex__(2)",
    "q = x.T.__init__.__globals__",
    "q = getattr(x, 'data')",
    "q = torch.load('/etc/passwd')",
    "q = torch.ops.aten",
    "q = torch.utils",
    "q = torch.os",
    "q = torch.from_file('/etc/passwd')",
    "q = torch.float.__class__",
    "q = x.apply_(print)",
    "q = x.map_(y, print)",
    "q = x.storage()",
    "q = x.numpy().tofile('/tmp/x')",
    "q = open('/etc/passwd').read()",
    "q = eval('1')",
    "q = exec('import os')",
    "q = (lambda: 0)()",
    "q = [i for i in range(9)]",
    "q = {**globals()}",
    "q = f'{x.__class__}'",
    "q = (yield)",
    "q = (z := x)",
    "q = x if y else h",
    "q = slope.real",
    "q = slope.__class__",
    "q = activation.__class__",
    "q = activation.derivative.__globals__",
    "activation.slope = 1",
    "x.data = y",
    "torch.add = x",
    "import os",
    "from os import system",
    "def f(): pass",
    "class A: pass",
    "for i in x: pass",
    "while True: pass",
    "with x: pass",
    "del x",
    "global x",
    "assert x",
    "raise x",
    "lambda: 0",
    "q: int = 1",
    "*q, r = x",
    "q = x @ y; import os",
    "_ = x",
    "q = x.sum(**{})",
    "q = x.sum(*[0])",
    "q = x.clamp(out=x)",
    "q = torch.add(x, x, out=y)",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_known_ways_out_are_refused_before_anything_runs(text: str) -> None:
    with walls(), pytest.raises(ProgramError):
        parse(text)


ABSURD = {
    "long": "q = x\n" * MOST_CHARACTERS,
    "deep": "q = " + "(" * 300 + "x" + ")" * 300,
    "minus": "q = " + "-" * 3000 + "x",
    "dots": "q = x" + ".T" * 1500,
    "power": "q = 10**10**10**10",
    "digits": "q = " + "9" * 3500,
    "product": "q = x @ x.T\n" + "q = q @ q\n" * 60,
    "outer": "q = x.view(-1, 1) @ x.view(1, -1)\nq = q.view(-1, 1) @ q.view(1, -1)",
    "broadcast": "q = x.view(-1, 1) + x.view(1, -1)\nr = q.view(-1, 1) * q.view(1, -1)",
    "clamp": "q = x.view(-1, 1) + x.view(1, -1)\nr = q.view(-1, 1).clamp(min=q.view(1, -1))",
    "where": "q = x.view(-1, 1) + x.view(1, -1)\nr = torch.where(q.view(-1, 1) > 0, q.view(1, -1), 0)",
    "bits": "q = x.to(torch.float64).view(torch.bool)",
    "nothing": "\0",
    "brackets": "[" * 199 + "]" * 199,
}


@pytest.mark.parametrize("text", ABSURD.values(), ids=ABSURD)
def test_the_absurd_is_refused_at_once(text: str) -> None:
    task = example()

    def seconds() -> float:
        started = time.perf_counter()
        with pytest.raises(ProgramError):
            parse(text).gradients(*task)
        return time.perf_counter() - started

    # The best of three: a pause of the garbage collector is not the program's.
    assert min(seconds() for _ in range(3)) < 0.05


def test_a_large_network_has_room_for_its_own_gradients() -> None:
    x, y = torch.randn(8192, 64), torch.randn(8192, 4)
    task = x, y, init_params(64, 128, 4), Activation.leaky_relu(0.1)
    close(parse(seven_lines()).gradients(*task), by_hand.gradients(*task))


WORDS = "x y w1 b1 h a w2 b2 out slope g torch activation __builtins__ 0 1 2.5 True None 1e30 's' [] (1,2)"
ATOMS = [*WORDS.split(), "torch.float64", "x.shape", "len(x)"]
OPERATORS = "+ - * / @ ** < > == & | and // % <<".split()  # noqa: SIM905
SIGNS = ["-", "~", "not ", "+"]
TAKEN = """
T t() sum(0) sum() mean(dim=1) item() view(-1,1) view(1,-1) reshape(-1) clamp(min=0) float() double()
to(torch.bool) __class__ data unsqueeze(0) squeeze() numpy() shape[0] shape[9] pow(2) relu() size(0) numel()
transpose(0,1) clone()""".split()  # noqa: SIM905
FUNCTIONS = """
torch.where torch.relu torch.mm torch.zeros_like torch.full_like torch.load torch.maximum torch.sum
torch.clamp activation.derivative len eval print""".split()  # noqa: SIM905


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


PROGRAMS_AT_ONCE = 20


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


@settings(max_examples=2_000, database=None)
@given(st.integers(0, 2**64))
def test_nothing_but_a_program_error_comes_out(seed: int) -> None:
    random = Random(seed)
    for text in [generated(random) for _ in range(PROGRAMS_AT_ONCE)]:
        with walls(), contextlib.suppress(ProgramError):
            parse(text).gradients(*TASK)
        assert untouched()


def test_the_fuzz_reaches_deep_enough() -> None:
    """A good part of what is generated passes the whitelist, and some of it runs to its end."""
    random, passed, finished = Random(1), 0, 0
    for text in [generated(random) for _ in range(2_000)]:
        with contextlib.suppress(ProgramError):
            program = parse(text)
            passed += 1
            run = program.start(*TASK)
            for line in program.lines:
                line.act(run)
            finished += 1
    assert passed > 500
    assert finished > 200


TASK = example()
PRISTINE = example()


def untouched() -> bool:
    """Whether no program has changed what it was given."""
    (x, y, params, _), (x0, y0, params0, _) = TASK, PRISTINE
    return all(torch.equal(*pair) for pair in zip((x, y, *params), (x0, y0, *params0), strict=True))  # type: ignore[arg-type]
