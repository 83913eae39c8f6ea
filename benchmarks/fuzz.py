"""A long fuzz of the programs that learners may write: nothing but a ProgramError may come out.

    python benchmarks/fuzz.py [programs]

Prints how many were refused, how many ran, and the longest that any of them took.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from lesson.numeric.program import ProgramError, parse
from tests.harness.fuzzing import TASK, generated, untouched, walls


def main() -> None:
    programs = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    random = Random(time.time_ns())
    refused = stopped = 0
    longest = 0.0
    with walls():
        for _ in range(programs):
            text = generated(random)
            began = time.perf_counter()
            try:
                program = parse(text)
            except ProgramError:
                refused += 1
                continue
            finally:
                longest = max(longest, time.perf_counter() - began)
            try:
                run = program.start(*TASK)
                for line in program.lines:
                    line.act(run)
            except ProgramError:
                stopped += 1
    assert untouched(), "a program changed what it was given"
    ran = programs - refused
    print(
        f"{programs:,} programs: {refused:,} refused unread, {ran:,} evaluated, {stopped:,} of them stopped"
    )
    print(f"the longest reading took {1e3 * longest:.1f} ms")


if __name__ == "__main__":
    main()
