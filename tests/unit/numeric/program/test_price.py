"""The price of a program: known before it runs, never below what it takes, and refused where too high."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from ast import AST
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf
from random import Random
from typing import Any, TypeVar
from weakref import ref

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lesson.numeric.config import LIMITS, MAX_WORK, QUICK_WORK, Config, Lane
from lesson.numeric.data import Normal
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.network import Activation, forward, init_params
from lesson.numeric.program import Price, ProgramError, RecordedProgram, parse
from lesson.numeric.program.cost import SUMS, Cost
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.lines import act
from lesson.numeric.program.meter import Limits, Meter, address
from lesson.numeric.program.mistakes import COLLECTION, OFTEN_WRITTEN
from lesson.numeric.program.price import LEAST, Sizes, estimated, network
from lesson.numeric.program.program import given as given_by
from lesson.numeric.program.whitelist import ANOTHER_LOOK, ELEMENTWISE, PRODUCTS, SAME_SIZE, SMALLER
from lesson.numeric.source import seven_lines
from lesson.numeric.training import TooMuchWork, priced, run, train
from tests.harness.fuzzing import generated
from tests.harness.memory import growth
from tests.harness.networks import example
from tests.harness.programs import NOTEBOOK, PARTS, POWERS, WIDE, using

SMALL = (64, 3, 2, 1)
LARGEST = tuple(LIMITS[name][1] for name in ("batch", "inputs", "hidden", "outputs"))
NO_LIMITS = Limits(inf, inf)
MASKED = seven_lines().replace(
    "grad_a * activation.derivative(h)", "grad_a.clone()\ngrad_h[h <= 0] = slope * grad_h[h <= 0]"
)


def price(text: str, sizes: Sizes = SMALL, dtype: torch.dtype = torch.float32) -> Price:
    return parse(text).price(sizes, bias=True, activation=Activation.relu(), dtype=dtype)


def free_price(text: str, sizes: Sizes = SMALL, dtype: torch.dtype = torch.float32) -> Price:
    """The price whatever the limits."""
    return estimated(parse(text).lines, network(sizes, True, dtype), Activation.relu(), NO_LIMITS)


def config_of(sizes: Sizes, **rest: Any) -> Config:
    batch, inputs, hidden, outputs = sizes
    return Config(Normal(batch, inputs, outputs), hidden=hidden, **rest)


@pytest.mark.parametrize(
    ("text", "sizes", "reason", "line"),
    [(WIDE, (8192, 1, 1024, 8), "too-much-memory", 1), (POWERS, SMALL, "too-much-work", 4)],
    ids=["memory", "work"],
)
def test_what_would_hold_a_server_up_is_refused_at_its_dearest_line(
    text: str, sizes: Sizes, reason: str, line: int
) -> None:
    config = config_of(sizes, program=text, steps=1)
    for ask in (priced, train):
        with pytest.raises(ProgramError) as refused:
            ask(config)
        assert (refused.value.reason, refused.value.line) == (reason, line)
        assert refused.value.facts["needed"] > refused.value.facts["limit"]  # type: ignore[operator]


def test_the_check_of_an_exercise_is_bounded_too() -> None:
    dear = using("q = x.view(-1, 1) * x.view(1, -1) + 2.5\n" + "q = q ** 1.0001\n" * 60)
    began = time.process_time()
    corrected = correct(dear, Config())
    assert time.process_time() - began < 0.5
    assert corrected.errors[0].reason == "too-much-work"
    assert not corrected.solved


def growth_of(work: str) -> float:
    """How many MiB it takes at its peak beyond what a training has by then."""
    names = "from tests.unit.numeric.program.test_price import *"
    return growth(f"{names}\npriced(Config(program=seven_lines()))", work)


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's own peak of a process")


@needs_linux
def test_a_refusal_takes_no_memory() -> None:
    refusal = "with pytest.raises(ProgramError): train(config_of((8192, 1, 1024, 8), program=WIDE, steps=1))"
    assert growth_of(refusal) < 20


@needs_linux
def test_results_are_freed_after_their_last_use() -> None:
    """Thirty tensors of 16 MiB, one after the other, in the first pass, which is recorded, and the next."""
    chain = using("q = h\n" + "\n".join(f"t{n} = q + 0.0\nq = t{n} * 1.0" for n in range(15)))
    plain, long = (
        growth_of(f"train(config_of((4096, 1, 1024, 1), program={text!r}, steps=3, learning_rate=1e-9))")
        for text in (seven_lines(), chain)
    )
    # All of them would be 480; what the allocator keeps differs from run to run.
    assert long < plain + 120


def test_a_tape_frees_every_result_that_is_not_wanted() -> None:
    recorded = RecordedProgram(parse(NOTEBOOK))
    recorded(*example())
    assert recorded.tape
    results = {operation.result for operation in recorded.tape.operations}
    freed = [slot for operation in recorded.tape.operations for slot in operation.over]
    assert sorted(freed) == sorted(results - set(recorded.slots))


class Watched(Run):
    """A run that adds up the results that are alive, after each of its operations."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.results: list[ref[Tensor]] = []
        self.own = {tensor.untyped_storage().data_ptr() for tensor in self.meter.own}
        self.peak = 0

    def made(self, *args: Any, **keywords: Any) -> Any:
        value = super().made(*args, **keywords)
        if isinstance(value, Tensor):
            self.results.append(ref(value))
        storages = [t.untyped_storage() for result in self.results if (t := result()) is not None]
        bytes_at = {s.data_ptr(): s.nbytes() for s in storages if s.data_ptr() not in self.own}
        self.peak = max(self.peak, sum(bytes_at.values()))
        return value


