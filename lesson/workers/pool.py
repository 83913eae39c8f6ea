"""The server's side of the workers: whoever asks waits for a turn, first come first served."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Generic, NamedTuple, TypeVar, TypeVarTuple, cast
from uuid import uuid4

from lesson.workers.process import WorkerLost, advance, begin, drop

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

PROCESSES = 2
SEATS = 3
"""So many long runs take turns at once, as each holds its weights meanwhile; others wait for a seat."""


STARTING_SECONDS = 60.0
"""In which a process has to have loaded torch, on a slow and busy host."""

TAKING_SECONDS = 5.0
"""In which an idle process has to notice a request."""

ANSWERING_SECONDS = 20.0
"""A turn that takes longer is ended. What the pages ask for takes a tenth of a second, some of it one."""

LOOK_SECONDS = 0.25

TURN_LOAD = 8
"""As so many short answers a turn of a long run counts for whoever looks for the less busy worker: it takes a
tenth of a second as a rule, and up to three where one step of the largest networks does."""


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


class Template:
    """The process that has torch loaded, from which workers are forked; started anew where it is gone."""

    def __init__(self) -> None:
        self.starting = Lock()
        self.orders: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def fork(self) -> Connection:
        """Return the connection to a new worker, which need not have started yet."""
        ours, theirs = Pipe()
        with self.starting:
            for _ in range(2):
                try:
                    socket.send_fds(self.orders or self.start(), [b"."], [theirs.fileno()])
                    break
                except OSError:
                    self.end()
        theirs.close()
        return ours

    def start(self) -> socket.socket:
        self.orders, theirs = socket.socketpair()
        descriptor = theirs.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from lesson.workers.process import template; template({descriptor})"],
            cwd=Path(__file__).parents[2],
            # No threads, so that the process can be forked.
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[descriptor],
        )
        theirs.close()
        return self.orders

    def end(self) -> None:
        if self.orders and self.process:
            self.orders.close()
            self.process.kill()
            self.process.wait()
        self.orders = self.process = None

    def look_after(self) -> None:
        """End it where it has stopped, and bury it where it has ended; the next fork starts a new one."""
        with self.starting:
            if self.process and (self.process.poll() is not None or has_stopped(self.process.pid)):
                self.end()


TEMPLATE = Template()


class Worker:
    """One of the processes, at the other end of a connection, and whoever waits for it."""

    def __init__(self) -> None:
        self.queue = Queue(1)
        self.in_long_run = False
        self.connect()

    @property
    def load(self) -> int:
        """How much is to be done before whoever comes now is served, in short answers."""
        return len(self.queue.waiting) + self.in_long_run * TURN_LOAD

    def connect(self) -> None:
        """Let a new process take the place of the present one, if there is any."""
        self.pid: int | None = None
        self.connection = TEMPLATE.fork()

    def replace(self) -> None:
        """End the present process, whatever it does, for a new one."""
        end(self.pid)
        self.connection.close()
        self.connect()

    def answer(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Answer[Result]:
        """As answer below, in this very process."""
        request = pickle.dumps((function, args))
        with self.queue.turn():
            self.hand_over(request)
            received = self.result()
        done, value = pickle.loads(received)
        if not done:
            raise value
        return Answer(cast("Result", value), len(received))

    def compute(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
        """As compute below, in this very process."""
        return self.answer(function, *args).value

    def hand_over(self, request: bytes) -> None:
        """Have a process take the request; one that had ended before it came is replaced."""
        for _ in range(2):
            try:
                self.meet()
                self.connection.send_bytes(request)
                self.receive(TAKING_SECONDS)
                return
            except (EOFError, OSError):
                self.replace()
        raise WorkerLost

    def meet(self) -> None:
        """Wait until the process has started: the first that it says is which one it is."""
        if self.pid is None:
            self.pid = int(self.receive(STARTING_SECONDS))

    def result(self) -> bytes:
        """What the process answers, pickled. One that ends or takes too long is replaced: WorkerLost."""
        try:
            return self.receive(ANSWERING_SECONDS)
        except TimeoutError:
            self.replace()
            raise WorkerLost("time") from None
        except (EOFError, OSError):
            self.replace()
            raise WorkerLost from None

    def receive(self, seconds: float) -> bytes:
        """The next that the process says. Raises TimeoutError (an OSError), EOFError or OSError."""
        if not self.connection.poll(seconds):
            raise TimeoutError
        return self.connection.recv_bytes()

    def look_after(self) -> None:
        """End the process where it has stopped, and replace it where it has ended while nobody asked."""
        if has_stopped(pid := self.pid):
            end(pid)
        if not self.queue.waiting:
            with self.queue.turn():
                try:
                    # What an idle process has to say is which one it is, or that it has ended.
                    if self.connection.poll(0):
                        self.meet() if self.pid is None else self.connection.recv_bytes()
                except (EOFError, OSError):
                    self.replace()


def end(pid: int | None) -> None:
    """End a process that is there, whatever it does."""
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def has_stopped(pid: int | None) -> bool:
    """Whether a process was stopped (as by kill -STOP), where the system tells in Linux's way."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.startswith(("T", "t"))


WORKERS: list[Worker] = []
STARTING = Lock()


def workers() -> list[Worker]:
    """Return the workers; the first call starts them, and does not wait until torch is loaded."""
    with STARTING:
        if not WORKERS:
            WORKERS.extend(Worker() for _ in range(PROCESSES))
            Thread(target=look_after, daemon=True).start()
    return WORKERS


def look_after() -> None:
    """Replace whatever has ended or stopped, without being asked."""
    while True:
        time.sleep(LOOK_SECONDS)
        TEMPLATE.look_after()
        for worker in WORKERS:
            worker.look_after()


def least_busy() -> Worker:
    return min(workers(), key=lambda worker: worker.load)


def answer(function: Callable[[*Arguments], Result], *args: *Arguments) -> Answer[Result]:
    """Compute a function of some module in a worker, as one turn.

    What it takes and returns travels between processes, and so do its exceptions. Raises WorkerLost where it
    met a limit of its process; it is not tried again, as it would break the next one.
    """
    return least_busy().answer(function, *args)


def compute(function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
    """As answer, the value alone."""
    return answer(function, *args).value


LONG_RUNS = Queue(SEATS)
TURNS = Queue(1)
"""One turn of a long run at a time, so that it never holds the process that what is short has free."""


def long_turn(worker: Worker, function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
    """One turn of a long run, while whoever asks for something short goes to another worker."""
    with TURNS.turn():
        worker.in_long_run = True
        try:
            return worker.compute(function, *args)
        finally:
            worker.in_long_run = False


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
            values = long_turn(worker, begin, ticket, function, *args)
            while values:
                yield cast("Result", values[0])
                values = long_turn(worker, advance, ticket)
        finally:
            with suppress(WorkerLost):
                worker.compute(drop, ticket)
