"""The workers: results and errors come back, turns are fair, lost processes are replaced, none stays."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from lesson.numeric.config import Config
from lesson.numeric.data import DataError, Table
from lesson.numeric.program import parse
from lesson.numeric.program.whitelist import ProgramError
from lesson.numeric.training import run, train
from lesson.workers import process
from lesson.workers.pool import Queue, Worker, compute, compute_in_turns, workers
from lesson.workers.process import WorkerLost
from tests.app.lesson_app import open_page, texts

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


def test_a_lost_process_is_named_and_replaced() -> None:
    with pytest.raises(WorkerLost):
        compute(os._exit, 1)
    assert compute(pow, 3, 2) == 9
    for one in workers():
        assert one.compute(pow, 2, 5) == 32


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


def test_long_runs_leave_room_for_what_is_short() -> None:
    def run_long() -> None:
        for _ in compute_in_turns(QUIETLY, map, time.sleep, [0.8] * 2):
            pass

    # Until both have loaded torch.
    for one in workers():
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
    with pytest.raises(RuntimeError, match="pickle"):
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
