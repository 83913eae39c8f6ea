"""A backward pass as text: what may stand in it, what it computes, and the mistakes that people make in it.

spelling     other ways to write the same, numpy's among them, as what the whitelist knows; free of torch
names        what the lesson's tensors are called elsewhere; free of torch
whitelist    every syntax node, name and call that is allowed; free of torch
cost, meter  what an operation costs before it is done, and the limits at which a run is stopped
tape         the operations of a run, to be repeated
interpreter  what is allowed, evaluated
lines        what a line does, and which names it needs
price        what a program costs on a network before it runs, and what it may cost there
program      a program, run on a network
mistakes     known mistakes, as programs; free of torch
scaffold     the seven lines partly given, for who writes the rest; free of torch
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lesson.numeric.program.whitelist import ProgramError

if TYPE_CHECKING:
    from lesson.numeric.program.program import Price, Program, RecordedProgram, gradient_names, parse

__all__ = ["Price", "Program", "ProgramError", "RecordedProgram", "gradient_names", "parse"]


def __getattr__(name: str) -> object:
    """What evaluates loads torch, for which whoever asks for the whitelist alone does not wait."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lesson.numeric.program import program

    return getattr(program, name)
