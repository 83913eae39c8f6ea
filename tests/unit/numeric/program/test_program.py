"""Programs that a learner writes: what they write works, and a mistake is named at its place."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.numeric import by_hand
from lesson.numeric.network import Activation, init_params
from lesson.numeric.program import ProgramError, RecordedProgram, parse
from lesson.numeric.source import seven_lines
from tests.harness.networks import Case, cases, close, example
from tests.harness.programs import DIALECTS, NOTEBOOK, NOTEBOOK_AS_IT_STANDS, PARTS


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


def test_the_notebooks_lines_pasted_in_run() -> None:
    task = example()
    close(parse(NOTEBOOK).gradients(*task), by_hand.gradients(*task))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_stands_in_public_runs_unchanged(dialect: str) -> None:
    task = example(bias=dialect != "pytorch-example")
    close(parse(DIALECTS[dialect]).gradients(*task), by_hand.gradients(*task))


def test_the_loop_of_the_notebook_is_read_as_one_step_whose_sums_are_missing() -> None:
    with pytest.raises(ProgramError) as caught:
        parse(NOTEBOOK_AS_IT_STANDS).gradients(*example())
    assert caught.value.reason == "misfit"
    assert caught.value.facts == {"name": "grad_b1", "shape": (64, 2), "needed": (1, 2)}


def test_a_program_without_some_gradient_is_told_under_its_own_name() -> None:
    text = DIALECTS["manual-backprop"].replace("dw2 = a.T @ dlogits", "dw2 = a.T")
    with pytest.raises(ProgramError) as caught:
        parse(text).gradients(*example())
    assert caught.value.facts["name"] == "dw2"


@pytest.mark.parametrize("written", ["torch.ones", "np.zeros"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_new_tensors_have_the_networks_dtype(written: str, dtype: torch.dtype) -> None:
    x, y, params, activation = example()
    task = x.to(dtype), y.to(dtype), params.map(lambda p: p.to(dtype)), activation
    run = parse(f"q = {written}((2, len(x)))").start(*task)
    parse(f"q = {written}((2, len(x)))").lines[0].act(run)
    found = run.names["q"]
    assert isinstance(found, torch.Tensor)
    assert (found.dtype, tuple(found.shape)) == (dtype, (2, 64))


def test_a_column_counts_from_the_left_of_what_was_pasted() -> None:
    for text, place in (("    q = x\n    q = r", (2, 9)), ("\n    q = x @ r", (2, 13)), ("  q = (", (1, 7))):
        with pytest.raises(ProgramError) as caught:
            parse(text).gradients(*example())
        assert (caught.value.line, caught.value.column) == place


def test_a_mask_belongs_to_the_name_on_its_left() -> None:
    (line,) = parse("h[a > 0] = y").lines
    assert (line.target, line.masked, line.defines) == ("h", True, False)


def test_a_program_leaves_what_it_was_given_alone() -> None:
    task = example()
    before = [task[0].clone(), task[1].clone(), *(p.clone() for p in task[2] if p is not None)]
    parse(NOTEBOOK + "\nw1 -= 0.1 * grad_w1\nx[x > 0] = 7\ny *= 0\nb2 += 1").gradients(*task)
    after = [task[0], task[1], *(p for p in task[2] if p is not None)]
    assert all(torch.equal(*pair) for pair in zip(before, after, strict=True))


def test_a_bias_where_there_is_none_is_told_so() -> None:
    with pytest.raises(ProgramError) as caught:
        parse("grad_w1 = x.T @ (x @ w1 + b1)").gradients(*example(bias=False))
    assert (caught.value.reason, caught.value.facts) == ("no-bias", {"name": "b1"})


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
        ("\ngrad_w1 = q", 2, "undefined", {"name": "q"}),
        ("grad_w2 = a @ out", 1, "inner-sizes", {"left": (64, 2), "right": (64, 1), "sizes": "64×2 @ 64×1"}),
        ("grad_w1 = x.T @ a", 1, "missing", {"name": "grad_b1"}),
        (
            "grad_w1 = w1\ngrad_b1 = b1\ngrad_w2 = w2.T\ngrad_b2 = b2",
            3,
            "misfit",
            {"name": "grad_w2", "shape": (1, 2), "needed": (2, 1)},
        ),
        ("q = x + w1", 1, "entry-by-entry", {"left": (64, 3), "right": (3, 2), "sizes": "64×3 + 3×2"}),
        ("q = h > 0 and a > 0", 1, "and-or", {}),
        ("q = x.numpy()", 1, "unknown-call", {"name": "numpy"}),
        ("q = x.grad_fn", 1, "unknown-attribute", {"name": "grad_fn"}),
        ("    open(x)", 1, "no-assignment", {}),
        ("import torch", 1, "import", {}),
        ("from numpy import dot", 1, "import", {}),
        ("loss.backward()", 1, "backward", {}),
        ("grad_w1 = w1.grad", 1, "autograds-gradient", {}),
        ("q = torch.einsum('bij,bjk->bik', x, y)", 1, "einsum", {}),
        ("q = x[0:2]", 1, "slice", {}),
        ("q = np.dot(a, y)", 1, "inner-sizes", {"left": (64, 2), "right": (64, 1), "sizes": "64×2 @ 64×1"}),
        ("q = a.mm(x[0])", 1, "needs-mask", {}),
        ("q = torch.ones(-1)", 1, "needs-whole", {}),
        ("q = torch.ones(x)", 1, "needs-whole", {}),
        ("q = np.vstack(x)", 1, "unknown-call", {"name": "vstack"}),
        ("a, b = x, y", 1, "one-name", {}),
        ("q = h.sum(5)", 1, "torch-says", None),
        ("q = 1 / 0", 1, "torch-says", None),
        ("q = x[0]", 1, "needs-mask", {}),
        ("h[x] = 0", 1, "needs-mask", {}),
        ("w1 -= w2", 1, "entry-by-entry", {"left": (3, 2), "right": (2, 1), "sizes": "3×2 - 2×1"}),
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
        assert recorded.tape is not None
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
