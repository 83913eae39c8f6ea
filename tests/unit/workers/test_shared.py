"""A long run that several learners watch is carried out once."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from lesson.workers.shared import SharedRun


def test_a_shared_run_is_done_once_and_goes_on_when_its_worker_leaves() -> None:
    shared: SharedRun[int] = SharedRun()
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
    shared, begun, going_on = SharedRun[int](), list[int](), threading.Event()

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
