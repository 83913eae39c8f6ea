"""What a server does before its first page and behind it."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import pytest

from lesson import allocator, start


def test_before_the_first_page_memory_is_kept_together_and_workers_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(allocator, "keep_together", lambda: done.append("allocator"))
    monkeypatch.setattr(start, "workers", lambda: done.append("workers"))
    start.begin.__wrapped__()
    assert done == ["allocator", "workers"]


def test_what_is_loaded_behind_the_first_page_is_there_and_stays_out_of_the_collectors_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(start, "import_module", done.append)
    monkeypatch.setattr(gc, "collect", lambda: done.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    start.load()
    assert done == [*start.PRELOADED, "collect", "freeze"]
    for name in start.PRELOADED:
        assert import_module(name) is sys.modules[name]


def test_loading_does_not_keep_the_first_page_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[object, bool]] = []

    class Noted:
        def __init__(self, target: object, daemon: bool) -> None:
            self.asked = target, daemon

        def start(self) -> None:
            begun.append(self.asked)

    monkeypatch.setattr(start, "Thread", Noted)
    start.preload.__wrapped__()
    assert begun == [(start.load, True)]