SomeRun = TypeVar("SomeRun", bound=Run)


def whole_run(text: str, kind: type[SomeRun]) -> SomeRun:
    """A run of a program to its end, without limits, on the task of the fuzz."""
    x, y, params, activation = example()
    tensors = given_by(x, y, params, forward(x, params, activation))
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    run = kind(tensors, activation, Meter(NO_LIMITS, tensors.values()))
    act(parse(text).lines, run)
    return run


class Compared(Run):
    """A run that finds every result to be of the kind that was foreseen."""

    def done(self, node: AST, foreseen: Cost, make: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        value = super().done(node, foreseen, make, *args, **keywords)
        if foreseen.result is None:
            new = isinstance(value, Tensor) and address(value) not in map(address, tensors_in(args))
            assert not new, make
        else:
            assert value.dtype == foreseen.result.dtype, make
            assert value.numel() <= foreseen.result.entries, make
            assert make.__name__ in ("getitem", "reshape") or value.shape == foreseen.result.shape, make
            assert make.__name__ == "reshape" or value.is_contiguous() == (foreseen.result.order is None), (
                make
            )
        return value


def tensors_in(values: Iterable[Any]) -> list[Tensor]:
    return [value for value in values if isinstance(value, Tensor)]


@settings(max_examples=100, database=None, deadline=None)
@given(st.integers(0, 2**64))
def test_what_is_foreseen_is_what_comes(seed: int) -> None:
    random = Random(seed)
    for text in [generated(random) for _ in range(20)]:
        with contextlib.suppress(ProgramError):
            whole_run(text, Compared)


KINDS = """
d = h.double()
m = h > 0
i = m * 2
c = h.unsqueeze(2) * y.unsqueeze(1)
t = h.T
u = c.transpose(0, 2)
s = h.sum()
r = h.sum(0, keepdim=True)
v = h.sum(1)
"""
OPERANDS = "hdmictusrv"
"""Of several dtypes, and with up to three dimensions, some of them turned."""

CALLS = [
    *(f"{{}} {operator} {{}}" for operator in "+ - * / ** @ & | < <= == !=".split()),  # noqa: SIM905
    *(f"{{}} {operator} 2" for operator in "+ - * / ** > &".split()),  # noqa: SIM905
    *(f"{number} {operator} {{}}" for number in ("2", "1.5", "True") for operator in "- / **".split()),  # noqa: SIM905
    *("-{}", "+{}", "~{}", "{}.T", "{}[{}]", "{}[{} > 0]", "activation.derivative({})"),
    *(f"{{}}.{name}({{}})" for name in (*PRODUCTS, *ELEMENTWISE, "pow", "clamp", "to")),
    *(f"torch.{name}({{}}, {{}})" for name in (*PRODUCTS, *ELEMENTWISE, "full_like")),
    *(f"{{}}.{name}()" for name in (*SAME_SIZE, *SMALLER, *ANOTHER_LOOK)),
    *(f"{{}}.{name}({dim})" for name in SUMS for dim in (0, 1, -1, (0, 1), "0, True", "2, keepdim=True")),
    *(f"{{}}.{name}(dim=0, dtype={dtype})" for name in SUMS for dtype in ("torch.float32", "torch.double")),
    *(f"{{}}.{name}({dims})" for name in ("view", "reshape") for dims in ("-1", "2, -1", "-1, 1, 2")),
    *("{}.unsqueeze(0)", "{}.squeeze(1)", "{}.transpose(0, 1)", "{}.transpose(0, -1)"),
    *("{}.to(torch.bool)", "{}.to(torch.float64)", "{}.pow(2)", "{}.pow(0.5)", "{}.clamp(min=0)"),
    *("{}.clamp(min={})", "{}.clamp(min={}, max={})", "torch.where({}, {}, {})", "torch.where({}, 1.0, {})"),
    *("torch.where({} > 0, {}, 0)", "torch.where({} > 0, 1, 2)", "torch.full_like({}, 1.5)"),
    *("torch.exp({})", "torch.nn.functional.softplus({})"),
    *("torch.zeros_like({})", "torch.ones_like({}, dtype=torch.float64)", "torch.sum({}, 0)"),
]


@settings(max_examples=30, database=None, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_called_on_whatever_is_foreseen(random: Random) -> None:
    done = 0
    for _ in range(40):
        one = random.choice(CALLS).format(*random.choices(OPERANDS, k=3))
        two = random.choice(CALLS).format(*random.choices(f"{OPERANDS}ooo", k=3))
        text = f"{KINDS}o = {one}\nq = {two}"
        with contextlib.suppress(ProgramError):
            peak = whole_run(text, Watched).peak
            whole_run(text, Compared)
            assert peak <= free_price(text).peak_bytes, text
            done += 1
    assert done


@settings(max_examples=100, database=None, deadline=None)
@given(st.integers(0, 2**64))
def test_no_program_holds_more_than_its_price(seed: int) -> None:
    random = Random(seed)
    for text in [generated(random) for _ in range(20)]:
        with contextlib.suppress(ProgramError):
            assert whole_run(text, Watched).peak <= free_price(text).peak_bytes


def outcome(what: Callable[[], object]) -> tuple[int, str]:
    """Where and why something is refused; (0, "") where it is not."""
    try:
        what()
    except ProgramError as error:
        return error.line, error.reason
    return 0, ""


@settings(max_examples=100, database=None, deadline=None)
@given(st.integers(0, 2**64))
def test_an_estimate_ends_where_the_run_ends(seed: int) -> None:
    """Only what is put under a mask may be found not to fit later."""
    random = Random(seed)
    for text in [text for text in (generated(random) for _ in range(20)) if "] =" not in text]:
        both_end_alike(text)


def both_end_alike(text: str) -> None:
    assert outcome(lambda: free_price(text)) == outcome(lambda: whole_run(text, Run)), text


@pytest.mark.parametrize("operator", ["+", "*", "/", ">"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("g", "g.T"),
        ("g.T", "g"),
        ("g.T", "g.T"),
        ("x.T", "y.view(1, -1)"),
        ("y.view(1, -1)", "x.T"),
        ("h", "(b1.T + y.view(1, -1)).T"),
        ("(b1.T + y.view(1, -1)).T", "h"),
    ],
)
def test_how_a_result_lies_in_memory_is_foreseen_where_two_tensors_meet(
    one: str, other: str, operator: str
) -> None:
    """torch lays it out as the first of them, and a view fits on the one and not on the other."""
    both_end_alike(f"g = x @ x.T\nq = {one} {operator} {other}\nr = q.view(-1, 1)")
    both_end_alike(
        f"g = x @ x.T\nq = torch.where({one} {operator} {other} > 0, {one}, {other})\nr = q.view(-1)"
    )


@pytest.mark.parametrize("turn", ["T", "transpose(0, 1)", "transpose(0, 2)", "transpose(1, 2)"])
@pytest.mark.parametrize(
    "then", ["sum(0)", "sum(1)", "mean(2)", "clone()", "double()", "sum(0, keepdim=True)"]
)
def test_how_a_result_lies_in_memory_is_foreseen_where_a_tensor_was_turned(turn: str, then: str) -> None:
    cube = "h.unsqueeze(2) * y.view(1, 1, -1)" if "transpose" in turn else "x"
    both_end_alike(f"q = ({cube}).{turn}.{then}\nr = q.view(-1, 1)")
    both_end_alike(f"q = ({cube}).{turn} + 1\nr = q.{then}.view(2, -1)")


def test_what_depends_on_numbers_is_stopped_as_it_runs() -> None:
    """A mask may have any number of entries; here one, for which another tensor is laid out as a row."""
    text = "q = x[x > 5]\nz = x.view(-1, 1) * x.view(1, -1)\nr = z.view(-1, len(q))\ns = r @ r.T"
    x = torch.zeros(64, 2)
    x[0, 0] = 9
    params = init_params(2, 2, 1)
    assert free_price(text, (64, 2, 2, 1)).peak_bytes < LEAST.bytes
    with pytest.raises(ProgramError, match="too-much"):
        parse(text).gradients(x, torch.zeros(64, 1), params, Activation.relu())


@given(st.integers(0, 8), st.sampled_from(["q = q ** 1.5", "q = torch.where(q > 0, q, w1)", "q = q / w1"]))
def test_the_dearest_line_is_found(before: int, dear: str) -> None:
    cheap = "q = w1 + 1\n" + "q = q + 1\n" * before
    assert price(using(cheap + dear), (8, 256, 1024, 1)).dearest_line == before + 2


def test_the_line_of_the_largest_tensor_is_found() -> None:
    """The second line takes 8 MiB, of which there are 10, the others half a MiB each."""
    names = "rstuvwz"
    lines = "p = h + 1\nq = h.unsqueeze(2) * w1.view(1, 1, -1)\n" + "\n".join(f"{n} = h + 1" for n in names)
    with pytest.raises(ProgramError) as refused:
        price(using(f"{lines}\ne = q.sum() + {' + '.join(names)} + p", "e"), (8192, 1, 16, 1))
    assert (refused.value.reason, refused.value.line) == ("too-much-memory", 2)


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        ("h + a", "h / a"),
        ("h ** 2", "h ** 2.5"),
        ("h ** 2", "h ** h"),
        ("h ** 2", "2 ** h"),
        ("h + a", "torch.where(h > 0, h, a)"),
        ("h.sum(0)", "(h > 0).sum(0)"),
        ("h + 1", "h[h > 0] + 1"),
        ("h + a", "h + a.double()"),
        ("h + a", "h.double() + a.double()"),
        ("h.T @ a", "h.double().T @ a.double()"),
        ("w1 + w1", "h + h"),
        ("h + h", "h.T + a.T"),
        ("a.T @ h", "a @ h.T"),
        ("h.double().T @ a.double()", "((h > 0) * 2).T @ ((a > 0) * 2)"),
        ("h.double() + h.double()", "h.double() + h"),
        ("x.sum(0)", "x.sum(1)"),
        ("h * h", "h * h * h"),
    ],
)
def test_what_takes_longer_costs_more(cheap: str, dear: str) -> None:
    sizes = (512, 64, 64, 1)
    assert free_price(f"q = {dear}", sizes).work_per_step > free_price(f"q = {cheap}", sizes).work_per_step


