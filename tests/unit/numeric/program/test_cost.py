"""What an operation costs, beside what it takes: the time of one core, and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest
import torch

from lesson.allocator import keep_together
from lesson.numeric.network import Activation, forward, init_params
from lesson.numeric.program import parse
from lesson.numeric.program.cost import Call, Kind
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.lines import act
from lesson.numeric.program.meter import Limits, Meter
from lesson.numeric.program.price import Sizes, estimated, network
from lesson.numeric.program.program import given
from tests.harness.memory import resident

SIZES = (1024, 64, 1024, 1)
NO_LIMITS = Limits(inf, inf)
RELU = Activation.relu()


def seconds(work: Callable[[], object]) -> float:
    """Of this thread, the best of three after one to warm up."""

    def once() -> float:
        began = time.thread_time()
        work()
        return time.thread_time() - began

    return min([once() for _ in range(4)][1:])


def run_of(text: str, dtype: torch.dtype, sizes: Sizes = SIZES) -> Callable[[], None]:
    batch, inputs, hidden, outputs = sizes
    generator = torch.Generator().manual_seed(0)
    x, y = (torch.randn(batch, n, generator=generator).to(dtype) for n in (inputs, outputs))
    params = init_params(inputs, hidden, outputs, dtype=dtype)
    tensors = given(x, y, params, forward(x, params, RELU))
    program = parse(text)
    return lambda: act(program.lines, Run(dict(tensors), RELU, Meter(NO_LIMITS, tensors.values())))


DEAR = [
    "q = h ** 1.5",
    "q = 2.5 ** h",
    "q = a ** h",
    "q = h ** 0.5",
    "q = torch.exp(h)",
    "q = h.log()",
    "q = torch.sqrt(h)",
    "q = torch.cos(h)",
    "q = h.sinh()",
    "q = torch.sigmoid(h)",
    "q = torch.nn.functional.softplus(h)",
    "q = torch.where(h > 0, h, a)",
    "q = h[h > 0]",
    "q = a * 1\nq[h > 0] = h[h > 0]",
    "q = a * 1\nq[h > 0] = 0",
    "q = h.T + h",
    "q = h / a",
    "q = h.T @ h",
    "i = (x > 0) * 2\nq = i.T @ i",
    "q = (h > 0).sum(1)",
    "q = h.double() * (h > 0)",
    "q = torch.ones(1024, 1024)",
    "q = (h > 0).astype(float)",
    "q = h.view(-1, 2) * h.view(-1, 2).sum(1).unsqueeze(1)",
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("text", DEAR)
def test_the_work_of_what_is_dear_is_near_its_time(text: str, dtype: torch.dtype) -> None:
    price = estimated(parse(text).lines, network(SIZES, True, dtype), RELU, NO_LIMITS)
    left, right = torch.randn(1024, 512), torch.randn(512, 512)
    shares = []
    for _ in range(3):
        # Both at one time, as a machine has its moods.
        multiplication = seconds(lambda: left @ right) / (1024 * 512 * 512)
        shares.append(seconds(run_of(text, dtype)) / (price.work_per_step * multiplication))
    # The system may have to fetch memory anew, or not.
    assert 1 / 30 < sorted(shares)[1] < 5, shares


MEMORY = [
    "h + a",
    "1 / h",
    "h / 2",
    "h ** 1.5",
    "activation.derivative(h)",
    "torch.exp(h)",
    "torch.nn.functional.softplus(h)",
    "torch.log(h > 0)",
    "h > a",
    "h.double() > a",
    "torch.where(h > 0, h, a.double())",
    "h * (h > 0)",
    "h + a.double()",
    "torch.maximum(h, a.double())",
    "(h > 0).sum()",
    "(h > 0).sum(0)",
    "h.mean(0)",
    "h.double().sum(1, dtype=torch.float32)",
    "((h > 0) * 2) / ((a > 0) * 3)",
    "h.to(torch.float64)",
    "h[h > 0]",
    "h.view(16, -1, 1024)[(h > 0).view(16, -1, 1024)]",
    "h.T.reshape(-1)",
    "h + h.view(1024, -1).T",
    "h.T @ a",
    "torch.ones(4096, 1024)",
    "np.ones((4096, 1024)) * h",
    "(h > 0).astype(float)",
]


def measure() -> None:
    """Print for each of these the MiB that it takes at its peak and those of its price."""
    # What is free goes back at once, so that nothing hides in it.
    keep_together()
    sizes = (4096, 1, 1024, 1)
    for text in MEMORY:
        line = f"q = {text}"
        price = estimated(parse(line).lines, network(sizes, True, torch.float32), RELU, NO_LIMITS)
        once = run_of(line, torch.float32, sizes)
        before = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        once()
        print(resident("VmHWM") - before, price.peak_bytes / 2**20)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's own peak of a process")
def test_no_operation_takes_more_memory_than_its_price() -> None:
    code = "from tests.unit.numeric.program.test_cost import measure; measure()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
    for text, (taken, foreseen) in zip(MEMORY, found, strict=True):
        # Pages, and what torch loads at a first call.
        assert taken < foreseen + 2, text


def test_torch_shows_what_it_makes_on_few_numbers_whatever_the_sizes() -> None:
    """A price must not take the memory that it tells of."""
    large = Kind((8192, 1024), torch.float32)
    call = Call(torch.mul, (large, large._replace(order=(1, 0)), 2.5), {})
    assert [call.model(value).numel() for value in call.arguments[:2]] == [15, 15]
    assert call.model(Kind((8192, 1), torch.float32)).shape == (3, 1)
    assert call.model(2.5) == 2.5
