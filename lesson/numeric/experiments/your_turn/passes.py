"""A program run once on one network: what each of its lines made there, and out of which others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lesson.numeric.experiments.your_turn.networks import SIGNALS, Network
from lesson.numeric.program import Program, ProgramError
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.lines import Line
from lesson.numeric.program.names import meaning
from lesson.numeric.source import LINES


@dataclass(frozen=True, eq=False)
class Version:
    """What a name was after a line.

    value: None where there is none, or one that is too large for any role. shape: () where it is no tensor.
    out_of: the indices, in the program, of all lines that it was made out of. waits_for: the number of a line
    above that has to be mended before this one can be computed, 0 where there is none; until then it was
    given what is right there. too_early: whether it used what an update had changed.
    """

    line: Line
    value: Tensor | None = None
    shape: tuple[int, ...] = ()
    out_of: frozenset[int] = frozenset()
    waits_for: int = 0
    too_early: bool = False
    error: ProgramError | None = None

    @property
    def only_waits(self) -> bool:
        """Whether it cannot run because a line above gives nothing, and may be right."""
        return bool(self.waits_for and self.error and self.error.reason == "undefined")


class Pass:
    """versions: one for each line of the program, in its order.

    lost: names that some line was to define which cannot be read. mending: whether the lines below one that
    cannot be used find there what is right.
    """

    def __init__(self, program: Program, network: Network, lost: Mapping[str, int], mending: bool) -> None:
        self.network = network
        self.mending = mending
        self.versions: list[Version] = []
        self.at: dict[str, int] = {}
        """Where each name was last defined or changed."""

        self.broken: dict[str, int] = {}
        """The names that hold what is right instead of what a line made of them, and its number."""

        named = {meaning(line.target) for line in program.lines}
        self.nameless = [signal for signal in SIGNALS if signal not in named]
        run = program.start(*network.task)
        self.given = {
            n: (value, value.clone()) for n, value in run.names.items() if isinstance(value, Tensor)
        }
        for name, number in lost.items():
            self.mend(run, name, number)
        for index, line in enumerate(program.lines):
            self.versions.append(self.version(run, line))
            self.at[line.target] = index
            run.forget(line.over)

    def version(self, run: Run, line: Line) -> Version:
        """Let a line act, and see what it made."""
        above = [self.at[name] for name in line.uses if name in self.at]
        out_of = frozenset(above).union(*(self.versions[index].out_of for index in above))
        waiting = [self.broken[name] for name in line.uses if name in self.broken]
        waiting += [w for index in above if (w := self.versions[index].waits_for)]
        version = Version(line, out_of=out_of, waits_for=min(waiting, default=0))
        version = replace(version, too_early=self.changed(run, line))
        if line.defines:
            self.broken.pop(line.target, None)
        try:
            line.act(run)
        except ProgramError as error:
            self.mend(run, line.target, line.number)
            return replace(version, error=error)
        value = run.names[line.target]
        if not isinstance(value, Tensor):
            return version
        if self.unusable(line.target, value):
            self.mend(run, line.target, line.number)
        kept = value.clone() if value.numel() <= self.network.largest else None
        return replace(version, value=kept, shape=tuple(value.shape))

    def failure_of(self, index: int) -> ProgramError | None:
        """Why a line, or else one out of which it is made, cannot run; None where it can."""
        version = self.versions[index]
        first = [v for v in self.versions if version.only_waits and v.line.number == version.waits_for]
        return (first or [version])[0].error

    def changed(self, run: Run, line: Line) -> bool:
        """Whether something of the network's that a line uses is no longer what it was."""
        held = [(run.names.get(name), *self.given[name]) for name in line.uses & self.given.keys()]
        return any(now is given and not torch.equal(given, before) for now, given, before in held)

    def unusable(self, name: str, value: Tensor) -> bool:
        """Whether what should be a gradient by its name has another shape, and not that of a signal after
        which no line is named."""
        role, n = meaning(name), self.network
        if not self.mending or role not in LINES or role not in n.right or n.fitted(value, role) is not None:
            return False
        return all(n.fitted(value, signal) is None for signal in self.nameless)

    def mend(self, run: Run, name: str, number: int) -> None:
        """Put what is right instead of what a line made, if its name says what that has to be."""
        right = self.network.right.get(meaning(name)) if self.mending else None
        self.broken[name] = number
        run.names.pop(name, None)
        if right is not None:
            run.names[name] = right.clone()