def test_memory_that_is_fetched_anew_costs_more() -> None:
    """From 32 MiB on, twice the entries cost more than three times as much."""
    half, whole = (free_price("q = h + a", (batch, 1, 1024, 1)) for batch in (4096, 8192))
    assert whole.work_per_step > 3 * half.work_per_step


def test_double_precision_costs_more() -> None:
    sizes = (1024, 128, 512, 16)
    single, double = (price(seven_lines(), sizes, dtype) for dtype in (torch.float32, torch.float64))
    assert double.work_per_step > 1.5 * single.work_per_step
    assert double.peak_bytes == 2 * single.peak_bytes


@pytest.mark.parametrize("text", ["q = x[h > 0]", "q = x + 1\nq[h > 0] = 0", "q = h + 1\nq[y > 0] = 0"])
def test_a_mask_has_to_fit(text: str) -> None:
    with pytest.raises(ProgramError, match="entry-by-entry"):
        free_price(text)


def test_a_number_that_is_read_decides_no_size() -> None:
    with pytest.raises(ProgramError, match="torch-says"):
        free_price("n = (x > 9).sum().item()\nq = x.sum(n)")


ORDINARY = {
    "lines": seven_lines(),
    "notebook": NOTEBOOK,
    "masked": MASKED,
    **{f"{known.name} {number}": known.text for number, known in enumerate((*COLLECTION, *OFTEN_WRITTEN))},
}


