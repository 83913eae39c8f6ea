"""The worker processes themselves: they share memory, give it back, and leave with their server."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lesson.numeric.config import LIMITS, MOST_DOUBLES, Config, Lane, possible_dtypes
from lesson.numeric.data import Normal
from lesson.numeric.experiments import autograd
from lesson.numeric.experiments.bernoulli_gate.estimates import samples
from lesson.numeric.experiments.bernoulli_gate.gates import Gated
from lesson.numeric.source import seven_lines
from lesson.numeric.training import run
from lesson.workers.pool import ANSWERING_SECONDS, PROCESSES, Worker
from lesson.workers.process import advance, begin, drop


def test_processes_leave_with_their_server() -> None:
    """However it ends: here by kill -9, in the middle of a computation."""
    lines = (
        "import threading, time, os\n"
        "from lesson.workers.pool import compute, workers\n"
        "print(*(one.compute(os.getpid) for one in workers()), flush=True)\n"
        "compute(time.sleep, 1)\n"
    )
    house = Path(__file__).parents[3]
    server = subprocess.Popen([sys.executable, "-c", lines], cwd=house, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    processes = [int(number) for number in server.stdout.readline().split()]
    assert len(set(processes)) == PROCESSES
    server.send_signal(signal.SIGKILL)
    server.wait()
    until = time.monotonic() + 20
    while any(map(alive, processes)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(alive, processes))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("function", "small", "large"),
    [(samples, Gated((2, 1, 1, 1)), Gated((64, 6, 6, 3))), (autograd.cost, 10, 400)],
    ids=["a large computation", "a graph that holds itself"],
)
def test_a_process_gives_back_what_it_needed(
    function: Callable[..., object], small: object, large: object
) -> None:
    one = Worker()

    def memory() -> int:
        """MB that the process holds when it has come to rest."""
        resident = Path(f"/proc/{one.compute(os.getpid)}/statm").read_text(encoding="ascii").split()[1]
        return int(resident) * os.sysconf("SC_PAGE_SIZE") // 2**20

    one.compute(function, small)
    before = memory()
    for _ in range(6):
        one.compute(function, large)
    assert memory() < before + 20


OVER_EVERYTHING = seven_lines() + "\ngrad_b1 = grad_b1 * 0 + grad_h.sum()"
"""With the notebook's mistake: a bias's gradient is summed over the units, too."""
BULKY = seven_lines() + "\np = h + 1\nq = h + 2\ngrad_b1 = grad_b1 + 0 * (p * grad_h * q).sum()"
WIDEST, DEEPEST = MOST_DOUBLES // LIMITS["hidden"][1], MOST_DOUBLES // LIMITS["batch"][1]


@pytest.mark.parametrize("program", ["", OVER_EVERYTHING, BULKY], ids=["lesson", "notebook", "bulky"])
@pytest.mark.parametrize(
    ("batch", "hidden", "by_hand", "autograd"),
    [
        (8192, 1024, "float32", "float32"),
        (WIDEST, 1024, "float64", "float32"),
        (8192, DEEPEST, "float32", "float64"),
        (8192, DEEPEST, "float64", "float64"),
    ],
)
def test_the_largest_trainings_that_a_page_offers_keep_within_the_limits_of_a_worker(
    batch: int, hidden: int, by_hand: str, autograd: str, program: str
) -> None:
    """In memory, which is refused beyond them; and each turn in a quarter of what it may take."""
    source, one, two = Normal(batch, 256, 32), Lane(by_hand), Lane(autograd)
    config = Config(
        source,
        hidden,
        optimizer="adam",
        steps=2,
        learning_rate=1e-7,
        program=program,
        by_hand=one,
        autograd=two,
    )
    assert {by_hand, autograd} <= set(possible_dtypes(batch, hidden))
    judge = Worker()
    spent = [judge.compute(time.process_time)]
    judge.compute(begin, "largest", run, config)
    spent.append(judge.compute(time.process_time))
    assert judge.compute(advance, "largest")
    spent.append(judge.compute(time.process_time))
    judge.compute(drop, "largest")
    assert max(np.diff(spent)) < ANSWERING_SECONDS / 4


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_processes_share_what_they_loaded() -> None:
    """The garbage collector must not write on it: what is written on is copied."""
    forked = Worker()
    forked.compute(gc.collect)
    rollup = Path(f"/proc/{forked.compute(os.getpid)}/smaps_rollup").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_Dirty:"))
    assert own // 1024 < 10


def alive(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text(encoding="ascii")
