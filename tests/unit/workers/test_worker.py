"""The workers: results and errors come back, turns are fair, lost processes are replaced, none stays."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from lesson import worker
from lesson.numeric.config import Config
from lesson.numeric.data import DataError, Table
from lesson.numeric.experiments import autograd
from lesson.numeric.experiments.bernoulli_gate.estimates import samples
from lesson.numeric.experiments.bernoulli_gate.gates import Gated
from lesson.numeric.program import parse
from lesson.numeric.program.whitelist import ProgramError
from lesson.numeric.training import run, train
from lesson.worker import Line, Shared, WorkerLost, compute, compute_each, compute_in_turns
from tests.harness.lesson_app import open_page, texts

QUIETLY = print


def test_a_training_is_the_same_there_as_here() -> None:
    config = Config(steps=200)
    there, here = compute(train, config), train(config)
    assert np.array_equal(there.loss["by_hand"], here.loss["by_hand"])
    assert np.array_equal(there.weights["autograd"], here.weights["autograd"])
    *_, last = compute_in_turns(QUIETLY, run, config)
    assert np.array_equal(last.loss["by_hand"], here.loss["by_hand"])


def test_errors_come_back_with_their_facts() -> None:
    with pytest.raises(ProgramError) as refused:
        compute(parse, "grad_out = open(1)")
    assert (refused.value.line, refused.value.reason, refused.value.facts["name"]) == (
        1,
        "unknown-call",
        "open",
    )
    with pytest.raises(DataError) as bad:
        compute(train, Config(Table(b"a,b\n1,2\n")))
    assert bad.value.reason == "csv-too-few-rows"
    assert bad.value.facts == {"rows": 1, "dropped": 0}


def test_many_threads_each_get_their_own_answer() -> None:
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        found[number] = compute(pow, number, 2)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number**2 for number in range(50)}


def test_each_is_computed_beside_the_others() -> None:
    for one in worker.workers():
        one.compute(pow, 2, 2)
    begun = time.monotonic()
    assert dict(compute_each(time.sleep, {"first": 0.5, "second": 0.5})) == {"first": None, "second": None}
    assert time.monotonic() - begun < 0.9
    begun = time.monotonic()
    with closing(compute_each(time.sleep, {str(number): 0.3 for number in range(8)})) as results:
        assert next(results) == ("0", None)
    # Closed, what has not begun never does.
    assert time.monotonic() - begun < 1.2


def test_a_lost_process_is_named_and_replaced() -> None:
    with pytest.raises(WorkerLost):
        compute(os._exit, 1)
    assert compute(pow, 3, 2) == 9
    for one in worker.workers():
        assert one.compute(pow, 2, 5) == 32


def test_processes_leave_with_their_server() -> None:
    """However it ends: here by kill -9, in the middle of a computation."""
    lines = (
        "import threading, time, os\n"
        "from lesson.worker import compute, workers\n"
        "print(*(one.compute(os.getpid) for one in workers()), flush=True)\n"
        "compute(time.sleep, 1)\n"
    )
    house = Path(__file__).parents[3]
    server = subprocess.Popen([sys.executable, "-c", lines], cwd=house, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    processes = [int(number) for number in server.stdout.readline().split()]
    assert len(set(processes)) == worker.PROCESSES
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
    one = worker.Worker(*worker.connected(1))

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
    forked, _ = map(worker.Worker, worker.connected(2))
    forked.compute(gc.collect)
    rollup = Path(f"/proc/{forked.compute(os.getpid)}/smaps_rollup").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_Dirty:"))
    assert own // 1024 < 10


def alive(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text(encoding="ascii")


def test_first_come_first_served() -> None:
    line, order = Line(1), []

    def stand(number: int) -> None:
        with line.place():
            order.append(number)

    with line.place():
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=stand, args=(number,)))
            threads[-1].start()
            # The next comes when this one stands in line.
            while len(line.waiting) < number + 2:
                time.sleep(0.001)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert not line.waiting


def test_long_runs_leave_room_for_what_is_short() -> None:
    def run_long() -> None:
        for _ in compute_in_turns(QUIETLY, map, time.sleep, [0.8] * 2):
            pass

    # Until both have loaded torch.
    for one in worker.workers():
        one.compute(os.getpid)
    threads = [threading.Thread(target=run_long) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    waited = []
    for _ in range(10):
        begun = time.monotonic()
        compute(pow, 2, 2)
        waited.append(time.monotonic() - begun)
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert max(waited) < 0.6


def test_who_waits_learns_the_place_and_may_leave() -> None:
    line = Line(2)
    places: list[int] = []

    class Gone(Exception):
        pass

    def leave(place: int) -> None:
        places.append(place)
        raise Gone

    with line.place(), line.place():
        for _ in range(2):
            with pytest.raises(Gone), line.place(leave):
                raise AssertionError("served while both places were taken")
        assert places == [1, 1]
    with line.place():
        pass


def test_a_shared_run_is_done_once_and_goes_on_when_its_worker_leaves() -> None:
    shared: Shared[int] = Shared()
    begun = []

    def idle() -> None:
        raise AssertionError("nobody has to wait for a first value here")

    def work() -> Generator[int, None, None]:
        begun.append(1)
        yield from range(5)

    with closing(shared.watch(work, idle)) as first:
        assert next(first) == 0
        # Another learner watches, and does not begin.
        with closing(shared.watch(work, idle)) as second:
            assert next(second) == 0
        assert len(begun) == 1
    # The first left before the end: who comes next begins anew, and then it is done for all.
    assert list(shared.watch(work, idle)) == [0, 1, 2, 3, 4, 4]
    assert len(begun) == 2
    assert list(shared.watch(work, idle)) == [4]
    assert len(begun) == 2


def test_who_watches_to_the_end_does_not_begin_anew() -> None:
    shared, begun, going_on = Shared[int](), list[int](), threading.Event()

    def work() -> Generator[int, None, None]:
        begun.append(1)
        yield 1
        going_on.wait()
        yield 2

    def watch() -> list[int]:
        return list(shared.watch(work, going_on.set))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(watch)
        while not begun:
            time.sleep(0.01)
        second = pool.submit(watch)
        # Who watches waits for the lock by now.
        time.sleep(0.1)
        going_on.set()
        assert first.result() == [1, 2, 2]
        assert second.result()[-1] == 2
    assert len(begun) == 1
    assert shared.finished
    assert shared.latest == 2


def test_a_run_that_is_left_is_forgotten_in_the_worker() -> None:
    before = [one.compute(running) for one in worker.workers()]
    with closing(compute_in_turns(QUIETLY, run, Config(steps=20_000))) as values:
        next(values)
        assert sum(one.compute(running) for one in worker.workers()) == sum(before) + 1
    assert [one.compute(running) for one in worker.workers()] == before


def running() -> int:
    return len(worker.RUNNING)


def test_a_run_whose_process_was_lost_is_called_lost() -> None:
    with closing(compute_in_turns(QUIETLY, run, Config(steps=20_000))) as values:
        next(values)
        for one in worker.workers():
            with pytest.raises(WorkerLost):
                one.compute(os._exit, 1)
        with pytest.raises(WorkerLost):
            next(values)


def test_an_answer_that_cannot_travel_is_an_error_and_no_loss() -> None:
    processes = [one.compute(os.getpid) for one in worker.workers()]
    with pytest.raises(RuntimeError, match="pickle"):
        compute(threading.Lock)
    assert [one.compute(os.getpid) for one in worker.workers()] == processes


def test_a_lost_worker_is_said_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a fragment, where Streamlit would say nothing of use; and the next answer is there again."""

    def lost(*_: object) -> None:
        raise WorkerLost

    app = open_page("dying-relu")
    monkeypatch.setattr(worker.Worker, "compute", lost)
    app.slider(key="leak").set_value(0.5).run()
    assert "The process that computed this was ended" in texts(app)
    assert not app.exception
    monkeypatch.undo()
    app.slider(key="leak").set_value(0.6).run()
    assert "A row for each unit" in texts(app)
