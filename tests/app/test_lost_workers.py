"""A worker that is lost, or idle and ended, costs the learner nothing that was on the page."""

from __future__ import annotations

import os
import signal

import pytest

from lesson.workers.pool import Worker, workers
from lesson.workers.process import Limit, WorkerLost
from tests.harness.lesson_app import metrics, open_page, texts

LONG = {"steps": 150, "hidden": 256, "batch": 1024}
"""Just too much to begin by itself."""


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("ended", "was ended from outside"),
        ("memory", "takes more memory than the server has"),
        ("time", "longer than the server lets a single step take"),
    ],
)
def test_results_and_button_stay_when_a_training_is_lost(
    limit: Limit, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("train", seed=len(limit))
    before = metrics(app)
    assert before
    for key, value in LONG.items():
        app.number_input(key=key).set_value(value)
    app.run()

    def lost(*_: object) -> None:
        raise WorkerLost(limit)

    monkeypatch.setattr(Worker, "answer", lost)
    app.button(key="train").click().run()
    assert said in texts(app)
    assert metrics(app) == before
    assert not app.exception
    monkeypatch.undo()
    app.button(key="train").click().run(timeout=120)
    assert said not in texts(app)
    assert not app.exception


def test_train_simply_works_after_idle_workers_were_killed() -> None:
    app = open_page("train", **LONG)
    for one in workers():
        os.kill(one.compute(os.getpid), signal.SIGKILL)
    app.button(key="train").click().run(timeout=120)
    assert not app.error
    assert metrics(app)
