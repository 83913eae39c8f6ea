"""Why a program is refused: every reason has its sentence."""

from __future__ import annotations

from typing import get_args

import pytest

from lesson import prose
from lesson.numeric.program.whitelist import Reason


@pytest.mark.parametrize("language", prose.languages())
def test_every_reason_has_its_sentence_and_no_sentence_is_idle(language: str) -> None:
    sentences = {name for name in prose.sections(language, "words") if name.startswith("error-")}
    assert sentences == {f"error-{reason}" for reason in get_args(Reason)}
