"""What runs beside the server: a template that has torch loaded, and the workers that are forked from it."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from lesson.allocator import give_back, resident

KEPT_BYTES = 16 * 2**20
"""Of the memory that an answer needed a process may keep so much: whatever goes back to the system has to be
fetched again for the next answer, which takes a quarter longer."""

WORK_BYTES = 320 * 2**20
"""The most that a process may have beside what it was forked with. What needs more is refused, and the
process goes on; a host of 690 MB has so much left beside the server."""

TAKEN = b"taken"
"""What a worker says before it computes: from then on a loss is the request's own."""

Limit = Literal["time", "memory", "ended"]

RUNNING: dict[str, Iterator[object]] = {}
"""The long runs that have begun in this process, by their tickets."""


class WorkerLost(RuntimeError):
    """What was computed met a limit, of time or of memory, or its process ended for another reason."""

    def __init__(self, limit: Limit = "ended") -> None:
        super().__init__(limit)
        self.limit = limit


def template(orders: int) -> None:
    """Load torch, then fork a worker for each connection that the server sends over this socket.

    What was loaded before the fork all workers share in memory, and a new one is there at once.
    """
    # Pages go first.
    os.nice(5)
    import_module("lesson.numeric.training.descent")
    import_module("lesson.numeric.training.referee")
    # Memory is shared until someone writes on it, and the garbage collector writes on all that it looks at.
    gc.freeze()
    # The system buries workers that ended: nobody waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = socket.socket(fileno=orders)
    while True:
        order, descriptors, _, _ = socket.recv_fds(server, 1, 1)
        if not order:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            server.close()
            serve(Connection(descriptors[0]))
            return
        os.close(descriptors[0])


def serve(connection: Connection) -> None:
    """Say which process this is, then compute what is asked, one thing after the other, as long as there is a
    server."""
    bound_memory(WORK_BYTES)
    held = resident()
    try:
        connection.send_bytes(str(os.getpid()).encode())
        while True:
            request = connection.recv_bytes()
            connection.send_bytes(TAKEN)
            connection.send_bytes(answer_to(request))
            del request
            now = resident()
            held = min(held, now)
            if now > held + KEPT_BYTES:
                give_back()
                held = resident()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def bound_memory(more: int) -> None:
    """Let this process allocate so many bytes more and no more, on Linux; others are not bounded."""
    if sys.platform == "linux":
        import resource

        status = Path("/proc/self/status").read_text(encoding="ascii")
        allocated = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmData"))
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (1024 * allocated + more, hard))


def answer_to(request: bytes) -> bytes:
    """Return, pickled, whether it could be computed, and the result or else the error."""
    try:
        function, args = pickle.loads(request)
        return pickle.dumps((True, function(*args)))
    except Exception as error:
        failure = WorkerLost("memory") if is_out_of_memory(error) else error
    try:
        return pickle.dumps((False, failure))
    except Exception:
        # Something in it cannot travel; that much can.
        return pickle.dumps((False, RuntimeError(f"{type(failure).__name__}: {failure}")))


def is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


def begin(ticket: str, function: Callable[..., Iterator[object]], *args: object) -> tuple[object, ...]:
    """Start a run, and return its first value, or () where there is none."""
    RUNNING[ticket] = iter(function(*args))
    return advance(ticket)


def advance(ticket: str) -> tuple[object, ...]:
    """Return the next value of a run, or () at its end. Raises WorkerLost where it never began here."""
    if ticket not in RUNNING:
        raise WorkerLost
    try:
        return (next(RUNNING[ticket]),)
    except StopIteration:
        return ()


def drop(ticket: str) -> None:
    """Forget a run."""
    RUNNING.pop(ticket, None)
