"""A learner's own lines before the witnesses: whether they can testify, and which of the seven are wrong."""

from __future__ import annotations

from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.experiments.wrong_gradients.witnesses import cut, start_on
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.program import Program, ProgramError, gradient_names, parse
from lesson.numeric.program.lines import act


def faults(text: str, config: Config) -> tuple[str, ...]:
    """The names of those of the seven lines that are wrong, given what stands above them.

    Raises ProgramError where a line cannot be read or run, a gradient is missing, or all of it is too dear.
    """
    config = cut(config)
    corrected = correct(text, config)
    if corrected.errors:
        raise corrected.errors[0]
    check_all_there(parse(text), config)
    return tuple(name for name, answer in corrected.answers.items() if answer.state in ("wrong", "elsewhere"))


def check_all_there(program: Program, config: Config) -> None:
    """Refuse a program that leaves a gradient out, or costs more than one may on this network.

    A gradient that does not fit is for the witnesses to notice.
    """
    task = start_on(config, on_kink=False)
    run = program.start(*task)
    act(program.lines, run)
    for name in gradient_names(task.params):
        if not isinstance(run.names.get(name), Tensor):
            raise ProgramError(program.lines[-1].number if program.lines else 1, 1, "missing", name=name)
