"""A long fuzz of the losses that learners may write: a derivative or a LossError, and soon.

    python benchmarks/losses.py [losses]

Prints how many were derived, how many refused and why, and the longest that any of them took.
"""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from lesson.symbolic.any_loss import LossError, derive
from tests.harness.fuzzing import walls
from tests.harness.losses import HOSTILE, PRESETS, generated


def main() -> None:
    losses = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    random = Random(time.time_ns())
    refused = Counter[str]()
    slowest = [(0.0, "")]
    for text in PRESETS.values():
        # SymPy imports some of itself at its first need, through one of the walls.
        derive(text)
    # A collection of all that SymPy and torch have made would count as somebody's time.
    gc.freeze()
    with walls():
        for text in [*HOSTILE, *(generated(random) for _ in range(losses))]:
            began = time.thread_time()
            try:
                derive(text)
            except LossError as error:
                refused[error.reason] += 1
            slowest = sorted([*slowest, (time.thread_time() - began, text)])[-5:]
    total = losses + len(HOSTILE)
    print(f"{total:,} texts: {total - refused.total():,} derived, {refused.total():,} refused")
    print(dict(refused.most_common()))
    for seconds, text in slowest:
        print(f"{1e3 * seconds:6.1f} ms  {text}")


if __name__ == "__main__":
    main()
