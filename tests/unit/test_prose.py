"""The prose: complete, well formed, and the same sections in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lesson import prose
from lesson.chapters import PARTS

CHAPTERS = [name for names in PARTS.values() for name in names]
QUESTIONS = [
    (chapter, section)
    for chapter in CHAPTERS
    for section, text in prose.sections("en", chapter).items()
    if "- [" in text
]


def lacking(language: str, chapter: str) -> set[str]:
    """The sections that a language has not, has in addition, or has left empty."""
    found, english = prose.sections(language, chapter), prose.sections("en", chapter)
    return (found.keys() ^ english.keys()) | {name for name, text in found.items() if not text}


@pytest.mark.parametrize("language", prose.languages())
@pytest.mark.parametrize("chapter", [*CHAPTERS, "words"])
def test_every_language_has_every_section(language: str, chapter: str) -> None:
    assert len(prose.sections(language, chapter)) > 2
    assert lacking(language, chapter) == set()


def test_a_section_that_a_language_lacks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, text in (("en", "# a\nA\n# b\nB\n# c\nC\n"), ("xx", "# a\nA\n# b\n\n# d\nD\n")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "words.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(prose, "FOLDER", tmp_path)
    assert lacking("xx", "words") == {"b", "c", "d"}


@pytest.mark.parametrize("chapter", [chapter for chapter in CHAPTERS if chapter != "home"])
def test_every_chapter_says_what_one_will_be_able_to_do_and_how_long_it_takes(chapter: str) -> None:
    assert re.fullmatch(r"[a-z][^\n]{20,140}\.", prose.say("en", chapter, "goal"))
    assert 3 <= int(prose.say("en", chapter, "minutes")) <= 60


@pytest.mark.parametrize(("chapter", "section"), QUESTIONS)
def test_every_question_is_well_formed(chapter: str, section: str) -> None:
    question = prose.question("en", chapter, section)
    assert len(question.options) == prose.sections("en", chapter)[section].count("- [")
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
