"""The workers: results and errors come back, turns are fair, lost processes are replaced, none stays."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch

from lesson.numeric.config import Config
from lesson.numeric.data import DataError, Table
from lesson.numeric.program import parse
from lesson.numeric.program.whitelist import ProgramError
from lesson.numeric.training import run, train
from lesson.workers import pool, process
from lesson.workers.pool import TEMPLATE, Queue, Worker, compute, compute_in_turns, workers
from lesson.workers.process import WORK_BYTES, WorkerLost
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


def broken_by(path: str) -> None:
    """Leave a trace, then end the process as a fault in the C library would."""
    with Path(path).open("a", encoding="ascii") as trace:
        trace.write("here\n")
    os._exit(1)


def test_what_breaks_a_process_is_not_sent_to_a_second_one(tmp_path: Path) -> None:
    with pytest.raises(WorkerLost) as lost:
        compute(broken_by, str(tmp_path / "trace"))
    assert lost.value.limit == "ended"
    assert (tmp_path / "trace").read_text(encoding="ascii") == "here\n"
    assert [one.compute(pow, 2, 5) for one in workers()] == [32, 32]


def test_a_turn_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pids()
    monkeypatch.setattr(pool, "ANSWERING_SECONDS", 0.3)
    with pytest.raises(WorkerLost) as lost:
        compute(time.sleep, 300)
    monkeypatch.undo()
    assert lost.value.limit == "time"
    assert len(before & pids()) == 1
    assert eventually(lambda: sum(map(is_there, before)) == 1)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded there")
@pytest.mark.parametrize("function", [bytes, torch.ones], ids=["Python's", "torch's"])
def test_memory_has_a_limit_and_the_process_goes_on(function: Callable[[int], object]) -> None:
    before = pids()
    with pytest.raises(WorkerLost) as lost:
        compute(function, 2 * WORK_BYTES)
    assert lost.value.limit == "memory"
    assert pids() == before
    assert compute(len, bytes(WORK_BYTES // 16)) == WORK_BYTES // 16


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_who_asks_an_idle_process_that_was_ended_gets_an_answer(how: signal.Signals) -> None:
    for one in pids():
        os.kill(one, how)
    assert compute(pow, 3, 2) == 9
    for one in pids():
        os.kill(one, how)
    assert list(compute_in_turns(QUIETLY, iter, [0, 1, 2])) == [0, 1, 2]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_what_was_ended_is_replaced_without_being_asked(how: signal.Signals) -> None:
    before = pids()
    for one in before:
        os.kill(one, how)
    assert eventually(lambda: not any(map(is_there, before)))
    assert eventually(lambda: all(one.pid and one.pid not in before for one in workers()))


def work_for_long(path: str) -> None:
    Path(path).touch()
    time.sleep(300)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_that_is_stopped_at_work_is_replaced(tmp_path: Path) -> None:
    (one, *_) = workers()
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(one.compute, work_for_long, str(tmp_path / "begun"))
        until_there_is(str(tmp_path / "begun"))
        assert one.pid is not None
        os.kill(one.pid, signal.SIGSTOP)
        error = asked.exception()
    assert isinstance(error, WorkerLost)
    assert error.limit == "ended"
    assert one.compute(pow, 2, 5) == 32


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_the_template_is_replaced_too(how: signal.Signals) -> None:
    pids()
    assert TEMPLATE.process is not None
    before = TEMPLATE.process.pid
    os.kill(before, how)
    assert eventually(lambda: not is_there(before))
    for one in pids():
        os.kill(one, signal.SIGKILL)
    assert compute(pow, 3, 2) == 9
    assert TEMPLATE.process.pid != before


def pids() -> set[int]:
    """The workers that there are, all started."""
    return {one.compute(os.getpid) for one in workers()}


def is_there(process: int) -> bool:
    """Whether a process runs, or is still to be buried."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def eventually(true: Callable[[], bool]) -> bool:
    """Whether something becomes true within half a minute."""
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def test_first_come_first_served() -> None:
    queue, order = Queue(1), []

    def stand(number: int) -> None:
        with queue.turn():
            order.append(number)

    with queue.turn():
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=stand, args=(number,)))
            threads[-1].start()
            # The next comes when this one stands in line.
            while len(queue.waiting) < number + 2:
                time.sleep(0.001)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert not queue.waiting


