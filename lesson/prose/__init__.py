"""Speaks English, or whatever language has a folder here: the only room with sentences in it.

A chapter is a Markdown file of named sections. A line `# name` starts one; headings inside begin
with `##`. `[[name]]` stands for a value that the page computes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
SECTION = re.compile(r"^# ([a-z0-9_-]+)$", re.MULTILINE)
VALUE = re.compile(r"\[\[([a-z0-9_]+)\]\]")
OPTION = re.compile(r"^- \[([ x])\] (.+)\n((?:  > .+\n?)+)", re.MULTILINE)


class ProseError(LookupError):
    """A section that is not there, a value that nobody gave, a question without an answer."""


@dataclass(frozen=True)
class Option:
    """One answer: its text, whether it is right, and why or why not."""

    text: str
    right: bool
    reason: str


@dataclass(frozen=True)
class Question:
    """A question with at least two options, exactly one of them right."""

    text: str
    options: tuple[Option, ...]


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that have a folder, by their code."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if (path / "words.md").is_file()))


def sections(language: str, chapter: str) -> Mapping[str, str]:
    """All sections of a chapter by name. Raises ProseError where there is no such chapter."""
    path = FOLDER / language / f"{chapter}.md"
    try:
        return sections_of(path)
    except FileNotFoundError as error:
        raise ProseError(f"no chapter {chapter!r} in {language!r}") from error


@lru_cache(maxsize=64)
def sections_of(path: Path) -> Mapping[str, str]:
    """The sections of a file, read once: a change of it takes a new start of the server."""
    _, *parts = SECTION.split(path.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))


def say(language: str, chapter: str, section: str, /, **values: object) -> str:
    """A section with its values filled in. Raises ProseError for an unknown section or value."""
    try:
        text = sections(language, chapter)[section]
    except KeyError as error:
        raise ProseError(f"no section {section!r} in {language}/{chapter}") from error
    unknown = set(VALUE.findall(text)) - set(values)
    if unknown:
        raise ProseError(f"{language}/{chapter}/{section} asks for unknown values {sorted(unknown)}")
    return VALUE.sub(lambda match: str(values[match[1]]), text)


@lru_cache(maxsize=128)
def questions(language: str, chapter: str) -> tuple[str, ...]:
    """The sections of a chapter that are questions, in their order; none where there is no such chapter."""
    try:
        return tuple(name for name, text in sections(language, chapter).items() if OPTION.search(text + "\n"))
    except ProseError:
        return ()


@lru_cache(maxsize=256)
def question(language: str, chapter: str, section: str, /) -> Question:
    """A section written as a question: text, then `- [ ] option` lines, each with a `  > reason`."""
    text = say(language, chapter, section) + "\n"
    options = tuple(
        Option(option, mark == "x", re.sub(r"^  > ", "", reason, flags=re.MULTILINE).strip())
        for mark, option, reason in OPTION.findall(text)
    )
    if sum(option.right for option in options) != 1 or len(options) < 2:
        raise ProseError(f"{language}/{chapter}/{section} needs options, one of them right")
    return Question(text[: text.index("\n- [")].strip(), options)
