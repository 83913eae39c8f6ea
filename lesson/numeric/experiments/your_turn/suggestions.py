"""What a name that means nothing here may have been meant to be: by what it is called, and by shape."""

from __future__ import annotations

from lesson.numeric.experiments.your_turn.networks import Network
from lesson.numeric.program import Program, ProgramError
from lesson.numeric.program.lines import Line
from lesson.numeric.program.names import TENSORS, meaning, nearest

MOST = 2
"""More than these to choose from are no help."""


def with_suggestion(error: ProgramError, line: Line, program: Program, network: Network) -> ProgramError:
    """The error of a line, with what an unknown name in it may have been meant to be, where that is known."""
    if error.reason != "undefined":
        return error
    name = str(error.facts["name"])
    possible = candidates(name, program, line)
    called = [ours for near in nearest(name) for ours in possible if near in (ours, meaning(ours))]
    fitting = [ours for ours in possible if fits(ours, name, line, program, network)]
    meant = [ours for ours in called if ours in fitting][:1] or fitting
    if not 0 < len(meant) <= MOST:
        meant = called[:1]
    facts = {"name": name, "nearest": " / ".join(meant)}
    return ProgramError(error.line, error.column, "undefined-nearest", **facts) if meant else error


def candidates(name: str, program: Program, line: Line) -> list[str]:
    """What could stand in the place of a name, which may itself say what it means: what is given, and what is
    defined above."""
    above = [other.target for other in program.lines if other.number < line.number]
    meant = meaning(name)
    return [
        ours
        for ours in dict.fromkeys((*TENSORS, *above))
        if ours != name and (not meant or meaning(ours) == meant)
    ]


def fits(ours: str, name: str, line: Line, program: Program, network: Network) -> bool:
    """Whether a line can run with one name in the place of another, and makes what its own name says."""
    run = program.start(*network.task)
    # Copies: the line may change in place what it is given, and a network is kept for everybody.
    run.names.update({role: right.clone() for role, right in network.right.items()})
    for other in program.lines:
        if other is line:
            break
        if other.target not in network.right:
            try:
                other.act(run)
            except ProgramError:
                run.names.pop(other.target, None)
    if ours not in run.names:
        return False
    run.names[name] = run.names[ours]
    try:
        line.act(run)
    except ProgramError:
        return False
    role = meaning(line.target)
    return role not in network.right or network.fitted(run.names[line.target], role) is not None
