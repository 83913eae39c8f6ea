"""Two processes beside the server, in which everything is computed that takes longer than a moment.

Threads of one process that each do thousands of small tensor operations hand Python's lock to each other at
every one of them: ten trainings side by side took eight times as long as one after the other, and pages
stood still meanwhile. So trainings and experiments happen in processes of their own, one turn after the
other, first come first served, and the server's process is free to draw pages.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Lock
from typing import Generic, ParamSpec, TypeVar, cast
from uuid import uuid4

from lesson.allocator import give_back, resident

Arguments = ParamSpec("Arguments")
Argument = TypeVar("Argument")
Result = TypeVar("Result")
Name = TypeVar("Name", bound=str)

PROCESSES = 2
SEATS = 3
"""So many long runs take turns at once, as each holds its weights meanwhile; others wait for a seat."""

ROOM = 16 * 2**20
"""Bytes of what it needed for an answer that a worker may keep: whatever goes back to the system has to be
fetched again for the next answer, which takes a quarter longer."""

RUNNING: dict[str, Iterator[object]] = {}
"""In a worker: the runs that have begun, by their ticket."""


class WorkerLost(RuntimeError):
    """The process that computed something ended before it was done, most likely for want of memory."""


class Line:
    """A line in which whoever came first is served first, at most so many at once."""

    def __init__(self, served: int) -> None:
        self.served = served
        self.waiting: deque[Event] = deque()
        self.moving = Lock()

    @contextmanager
    def place(self, wait: Callable[[int], None] = lambda _: None) -> Iterator[None]:
        """Wait to be served; meanwhile wait is called, about three times a second, with the place in line."""
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
        """Tell the first in line that it is their turn."""
        for turn in islice(self.waiting, self.served):
            turn.set()


class Worker:
    """One of the processes, at the other end of a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.line = Line(1)

    def compute(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """As compute below, in this very process."""
        with self.line.place():
            try:
                self.connection.send((function, args, kwargs))
                done, value = self.connection.recv()
            except (EOFError, OSError, MemoryError) as error:
                (self.connection,) = connected(1)
                raise WorkerLost from error
        if done:
            return cast("Result", value)
        raise value


def connected(count: int) -> tuple[Connection, ...]:
    """So many new processes, by their connections. They end when the server does, as connections then end."""
    ours, theirs = zip(*(Pipe() for _ in range(count)), strict=True)
    numbers = [end.fileno() for end in theirs]
    subprocess.Popen(
        [sys.executable, "-c", f"from lesson.worker import host; host(*{numbers})"],
        cwd=Path(__file__).parents[1],
        # No threads, so that the process can be forked.
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        pass_fds=numbers,
    )
    for end in theirs:
        end.close()
    return ours


def host(*numbers: int) -> None:
    """In a new process: load torch, become as many processes as there are connections, and serve each.

    What they loaded before the fork they share in memory.
    """
    # Pages go first.
    os.nice(5)
    import_module("lesson.numeric.training.descent")
    import_module("lesson.numeric.training.referee")
    # Memory is shared until someone writes on it, and the garbage collector writes on all that it looks at.
    gc.freeze()
    *others, mine = numbers
    for other in others:
        if os.fork() == 0:
            mine = other
            break
    for number in numbers:
        if number != mine:
            os.close(number)
    serve(Connection(mine))


def serve(connection: Connection) -> None:
    """In a worker: compute what is asked, one thing after the other, as long as there is a server."""
    held = resident()
    while True:
        try:
            function, args, kwargs = connection.recv()
            answer = True, function(*args, **kwargs)
        except EOFError:
            return
        except Exception as error:
            answer = False, error
        try:
            connection.send(answer)
        except BrokenPipeError:
            return
        except Exception as error:
            # Something in it cannot travel; that much can.
            connection.send((False, RuntimeError(f"{type(error).__name__}: {error}")))
        del answer
        now = resident()
        held = min(held, now)
        if now > held + ROOM:
            give_back()
            held = resident()


WORKERS: list[Worker] = []
STARTING = Lock()


def workers() -> list[Worker]:
    """Started at the first call, which does not wait until they have loaded torch."""
    with STARTING:
        if not WORKERS:
            WORKERS.extend(map(Worker, connected(PROCESSES)))
    return WORKERS


def least_busy() -> Worker:
    return min(workers(), key=lambda worker: len(worker.line.waiting))


def compute(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """The result of a function of some module, computed in a worker as one turn.

    What it takes and gives travels between processes, and so do its exceptions. Raises WorkerLost where two
    processes in a row are lost over it.
    """
    try:
        return least_busy().compute(function, *args, **kwargs)
    except WorkerLost:
        return least_busy().compute(function, *args, **kwargs)


def compute_each(
    function: Callable[[Argument], Result], named: Mapping[Name, Argument]
) -> Generator[tuple[Name, Result], None, None]:
    """A function's result for each of these, by name, computed in all workers at once.

    Whoever stops asking for more, or closes this iterator, ends what has not begun.
    """
    with ThreadPoolExecutor(PROCESSES) as pool:
        try:
            yield from zip(
                named, pool.map(lambda argument: compute(function, argument), named.values()), strict=True
            )
        finally:
            pool.shutdown(cancel_futures=True)


LONG_RUNS = Line(SEATS)
TURNS = Line(1)
"""One turn of a long run at a time, so that it never holds the process that what is short has free."""


def compute_in_turns(
    wait: Callable[[int], None],
    function: Callable[Arguments, Iterator[Result]],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Generator[Result, None, None]:
    """What a generator function yields, each value one turn in a worker, between those of others.

    While all seats are taken wait is called with the place in line. Whoever stops asking for more, or closes
    this iterator, ends the run and gives up the seat.
    """
    ticket = uuid4().hex
    with LONG_RUNS.place(wait):
        worker = least_busy()
        try:
            with TURNS.place():
                values = worker.compute(begin, ticket, function, *args, **kwargs)
            while values:
                yield cast("Result", values[0])
                with TURNS.place():
                    values = worker.compute(advance, ticket)
        finally:
            with suppress(WorkerLost):
                worker.compute(drop, ticket)


class Shared(Generic[Result]):
    """A run that several learners ask for at once: one works, the others watch, and it is done once.

    latest is its last value so far. If the one who works leaves, one who watches begins anew.
    """

    def __init__(self) -> None:
        self.latest: Result | None = None
        self.finished = False
        self.working = Lock()

    def watch(
        self, work: Callable[[], Generator[Result, None, None]], idle: Callable[[], None]
    ) -> Generator[Result, None, None]:
        """The values so far and to come; work() makes them where nobody else does. idle() is called about
        three times a second while another has begun and has no value yet."""
        while not self.finished:
            if self.working.acquire(timeout=0.3):
                try:
                    # It may have been finished while this one waited for the lock.
                    if not self.finished:
                        with closing(work()) as values:
                            for self.latest in values:
                                yield self.latest
                        self.finished = True
                finally:
                    self.working.release()
            elif self.latest is not None:
                yield self.latest
            else:
                idle()
        if self.latest is not None:
            yield self.latest


def begin(
    ticket: str, function: Callable[..., Iterator[object]], *args: object, **kwargs: object
) -> tuple[object, ...]:
    """In a worker: start a run, and give its first value, or () where there is none."""
    RUNNING[ticket] = iter(function(*args, **kwargs))
    return advance(ticket)


def advance(ticket: str) -> tuple[object, ...]:
    """In a worker: the next value of a run, or () at its end. Raises WorkerLost where it never began here."""
    if ticket not in RUNNING:
        raise WorkerLost
    try:
        return (next(RUNNING[ticket]),)
    except StopIteration:
        return ()


def drop(ticket: str) -> None:
    """In a worker: forget a run."""
    RUNNING.pop(ticket, None)
