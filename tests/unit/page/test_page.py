"""What pages share: the bar of an experiment, and its end where another control stops it."""

from __future__ import annotations

from collections.abc import Generator
from unittest.mock import Mock

import pytest

from lesson import page


class Stopped(Exception):
    """As Streamlit raises where something is drawn in a run that is no longer asked for."""


@pytest.mark.parametrize(("moment", "bars"), [(-1.0, 2), (60.0, 0)], ids=["long", "short"])
def test_an_experiment_has_a_bar_where_it_takes_longer_than_a_moment(
    moment: float, bars: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOMENT", moment)
    monkeypatch.setattr(page, "words", lambda: {"under-way": "Training …"})
    place = Mock()
    results: Generator[tuple[str, int]] = (pair for pair in (("first", 1), ("second", 2)))
    assert page.one_by_one(place, 2, results) == {"first": 1, "second": 2}
    assert [call.args for call in place.progress.call_args_list] == [
        (0.5, "Training …"),
        (1.0, "Training …"),
    ][:bars]
    assert place.mock_calls[-1] == ("empty", (), {})


@pytest.mark.parametrize("drawn", ["progress", "empty"])
def test_it_ends_where_it_is_stopped(drawn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOMENT", -1.0 if drawn == "progress" else 60.0)
    monkeypatch.setattr(page, "words", lambda: {"under-way": "Training …"})
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
        page.one_by_one(place, 5, experiment())
    assert begun == [0]
    assert closed == [True]
