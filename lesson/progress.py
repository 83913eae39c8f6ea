"""What a learner did, as a value: read from the text of a cookie, whatever stands there, and written back.

The text is `1!STOPPED!LANGUAGE!REVIEW!MARKS!ANSWERS`, in characters that a cookie holds as they are. Marks
are joined by `~`, and so are chapters with their answers, each `chapter*section.options*...` with digits for
options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

VERSION = "1"
LONGEST = 2000
"""Characters of the text; a browser takes 4,096 for all that a cookie is."""

TRIES = 5
"""So many answers to one question are kept: the first ones."""

NAME = r"[a-z0-9_-]{0,30}"
MARK = re.compile(rf"{NAME}\.{NAME}")
ANSWER = re.compile(rf"({NAME})\.([0-9]{{1,{TRIES}}})")
TEXT = re.compile(rf"{VERSION}!({NAME})!({NAME})!([A-Za-z0-9.*()_-]*)!([a-z0-9._~-]*)!([a-z0-9._~*-]*)")


@dataclass(frozen=True)
class Progress:
    """answers: the options chosen, as digits in their order, by (chapter, section); marks: what else was
    reached, such as line.grad_w1; review: the schedule of the questions that return; language: the one
    chosen; stopped: the chapter of the last answer."""

    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    review: str = ""
    language: str = ""
    stopped: str = ""

    def answered(self, chapter: str, section: str, option: int) -> Progress:
        """The same after one more answer; the same answer again is none."""
        so_far = self.answers.get((chapter, section), "")
        if so_far.endswith(str(option)):
            return self
        answers = {**self.answers, (chapter, section): (so_far + str(option))[:TRIES]}
        return replace(self, answers=answers, stopped=chapter)

    def marked(self, *marks: str) -> Progress:
        """The same with these marks."""
        return replace(self, marks=self.marks | set(marks))

    def tally(self, kind: str) -> int:
        """How many marks there are of a kind, such as line."""
        return sum(mark.startswith(f"{kind}.") for mark in self.marks)


def read(text: str) -> Progress:
    """The progress that a text tells, none where it is not one; what is damaged inside it is left out."""
    whole = TEXT.fullmatch(text) if len(text) <= LONGEST else None
    if not whole:
        return Progress()
    stopped, language, review, marks, answers = whole.groups()
    return Progress(
        dict(answers_in(answers)),
        frozenset(filter(MARK.fullmatch, marks.split("~"))),
        review,
        language,
        stopped,
    )


def answers_in(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Each question with the options chosen."""
    for part in text.split("~"):
        chapter, *answers = part.split("*")
        for match in filter(None, map(ANSWER.fullmatch, answers)):
            yield (chapter, match[1]), match[2]


def written(progress: Progress) -> str:
    """The text that tells this progress; none for none."""
    if progress == Progress():
        return ""
    marks = "~".join(sorted(progress.marks))
    by_chapter: dict[str, list[str]] = {}
    for (chapter, section), given in progress.answers.items():
        by_chapter.setdefault(chapter, []).append(f"{section}.{given}")
    answers = "~".join("*".join((chapter, *given)) for chapter, given in by_chapter.items())
    return "!".join((VERSION, progress.stopped, progress.language, progress.review, marks, answers))
