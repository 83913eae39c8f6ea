"""Which question returns when. Pure: a state in, a question or another state out; a state is a short text.

What was wrong returns after three other questions, what was right after ever more (Leitner's boxes, with
Pimsleur's rising intervals). Time is counted in questions and not in days: so it needs no clock, whose day
would be the server's and not the learner's, what was wrong returns within one sitting, and there is always
a next question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

SPACING = (3, 12, 40, 120, 360)
"""By box, how many others come before a question returns: the first is for what was wrong last time."""

AT_ONCE = 2
"""The box of what was right the first time: by then all others have come."""


class Question(NamedTuple):
    """A question by its chapter, and there by its section, or by its kind where it is computed anew."""

    chapter: str
    name: str

    @property
    def computed(self) -> bool:
        return not self.name.startswith("check-")


# A text remembers a question by its position: once learners have such texts, new ones go to the end.
ADDRESSES = """
    one-step/check-kept
    one-step/check-batch
    tensors/check-memory
    tensors/broadcast
    graph/check-built
    graph/check-kept
    chain-rule/check-zero
    chain-rule/paths
    matrix-form/check-batch
    matrix-form/shape
    matrix-form/check-transpose
    matrix-form/weight
    activation/check-zero
    activation/gate
    bias/check-sum
    bias/grad-b1
    bias/check-b2
    autograd/check-clone
    autograd/accumulated
    autograd/check-vector
    optimizers/check-rate
    optimizers/momentum
    optimizers/check-adam
    optimizers/adam
    train/check-rounding
    train/verdict
    train/check-drift
    your-turn/check-square
    your-turn/check-order
    wrong-gradients/check-falling
    wrong-gradients/mistake
    wrong-gradients/check-b2
    any-loss/check-overflow
    any-loss/pull
    any-loss/check-outlier
    add-or-concat/check-symmetric
    add-or-concat/check-residual
    dying-relu/check-wake
    dying-relu/silent
    dying-relu/check-leaky
    bernoulli-gate/check-unbiased
    bernoulli-gate/check-gradcheck
"""
QUESTIONS = tuple(Question(*address.split("/")) for address in ADDRESSES.split())
"""All questions, in the order in which they come for the first time."""


class Record(NamedTuple):
    """A question that was answered: its box, and when that was, counted in answers before it."""

    box: int
    when: int

    @property
    def due(self) -> int:
        return self.when + 1 + SPACING[self.box]


@dataclass(frozen=True)
class State:
    """now: how many answers there were. records: of each of the QUESTIONS, None where it is new."""

    now: int = 0
    records: tuple[Record | None, ...] = (None,) * len(QUESTIONS)

    @property
    def seen(self) -> Iterator[tuple[int, Record]]:
        return ((index, record) for index, record in enumerate(self.records) if record)


EMPTY = State()


class Score(NamedTuple):
    """How many questions were answered so far, and how many of them right when they last came."""

    right: int
    seen: int


def next_question(state: State) -> Question:
    """Return what is due: by turns what was wrong first, or what is new first, and then what is due longest.

    Where nothing is due and nothing new, what was answered longest ago. So every question comes, whatever
    the answers are, and none comes twice in a row.
    """
    wrong_first = state.now % 2 == 1
    seen = dict(state.seen)
    new = [index for index, record in enumerate(state.records) if record is None]
    due = sorted(
        (index for index, record in seen.items() if record.due <= state.now),
        key=lambda index: (wrong_first and seen[index].box > 0, seen[index].due),
    )
    longest_ago = sorted(seen, key=lambda index: seen[index].when)
    order = [*due, *new, *longest_ago] if wrong_first else [*new, *due, *longest_ago]
    return QUESTIONS[order[0]]


def answered(state: State, question: Question, right: bool) -> State:
    """Return the state after an answer: a box further, or back in the first."""
    index = QUESTIONS.index(question)
    before = state.records[index]
    further = min(before.box + 1, len(SPACING) - 1) if before else AT_ONCE
    now = Record(further if right else 0, state.now)
    return State(state.now + 1, (*state.records[:index], now, *state.records[index + 1 :]))


def score(state: State) -> Score:
    boxes = [record.box for _, record in state.seen]
    return Score(sum(box > 0 for box in boxes), len(boxes))


def to_reread(state: State) -> dict[str, int]:
    """Return the chapters with questions that were wrong when they last came, and how many; most first."""
    wrong = Counter(QUESTIONS[index].chapter for index, record in state.seen if record.box == 0)
    return dict(wrong.most_common())


DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
OLDEST = len(DIGITS) ** 2 - 1
RECORD = re.compile(r"-|[0-4][0-9a-z]{2}")
TEXT = re.compile(rf"([0-9a-z]{{1,4}})\.((?:{RECORD.pattern})*)")


def written(state: State) -> str:
    """Return a state as a text of fewer than 200 letters, digits, points and hyphens."""
    records = "".join(
        f"{record.box}{in_letters(min(state.now - record.when, OLDEST), 2)}" if record else "-"
        for record in state.records
    )
    return f"{in_letters(state.now, 1)}.{records.rstrip('-')}"


def read(text: str) -> State:
    """Return the state that a text means; the empty one where it means none."""
    match = TEXT.fullmatch(text)
    if not match:
        return EMPTY
    now = int(match[1], 36)
    found = [record_of(part, now) for part in RECORD.findall(match[2])[: len(QUESTIONS)]]
    if any(record and not 0 <= record.when < now for record in found):
        return EMPTY
    return State(now, (*found, *[None] * (len(QUESTIONS) - len(found))))


def record_of(text: str, now: int) -> Record | None:
    return None if text == "-" else Record(int(text[0]), now - int(text[1:], 36))


def in_letters(number: int, width: int) -> str:
    """A number in base 36, filled up with zeros."""
    digits = ""
    while number or len(digits) < width:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits
