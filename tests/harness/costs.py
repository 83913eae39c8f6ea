"""What a piece of work costs, beside another piece of work of the same run."""

from __future__ import annotations

import time
from collections.abc import Callable


def cost(work: Callable[[], object]) -> float:
    """Seconds of this thread's processor time, the best of three: who else uses the machine costs nothing.

    To be compared with another cost of the same run, never with a number of seconds.
    """

    def seconds() -> float:
        began = time.thread_time()
        work()
        return time.thread_time() - began

    return min(seconds() for _ in range(3))
