"""What became of a line: whether it is right given what stands above it, and what its value is so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from torch import Tensor

from lesson.numeric.compare import Verdict
from lesson.numeric.experiments.your_turn.casting import Cast, Chain, needs
from lesson.numeric.experiments.your_turn.networks import FORWARD, Network
from lesson.numeric.experiments.your_turn.passes import Pass, Version
from lesson.numeric.experiments.your_turn.reading import Reading
from lesson.numeric.program import ProgramError
from lesson.numeric.program.mistakes import EXERCISE
from lesson.numeric.program.names import GRADIENTS, meaning
from lesson.numeric.training.curves import CELLS

ALIKE = 1e-9
"""Tensors that differ by less than this share of the largest entry are alike."""

PRECISION = 1e-5
"""A difference below this share of the largest entry comes from too few digits, not from a formula."""

State = Literal["missing", "spared", "renamed", "fails", "waits", "wrong", "elsewhere", "makes-up", "right"]
"""Of a line, given what stands above it: missing, or not needed; right, but under a name that no training
knows; cannot run; cannot be judged before another is mended; wrong; wrong on some other network; wrong, but
so that it makes up for what is wrong above it; right."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One value beside autograd's: its difference where the shapes agree, and the verdict.

    factor: the constant by which all its entries are off, 1 where there is none. elsewhere: the sizes of a
    network on which it is not autograd's though it is here.
    """

    shape: tuple[int, ...]
    needed: tuple[int, ...]
    verdict: Verdict
    difference: np.ndarray | None
    factor: float = 1.0
    elsewhere: tuple[int, ...] = ()

    @property
    def largest(self) -> float:
        return float(np.abs(self.difference).max()) if self.difference is not None else np.inf

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column of the largest difference, from 1."""
        assert self.difference is not None
        row, column = np.unravel_index(np.argmax(np.abs(self.difference)), self.difference.shape)
        return int(row) + 1, int(column) + 1

    @property
    def around(self) -> tuple[int, int]:
        """The first row and column, from 0, of the CELLS by CELLS cells around the largest difference."""
        row, column = (
            max(0, min(number - 1 - CELLS // 2, size - CELLS))
            for number, size in zip(self.cell, self.needed, strict=True)
        )
        return row, column


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of the line that plays a role.

    needed: its shape. line: its number, 0 where there is none. written: the name on its left.
    state: of the line, given what stands above it. judged: its value so far on the learner's own network;
    None where there is none yet. waits_for: the number of the line that has to be mended first, 0 for none.
    elsewhere: the sizes of a network on which the line is wrong though it is right here; failure: why it
    cannot run there. mistake: the known mistake that gives the same numbers; factor: the constant by which
    all entries are off, given what stands above. at_kink: whether it is wrong only where a pre-activation is
    exactly zero.
    """

    name: str
    needed: tuple[int, ...]
    line: int = 0
    written: str = ""
    state: State = "missing"
    judged: Judged | None = None
    waits_for: int = 0
    elsewhere: tuple[int, ...] = ()
    failure: ProgramError | None = None
    mistake: str = ""
    factor: float = 1.0
    at_kink: bool = False

    @property
    def right(self) -> bool:
        """Whether there is nothing to do about this line."""
        return self.state in ("right", "makes-up", "spared")


class Judge:
    """Judges the lines of a program that was run on the learner's own network, on others, and on the kink."""

    def __init__(self, reading: Reading, passes: list[Pass], on_kink: Pass, cast: Cast, solved: bool) -> None:
        self.passes, self.cast, self.solved = passes, cast, solved
        self.lost = {meaning(name): (name, number) for name, number in reading.lost.items()}
        self.called = reading.program.called
        self.chains = [Chain(tried, self.cast) for tried in passes]
        self.on_kink = Chain(on_kink, self.cast)
        self.lines = {role: Line(self, role) for role in cast}

    @property
    def own(self) -> Network:
        return self.passes[0].network

    def answer(self, role: str) -> Answer:
        """What became of one role."""
        needed = tuple(self.own.right[role].shape)
        if role not in self.cast and role in self.lost:
            name, number = self.lost[role]
            return Answer(role, needed, number, name, "fails")
        if role not in self.cast:
            return Answer(role, needed, state="spared" if self.spared(role) else "missing")
        return self.lines[role].answer(needed)

    def spared(self, role: str) -> bool:
        """Whether a role is not needed, as what follows from it is there and right."""
        if self.solved or role in FORWARD:
            return True
        users = [line for user, line in self.lines.items() if role in needs(user)]
        return role not in GRADIENTS and any(not line.wrong_on for line in users)


class Line:
    """The line that plays a role: its versions on all networks, and what they should be."""

    def __init__(self, judge: Judge, role: str) -> None:
        self.judge, self.role, self.index = judge, role, judge.cast[role]
        self.versions = [tried.versions[self.index] for tried in judge.passes]

    @property
    def own(self) -> Version:
        return self.versions[0]

    def answer(self, needed: tuple[int, ...]) -> Answer:
        """All that is known of this line."""
        wrong = self.wrong_on
        elsewhere = bool(wrong) and wrong[0] > 0
        line = self.own.line
        return Answer(
            self.role,
            needed,
            line.number,
            self.judge.called.get(line.target, line.target),
            self.state,
            judged=None if self.own.error or self.own.waits_for else self.judged,
            waits_for=self.own.waits_for,
            elsewhere=self.judge.passes[wrong[0]].network.sizes if elsewhere else (),
            failure=self.judge.passes[wrong[0]].failure_of(self.index) if elsewhere else None,
            mistake=self.mistake() if wrong else "",
            factor=self.factor(self.judge.chains[wrong[0]]) if wrong else 1.0,
            at_kink=not wrong and not self.right_on(self.judge.on_kink),
        )

    @property
    def state(self) -> State:
        if self.own.error:
            return "waits" if self.own.only_waits else "fails"
        if self.wrong_on:
            return "elsewhere" if self.wrong_on[0] else "wrong"
        if self.role in GRADIENTS and meaning(self.own.line.target) != self.role:
            return "renamed"
        return "makes-up" if self.makes_up else "right"

    @cached_property
    def wrong_on(self) -> list[int]:
        """The numbers of the networks on which this line is not right."""
        return [number for number, chain in enumerate(self.judge.chains) if not self.right_on(chain)]

    def right_on(self, chain: Chain) -> bool:
        """Whether the line gives what follows from the lines above it, or what autograd gives."""
        return self.follows(chain) or chain.network.fits(chain.tried.versions[self.index].value, self.role)

    def follows(self, chain: Chain) -> bool:
        expected, value = chain.expected(self.role), chain.tried.versions[self.index].value
        return expected is not None and chain.network.fits(value, self.role, expected)

    @property
    def makes_up(self) -> bool:
        """Whether it gives what autograd does, but not what follows from the wrong lines that it uses."""
        above = {role for role in self.judge.cast if self.judge.cast[role] in self.own.out_of}
        return not all(map(self.follows, self.judge.chains)) and any(
            self.judge.lines[role].judged.verdict > Verdict.ROUNDING for role in above & needs(self.role)
        )

    @cached_property
    def judged(self) -> Judged:
        """The value so far on the learner's own network, beside autograd's."""
        network, version = self.judge.own, self.own
        right = network.right[self.role]
        needed, value = tuple(right.shape), network.fitted(version.value, self.role)
        if value is None:
            return Judged(version.shape, needed, Verdict.DIFFERENT, None)
        verdict = network.verdict(value, self.role)
        others = [
            tried.network.sizes
            for tried in self.judge.passes
            if not tried.network.fits(tried.versions[self.index].value, self.role)
        ]
        elsewhere = others[0] if others and verdict <= Verdict.ROUNDING else ()
        factor = ratio(value, right) if verdict > Verdict.ROUNDING else 1.0
        return Judged(version.shape, needed, verdict, (value - right).numpy(), factor, elsewhere)

    def factor(self, chain: Chain) -> float:
        """The number by which every entry is off, given what stands above."""
        value = chain.network.fitted(chain.tried.versions[self.index].value, self.role)
        expected = chain.expected(self.role)
        return 1.0 if value is None or expected is None else ratio(value, expected)

    def mistake(self) -> str:
        """The name of the known mistake that explains a wrong line, "" where none does."""
        if any(version.too_early for version in self.versions):
            return "too-early"
        made = [(chain, chain.tried.versions[self.index].value) for chain in self.judge.chains]
        tried = [(chain, value) for chain, value in made if value is not None]
        for known in EXERCISE.get(self.role, ()):
            text = known.lines[self.role]
            if tried and all(alike(value, chain.made_by(text, self.role)) for chain, value in tried):
                return known.name
        chain = self.judge.chains[self.wrong_on[0]]
        value = chain.network.fitted(chain.tried.versions[self.index].value, self.role)
        expected = chain.expected(self.role)
        if value is not None and expected is not None and alike(value, expected, PRECISION):
            return "precision"
        return ""


def ratio(value: Tensor, right: Tensor) -> float:
    """The number by which every entry is off, 1 where there is none."""
    right = right.view(value.shape)
    factor = float((value * right).sum() / right.square().sum())
    return factor if factor and alike(value, factor * right) else 1.0


def alike(one: object, two: object, digits: float = ALIKE) -> bool:
    """Whether two tensors have one shape and the same numbers, but for a share of the largest."""
    if not (isinstance(one, Tensor) and isinstance(two, Tensor)) or one.shape != two.shape:
        return False
    scale = float(two.double().abs().max()) or 1.0
    return bool(((one.double() - two.double()).abs() <= digits * scale).all())
