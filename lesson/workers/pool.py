"""The server's side of the workers: whoever asks waits for a turn, first come first served."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Lock
from typing import Generic, NamedTuple, TypeVar, TypeVarTuple, cast
from uuid import uuid4

from lesson.workers.process import WorkerLost, advance, begin, drop

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

PROCESSES = 2
SEATS = 3
"""So many long runs take turns at once, as each holds its weights meanwhile; others wait for a seat."""


class Answer(NamedTuple, Generic[Result]):
    """What a worker computed, and how many bytes that took on the way here."""

    value: Result
    size: int


class Queue:
    """A queue in which whoever came first is served first, at most so many at once."""

    def __init__(self, served: int) -> None:
        self.served = served
        self.waiting: deque[Event] = deque()
        self.moving = Lock()

    @contextmanager
    def turn(self, wait: Callable[[int], None] = lambda _: None) -> Iterator[None]:
        """Wait to be served; meanwhile wait is called, about three times a second, with the position."""
        my_turn = Event()
        with self.moving:
            self.waiting.append(my_turn)
            self.call()
        try:
            while not my_turn.wait(0.3):
                wait(self.waiting.index(my_turn) - self.served + 1)
            yield
        finally:
            with self.moving:
                self.waiting.remove(my_turn)
                self.call()

    def call(self) -> None:
        """Tell the first in the queue that it is their turn."""
        for turn in islice(self.waiting, self.served):
            turn.set()


class Worker:
    """One of the processes, at the other end of a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.queue = Queue(1)

    def answer(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Answer[Result]:
        """As answer below, in this very process."""
        with self.queue.turn():
            try:
                self.connection.send((function, args))
                received = self.connection.recv_bytes()
            except (EOFError, OSError, MemoryError) as error:
                (self.connection,) = connected(1)
                raise WorkerLost from error
        done, value = pickle.loads(received)
        if not done:
            raise value
        return Answer(cast("Result", value), len(received))

    def compute(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
        """As compute below, in this very process."""
        return self.answer(function, *args).value


def connected(count: int) -> tuple[Connection, ...]:
    """Start so many new processes and return their connections; they end when these do, with the server."""
    ours, theirs = zip(*(Pipe() for _ in range(count)), strict=True)
    file_descriptors = [end.fileno() for end in theirs]
    subprocess.Popen(
        [sys.executable, "-c", f"from lesson.workers.process import host; host(*{file_descriptors})"],
        cwd=Path(__file__).parents[2],
        # No threads, so that the process can be forked.
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        pass_fds=file_descriptors,
    )
    for end in theirs:
        end.close()
    return ours


WORKERS: list[Worker] = []
STARTING = Lock()


def workers() -> list[Worker]:
    """Return the workers; the first call starts them, and does not wait until they have loaded torch."""
    with STARTING:
        if not WORKERS:
            WORKERS.extend(map(Worker, connected(PROCESSES)))
    return WORKERS


def least_busy() -> Worker:
    return min(workers(), key=lambda worker: len(worker.queue.waiting))


def answer(function: Callable[[*Arguments], Result], *args: *Arguments) -> Answer[Result]:
    """Compute a function of some module in a worker, as one turn.

    What it takes and returns travels between processes, and so do its exceptions. Raises WorkerLost where two
    processes in a row are lost over it.
    """
    try:
        return least_busy().answer(function, *args)
    except WorkerLost:
        return least_busy().answer(function, *args)


def compute(function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
    """As answer, the value alone."""
    return answer(function, *args).value


LONG_RUNS = Queue(SEATS)
TURNS = Queue(1)
"""One turn of a long run at a time, so that it never holds the process that what is short has free."""


def compute_in_turns(
    wait: Callable[[int], None], function: Callable[[*Arguments], Iterator[Result]], *args: *Arguments
) -> Generator[Result, None, None]:
    """Yield what a generator function yields, each value one turn in a worker, between those of others.

    While all seats are taken wait is called with the position in the queue. Whoever stops asking for more, or
    closes this iterator, ends the run and gives up the seat.
    """
    ticket = uuid4().hex
    with LONG_RUNS.turn(wait):
        worker = least_busy()
        try:
            with TURNS.turn():
                values = worker.compute(begin, ticket, function, *args)
            while values:
                yield cast("Result", values[0])
                with TURNS.turn():
                    values = worker.compute(advance, ticket)
        finally:
            with suppress(WorkerLost):
                worker.compute(drop, ticket)
