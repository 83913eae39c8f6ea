"""How pages get their numbers: once for all, side by side with a bar, until another control stops it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Event, Timer
from unittest.mock import Mock

import numpy as np
import pytest

from lesson.numeric.config import Config
from lesson.page import compute
from lesson.workers.pool import PROCESSES, Answer


class Stopped(Exception):
    """As Streamlit raises where something is drawn in a run that is no longer asked for."""


@pytest.mark.parametrize(("moment", "bars"), [(-1.0, 2), (60.0, 0)], ids=["long", "short"])
def test_an_experiment_has_a_bar_where_it_takes_longer_than_a_moment(
    moment: float, bars: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute, "MOMENT", moment)
    monkeypatch.setattr(compute, "words", lambda: {"under-way": "Training …"})
    place = Mock()
    results: Generator[tuple[str, int]] = (pair for pair in (("first", 1), ("second", 2)))
    assert compute.collected(place, 2, results) == {"first": 1, "second": 2}
    assert [call.args for call in place.progress.call_args_list] == [
        (0.5, "Training …"),
        (1.0, "Training …"),
    ][:bars]
    assert place.mock_calls[-1] == ("empty", (), {})


@pytest.mark.parametrize("drawn", ["progress", "empty"])
def test_it_ends_where_it_is_stopped(drawn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "MOMENT", -1.0 if drawn == "progress" else 60.0)
    monkeypatch.setattr(compute, "words", lambda: {"under-way": "Training …"})
    begun, closed = [], []

    def experiment() -> Generator[tuple[str, int]]:
        try:
            for number in range(5):
                begun.append(number)
                yield str(number), number
        finally:
            closed.append(True)

    place = Mock()
    getattr(place, drawn).side_effect = Stopped
    with pytest.raises(Stopped):
        compute.collected(place, 5, experiment())
    assert begun == [0]
    assert closed == [True]


class Computed:
    """A stand-in for the workers, which counts how often it was asked."""

    def __init__(self, size: int = 1) -> None:
        self.size, self.asked = size, list[tuple[object, ...]]()

    def __call__(self, function: Callable[..., object], *args: object) -> Answer[object]:
        self.asked.append(args)
        return Answer(function(*args), self.size)


def counted(end: int) -> Iterator[int]:
    yield from range(end)


def described(*args: object) -> str:
    return " ".join(map(str, args))


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    before = dict(compute.REMEMBERED)
    compute.REMEMBERED.clear()
    yield
    compute.REMEMBERED.clear()
    compute.REMEMBERED.update(before)


@pytest.mark.usefixtures("nothing_remembered")
def test_a_result_is_computed_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "answer", workers := Computed())
    for _ in range(2):
        assert compute.computed(described, Config(seed=7), np.arange(3.0)) == described(
            Config(seed=7), np.arange(3.0)
        )
    assert len(workers.asked) == 1
    compute.forget(described, Config(seed=7), np.arange(3.0))
    compute.computed(described, Config(seed=7), np.arange(3.0))
    assert len(workers.asked) == 2


@pytest.mark.usefixtures("nothing_remembered")
@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Config(), Config(seed=1)),
        (Config(slope=0.0), Config(slope=-0.0)),
        (1, True),
        (1, 1.0),
        (np.array([1.0, 2.0]), np.array([2.0, 1.0])),
        (np.array([1.0, 2.0]), np.array([[1.0, 2.0]])),
        (np.zeros(2, np.float32), np.zeros(1)),
        (np.arange(2000.0), np.where(np.arange(2000) == 1000, -1, np.arange(2000.0))),
    ],
    ids=str,
)
def test_what_differs_in_anything_is_another_request(
    one: object, two: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute, "answer", workers := Computed())
    for argument in (one, two, one, two):
        compute.computed(described, argument)
    assert len(workers.asked) == 2
    compute.computed(str, one)
    assert len(workers.asked) == 3


@pytest.mark.usefixtures("nothing_remembered")
def test_what_is_remembered_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "answer", workers := Computed(compute.REMEMBERED_BYTES // 3))
    for number in (0, 1, 2, 0, 3, 0):
        assert compute.computed(described, number) == str(number)
    # The one that was asked for longest ago went when the fourth came.
    assert [args for (args,) in workers.asked] == [0, 1, 2, 3]
    compute.computed(described, 1)
    assert len(workers.asked) == 5
    monkeypatch.setattr(compute, "answer", workers := Computed(compute.REMEMBERED_BYTES + 1))
    for _ in range(2):
        assert compute.computed(described, "too large") == "too large"
    assert len(workers.asked) == 2


@pytest.mark.usefixtures("nothing_remembered")
def test_who_asks_meanwhile_waits_for_the_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, let_go = [], Event()

    def slowly(function: Callable[..., object], *args: object) -> Answer[object]:
        asked.append(args)
        let_go.wait()
        return Answer(function(*args), 1)

    monkeypatch.setattr(compute, "answer", slowly)
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(compute.computed, described, 5) for _ in range(3)]
        while not asked:
            pass
        let_go.set()
        assert [waiting.result() for waiting in answers] == ["5"] * 3
    assert len(asked) == 1


@pytest.mark.usefixtures("nothing_remembered")
def test_an_error_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "answer", workers := Computed())
    for _ in range(2):
        with pytest.raises(ValueError, match="none"):
            compute.computed(int, "none")
    assert len(workers.asked) == 2


def test_a_watched_run_is_finished_for_all_when_one_has_seen_its_end() -> None:
    bar = Mock()
    assert compute.finished(counted, 3) is None
    assert list(compute.watched(bar, counted, 3)) == [0, 1, 2, 2]
    assert compute.finished(counted, 3) == 2
    assert compute.finished(counted, 4) is None
    assert list(compute.watched(bar, counted, 3)) == [2]


BOTH, LET_GO = Barrier(2, timeout=30), Event()


def meet(name: str) -> str:
    """Wait until the other has come."""
    BOTH.wait()
    return name


def first_alone(number: int) -> int:
    if number:
        LET_GO.wait()
    return number


@pytest.mark.usefixtures("nothing_remembered")
def test_parts_are_computed_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "answer", Computed())
    assert dict(compute.each(meet, {"first": ("a",), "second": ("b",)})) == {"first": "a", "second": "b"}


@pytest.mark.usefixtures("nothing_remembered")
def test_who_leaves_ends_what_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "answer", workers := Computed())
    with closing(compute.each(first_alone, {str(number): (number,) for number in range(8)})) as results:
        assert next(results) == ("0", 0)
        Timer(0.1, LET_GO.set).start()
    assert len(workers.asked) <= 1 + PROCESSES


def test_what_cannot_travel_is_refused_at_once() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)):
        compute.request(lambda: 1)
    assert compute.request(described, [np.arange(3000.0)]) != compute.request(described, [np.zeros(3000)])


@pytest.mark.usefixtures("nothing_remembered")
def test_a_page_says_that_it_waits_and_goes_on_when_the_answer_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever computes is busy, or stopped: the page does not stand still without a word."""
    said, place = Event(), Mock()
    place.progress.side_effect = lambda *_: said.set()
    monkeypatch.setattr("streamlit.empty", lambda: place)
    monkeypatch.setattr(compute, "words", lambda: {"computing": "Computing …"})

    def only_when_said(function: Callable[..., object], *args: object) -> Answer[object]:
        said.wait(30)
        return Answer(function(*args), 1)

    monkeypatch.setattr(compute, "answer", only_when_said)
    assert compute.computed(described, 7) == "7"
    assert place.progress.call_args.args == (0.0, "Computing …")
    assert place.mock_calls[-1] == ("empty", (), {})
    assert compute.MOMENT <= 0.5


@pytest.mark.usefixtures("nothing_remembered")
def test_what_is_there_at_once_has_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Mock()
    monkeypatch.setattr("streamlit.empty", lambda: place)
    monkeypatch.setattr(compute, "answer", Computed())
    compute.computed(described, 8)
    assert place.mock_calls == [("empty", (), {})]


@pytest.mark.usefixtures("nothing_remembered")
def test_who_leaves_while_waiting_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    place, let_go = Mock(), Event()
    place.progress.side_effect = Stopped
    monkeypatch.setattr("streamlit.empty", lambda: place)
    monkeypatch.setattr(compute, "words", lambda: {"computing": "Computing …"})

    def slowly(function: Callable[..., object], *args: object) -> Answer[object]:
        let_go.wait(30)
        return Answer(function(*args), 1)

    monkeypatch.setattr(compute, "answer", slowly)
    with pytest.raises(Stopped):
        compute.computed(described, 9)
    let_go.set()
