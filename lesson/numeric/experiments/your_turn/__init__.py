"""The homework, corrected: a learner's backward pass, line by line, on several networks at once.

networks     those on which a program is tried, and what has to come out there
reading      what can be read of a text
passes       a program run on one network: what each line made, and out of which others
casting      which line plays which role, whatever it is called
answers      a line, given what stands above it; and its value so far
suggestions  what an unknown name may have been meant to be
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn.answers import Answer, Judge, Judged
from lesson.numeric.experiments.your_turn.casting import Casting
from lesson.numeric.experiments.your_turn.networks import FORWARD, LARGEST, Network, silenced, tried_on
from lesson.numeric.experiments.your_turn.passes import Pass
from lesson.numeric.experiments.your_turn.reading import readable
from lesson.numeric.experiments.your_turn.suggestions import with_suggestion
from lesson.numeric.program import Program, ProgramError
from lesson.numeric.source import LINES

__all__ = ["LARGEST", "Answer", "Corrected", "Judged", "correct", "silenced"]


@dataclass(frozen=True, eq=False)
class Corrected:
    """A program, corrected: an answer for each of the seven lines that there are, in their order.

    forward: the lines of the program's own forward pass that compute something else than the network does.
    solved: whether every gradient that a training needs is right on every network. errors: what cannot be
    read or run, from the top.
    """

    answers: Mapping[str, Answer]
    forward: tuple[Answer, ...]
    solved: bool
    errors: tuple[ProgramError, ...] = ()

    @property
    def next(self) -> Answer | None:
        """The first line to work on: what a solved program left out is not missed."""
        wrong = (answer for answer in self.answers.values() if not answer.right)
        return None if self.solved else next(wrong, None)


def correct(text: str, config: Config) -> Corrected:
    """Judge a program line by line, each given what stands above it."""
    networks, kink = tried_on(config)
    reading = readable(text)
    program = reading.program
    solved = not reading.errors and all(solves(program, network) for network in networks)
    *passes, on_kink = (Pass(program, network, reading.lost, not solved) for network in (*networks, kink))
    cast = Casting(program, passes, guessing=not solved).cast
    judge = Judge(reading, passes, on_kink, cast, solved)
    answers = {role: judge.answer(role) for role in LINES if role in judge.own.right}
    forward = tuple(answer for role in FORWARD if not (answer := judge.answer(role)).right)
    return Corrected(answers, forward, solved, errors_of(reading.errors, program, passes[0], networks[-1]))


def solves(program: Program, network: Network) -> bool:
    """Whether a program by itself, nothing put right for it, finds the gradients of a network."""
    try:
        gradients = program.gradients(*network.task)
    except ProgramError:
        return False
    return all(
        network.fits(gradient, f"grad_{name}")
        for name, gradient in gradients._asdict().items()
        if gradient is not None
    )


def errors_of(
    read: tuple[ProgramError, ...], program: Program, own: Pass, probe: Network
) -> tuple[ProgramError, ...]:
    """What could not be read, and what could not run on the learner's own network but for what waits."""
    stopped = [v for v in own.versions if v.error and not v.only_waits]
    named = [with_suggestion(v.error, v.line, program, probe) for v in stopped if v.error]
    return tuple(sorted((*read, *named), key=lambda error: (error.line, error.column)))
