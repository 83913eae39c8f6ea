"""What runs in a worker process: it loads torch, then computes what it is asked for until the server ends."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from multiprocessing.connection import Connection

from lesson.allocator import give_back, resident

KEPT_BYTES = 16 * 2**20
"""Of the memory that an answer needed a process may keep so much: whatever goes back to the system has to be
fetched again for the next answer, which takes a quarter longer."""

RUNNING: dict[str, Iterator[object]] = {}
"""The long runs that have begun in this process, by their tickets."""


class WorkerLost(RuntimeError):
    """The process that computed something ended before it was done, most likely for want of memory."""


def host(*file_descriptors: int) -> None:
    """Load torch, become as many processes as there are connections, and serve each.

    What they loaded before the fork they share in memory.
    """
    # Pages go first.
    os.nice(5)
    import_module("lesson.numeric.training.descent")
    import_module("lesson.numeric.training.referee")
    # Memory is shared until someone writes on it, and the garbage collector writes on all that it looks at.
    gc.freeze()
    *others, mine = file_descriptors
    for other in others:
        if os.fork() == 0:
            mine = other
            break
    for descriptor in file_descriptors:
        if descriptor != mine:
            os.close(descriptor)
    serve(Connection(mine))


def serve(connection: Connection) -> None:
    """Compute what is asked, one thing after the other, as long as there is a server."""
    held = resident()
    while True:
        try:
            function, args = connection.recv()
            answer = True, function(*args)
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
        if now > held + KEPT_BYTES:
            give_back()
            held = resident()


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
