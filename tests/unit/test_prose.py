"""The prose: complete, well formed, and the same sections in every language."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesson import prose
from lesson.chapters import PARTS

CHAPTERS = [name for names in PARTS.values() for name in names]


@pytest.mark.parametrize("language", prose.languages())
@pytest.mark.parametrize("chapter", [*CHAPTERS, "words"])
def test_every_language_has_every_section(language: str, chapter: str) -> None:
    assert prose.sections(language, chapter).keys() == prose.sections("en", chapter).keys()
    assert all(prose.sections(language, chapter).values())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_question_is_well_formed(chapter: str) -> None:
    for section, text in prose.sections("en", chapter).items():
        if "- [" in text:
            question = prose.question("en", chapter, section)
            assert len(question.options) == text.count("- [")
            assert all(option.reason for option in question.options)


def test_values_are_filled_in_and_unknown_ones_refused() -> None:
    assert "over 5 steps" in prose.say("en", "home", "largest", steps=5, unused=1)
    with pytest.raises(prose.ProseError, match="steps"):
        prose.say("en", "home", "largest")
    with pytest.raises(prose.ProseError, match="no section"):
        prose.say("en", "home", "nowhere")
    with pytest.raises(prose.ProseError, match="no chapter"):
        prose.say("en", "nowhere", "title")


def test_a_second_language_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, word in (("en", "Batch"), ("xx", "Stapel")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "words.md").write_text(f"# batch\n{word}\n", encoding="utf-8")
    monkeypatch.setattr(prose, "FOLDER", tmp_path)
    prose.languages.cache_clear()
    assert prose.languages() == ("en", "xx")
    prose.languages.cache_clear()
    assert prose.say("xx", "words", "batch") == "Stapel"


@pytest.mark.parametrize("marks", ["  ", "xx"])
def test_a_question_needs_exactly_one_right_answer(
    marks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = "\n".join(f"- [{mark}] answer\n  > reason" for mark in marks)
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "words.md").write_text(f"# q\nWhy?\n{options}\n", encoding="utf-8")
    monkeypatch.setattr(prose, "FOLDER", tmp_path)
    with pytest.raises(prose.ProseError, match="one of them right"):
        prose.question("en", "words", "q")