@settings(deadline=None)
@given(st.data())
def test_what_learners_write_trains_by_itself(data: st.DataObject) -> None:
    lines = [f"{name} = {data.draw(st.sampled_from(ways))}" for name, ways in PARTS.items()]
    quick(Config(program="\n".join(lines)))


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_what_the_lesson_knows_trains_by_itself(text: str) -> None:
    with contextlib.suppress(ProgramError):
        # A known mistake may be one of shapes.
        quick(Config(program=text))


def quick(config: Config) -> None:
    asked = priced(config)
    assert asked.steps * asked.work_per_step <= QUICK_WORK


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sizes", [LARGEST, (8192, 1, 1024, 1), (8192, 256, 1, 1), (1, 1, 1, 1), SMALL])
@pytest.mark.parametrize("text", [seven_lines(), NOTEBOOK], ids=["lines", "notebook"])
def test_ordinary_lines_are_allowed_on_every_network(text: str, sizes: Sizes, dtype: torch.dtype) -> None:
    assert price(text, sizes, dtype)


def test_a_selection_under_a_mask_is_allowed_on_a_large_network() -> None:
    assert price(MASKED, (4096, 64, 512, 8))


def test_a_price_is_soon_known_and_loads_no_compiler() -> None:
    check = (
        "import sys, time\nfrom tests.unit.numeric.program.test_price import price, seven_lines\n"
        "def seconds():\n    began = time.process_time()\n    price(seven_lines())\n"
        "    return time.process_time() - began\n"
        "assert min(seconds() for _ in range(5)) < 0.005\n"
        "assert not {'sympy', 'torch._dynamo', 'torch._inductor'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_the_price_counts_as_the_trainings_work() -> None:
    dear = using("q = h + 2.5\n" + "q = q ** 1.5\n" * 9)
    sizes = (512, 3, 64, 1)
    config = config_of(sizes, steps=LIMITS["steps"][1])
    asked = priced(replace(config, program=dear))
    assert asked.program_work == price(dear, sizes).work_per_step
    assert asked.work_per_step == config.work_per_step + asked.program_work
    assert asked.affordable_steps == MAX_WORK // asked.work_per_step < asked.steps
    assert asked.quick().steps < config.quick().steps
    # Without being asked for before.
    with pytest.raises(TooMuchWork):
        next(run(replace(config, program=dear)))
    # The referee runs the lines again.
    apart = replace(asked, by_hand=Lane("float64"))
    assert apart.work_per_step - replace(apart, program_work=0).work_per_step == 2 * asked.program_work


def test_without_a_program_there_is_no_price() -> None:
    assert priced(Config()) == Config()


def test_a_dear_program_trains_in_short_turns() -> None:
    dear = priced(Config(program=using("q = x @ x.T * 0 + 1\n" + "q = q ** 1.5\n" * 60), steps=40))
    assert dear.program_work > 10**8
    began, turns = time.thread_time(), []
    for _ in run(dear):
        turns.append(time.thread_time() - began)
        began = time.thread_time()
    assert len(turns) > 1
    assert max(turns) < 0.5


@pytest.mark.parametrize("text", ["q = x.view(-1, 1, 1, 1)", "q = h.unsqueeze(2).unsqueeze(0)"])
def test_a_tensor_has_at_most_three_dimensions(text: str) -> None:
    with pytest.raises(ProgramError, match="too-many-dimensions"):
        free_price(text)
    with pytest.raises(ProgramError, match="too-many-dimensions"):
        whole_run(text, Run)


@pytest.mark.parametrize("text", ["q = x.sum(i)", "q = x.view(i, -1)", "q = torch.transpose(x, i, 0)"])
def test_a_tensor_is_no_dimension(text: str) -> None:
    """torch takes it for one, and then the numbers would decide about sizes."""
    with pytest.raises(ProgramError, match="needs-whole"):
        whole_run(f"i = (x > 9).sum() + 1\n{text}", Run)