def until_there_is(path: str) -> None:
    while not Path(path).exists():
        time.sleep(0.01)


def one_long_turn(begun: str, end: str) -> Iterator[None]:
    """A long run whose only turn ends when somebody says so."""
    Path(begun).touch()
    until_there_is(end)
    yield


def test_whoever_asks_for_something_short_goes_where_no_long_run_has_its_turn(tmp_path: Path) -> None:
    """Also where several wait there already: one step of a large network may take seconds."""
    begun, end = str(tmp_path / "begun"), str(tmp_path / "end")
    with ThreadPoolExecutor(8) as threads:
        long = threads.submit(lambda: list(compute_in_turns(QUIETLY, one_long_turn, begun, end)))
        try:
            until_there_is(begun)
            short = [threads.submit(lambda: compute(time.sleep, 0.1)) for _ in range(6)]
            for one in short:
                one.result(timeout=10)
            assert not long.done()
        finally:
            Path(end).touch()
        assert long.result() == [None]
    assert not any(one.in_long_run for one in workers())


def test_long_runs_leave_room_for_what_is_short(tmp_path: Path) -> None:
    """However many there are: here two, whose turns do not end before something short was computed."""
    end = tmp_path / "end"

    def run_long() -> None:
        for _ in compute_in_turns(QUIETLY, map, until_there_is, [str(end)] * 2):
            pass

    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(run_long) for _ in range(2)]
        assert eventually(lambda: sum(len(one.queue.waiting) for one in workers()) == 1)
        assert [compute(pow, 2, 5) for _ in range(10)] == [32] * 10
        assert not any(run.done() for run in runs)
        end.touch()
        for run in runs:
            run.result()


def test_who_waits_learns_the_place_and_may_leave() -> None:
    queue = Queue(2)
    places: list[int] = []

    class Gone(Exception):
        pass

    def leave(place: int) -> None:
        places.append(place)
        raise Gone

    with queue.turn(), queue.turn():
        for _ in range(2):
            with pytest.raises(Gone), queue.turn(leave):
                raise AssertionError("served while both places were taken")
        assert places == [1, 1]
    with queue.turn():
        pass


def test_a_run_that_is_left_is_forgotten_in_the_worker() -> None:
    before = [one.compute(running) for one in workers()]
    with closing(compute_in_turns(QUIETLY, run, Config(steps=20_000))) as values:
        next(values)
        assert sum(one.compute(running) for one in workers()) == sum(before) + 1
    assert [one.compute(running) for one in workers()] == before


def running() -> int:
    return len(process.RUNNING)


def test_a_run_whose_process_was_lost_is_called_lost() -> None:
    with closing(compute_in_turns(QUIETLY, run, Config(steps=20_000))) as values:
        next(values)
        for one in workers():
            with pytest.raises(WorkerLost):
                one.compute(os._exit, 1)
        with pytest.raises(WorkerLost):
            next(values)


def test_an_answer_that_cannot_travel_is_an_error_and_no_loss() -> None:
    processes = [one.compute(os.getpid) for one in workers()]
    with pytest.raises(TypeError, match="pickle"):
        compute(threading.Lock)
    assert [one.compute(os.getpid) for one in workers()] == processes


def test_a_lost_worker_is_said_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a fragment, where Streamlit would say nothing of use; and the next answer is there again."""

    def lost(*_: object) -> None:
        raise WorkerLost

    app = open_page("dying-relu")
    monkeypatch.setattr(Worker, "answer", lost)
    app.slider(key="leak").set_value(0.5).run()
    assert "The process that computed this was ended" in texts(app)
    assert not app.exception
    monkeypatch.undo()
    app.slider(key="leak").set_value(0.6).run()
    assert "A row for each unit" in texts(app)
