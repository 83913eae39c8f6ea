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

import pytest

from lesson.numeric.experiments import autograd
from lesson.numeric.experiments.bernoulli_gate.estimates import samples
from lesson.numeric.experiments.bernoulli_gate.gates import Gated
from lesson.workers.pool import PROCESSES, Worker


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
