"""How a page gets a number that takes a while: computed once for all, side by side, or watched as it grows.

Each is asked for by a function of numeric and its arguments. It happens in the workers, and is remembered for
everybody who asks the same, as long as there is room.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from hashlib import blake2b
from threading import Condition, Lock
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, cast

import streamlit as st
from cachetools import LRUCache, cached

from lesson.page.words import phrase, words
from lesson.workers.pool import PROCESSES, Answer, answer, compute_in_turns
from lesson.workers.shared import SharedRun

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

Arguments = TypeVarTuple("Arguments")
Name = TypeVar("Name", bound=str)
Result = TypeVar("Result")

REMEMBERED_BYTES = 24 * 2**20
"""What all remembered results may hold: some twenty trainings, or a thousand smaller results."""

REMEMBERED_RUNS = 8

LEARNERS_WAITING = 64
"""For so many answers at once pages can wait; others wait for these."""

MOMENT = 0.4
"""Seconds without a bar: one that comes and goes within them only makes a page jump."""


def request(function: Callable[..., object], *args: object) -> bytes:
    """Return what tells a request from all others: its own bytes, as they would travel, shortened.

    So 1, 1.0 and True differ, and whatever cannot travel is refused at once.
    """
    return blake2b(pickle.dumps((function, args))).digest()


REMEMBERED: LRUCache[bytes, Answer[Any]] = LRUCache(
    REMEMBERED_BYTES, getsizeof=lambda remembered: remembered.size
)


REMEMBERING = Condition()


@cached(REMEMBERED, request, condition=REMEMBERING)
def remembered(function: Callable[..., Any], *args: object) -> Answer[Any]:
    """The answer to a request; who asks the same meanwhile waits for it. What is too large is not kept."""
    return answer(function, *args)


IN_BACKGROUND = ThreadPoolExecutor(LEARNERS_WAITING)


def computed(function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
    """Return what a function of numeric returns, computed in a worker once for all who ask.

    The same object for all of them: nobody may change it. What takes longer than a moment is said to.
    """
    bar, asked = st.empty(), IN_BACKGROUND.submit(remembered, function, *args)
    patience = MOMENT
    while not wait([asked], patience).done:
        # Streamlit stops a run that is no longer asked for where it draws something.
        bar.progress(0.0, words()["computing"])
        patience = 1.0
    bar.empty()
    return cast("Result", asked.result().value)


def forget(function: Callable[[*Arguments], object], *args: *Arguments) -> None:
    """Have a result computed anew when it is asked for the next time, as its function measures something."""
    with REMEMBERING:
        REMEMBERED.pop(request(function, *args), None)


def side_by_side(
    function: Callable[[*Arguments], Result], named: Mapping[Name, tuple[*Arguments]]
) -> dict[Name, Result]:
    """Return a function's result for each of these arguments, by name, computed in all workers at once.

    A bar shows how far it is where that takes long. Any other control stops it.
    """
    return collected(st.empty(), len(named), each(function, named))


def each(
    function: Callable[[*Arguments], Result], named: Mapping[Name, tuple[*Arguments]]
) -> Generator[tuple[Name, Result]]:
    """Yield the result for each name; whoever closes this iterator ends what has not begun."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        try:
            yield from zip(
                named, pool.map(lambda args: remembered(function, *args).value, named.values()), strict=True
            )
        finally:
            pool.shutdown(cancel_futures=True)


def collected(bar: DeltaGenerator, count: int, results: Generator[tuple[Name, Result]]) -> dict[Name, Result]:
    """Return count results as they come, by name, and show in this bar how far it is."""
    begun, so_far = time.monotonic(), dict[Name, Result]()
    with closing(results):
        for name, result in results:
            so_far[name] = result
            if time.monotonic() - begun > MOMENT:
                bar.progress(len(so_far) / count, words()["under-way"])
            else:
                # Streamlit stops a run that is no longer asked for where it draws something.
                bar.empty()
    bar.empty()
    return so_far


@cached(LRUCache[bytes, SharedRun[Any]](REMEMBERED_RUNS), request, lock=Lock())
def shared_run(function: Callable[..., Iterator[Any]], *args: object) -> SharedRun[Any]:  # noqa: ARG001
    """The one run of a generator function with these arguments, whoever asks for it."""
    return SharedRun()


def finished(function: Callable[[*Arguments], Iterator[Result]], *args: *Arguments) -> Result | None:
    """Return the last value of a watched run that somebody has seen to its end, else None."""
    run: SharedRun[Result] = shared_run(function, *args)
    return run.latest if run.finished else None


def watched(
    bar: DeltaGenerator, function: Callable[[*Arguments], Iterator[Result]], *args: *Arguments
) -> Generator[Result]:
    """Yield what a long run yields, begun here or by another; until then the bar says what it waits for.

    To be closed by whoever leaves, which gives up the seat.
    """

    def in_queue(position: int) -> None:
        bar.progress(0.0, phrase("in-line", place=position))

    def begun_by_another() -> None:
        bar.progress(0.0, words()["asked-already"])

    run: SharedRun[Result] = shared_run(function, *args)
    return run.watch(lambda: compute_in_turns(in_queue, function, *args), begun_by_another)


def devices() -> tuple[str, ...]:
    """Return the devices that this server can train on."""
    from lesson.numeric import training

    return computed(training.devices)
