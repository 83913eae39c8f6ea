"""What a piece of work takes in memory at its peak, in a process that inherits no peak."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def resident(name: str) -> float:
    """MiB of this process: VmRSS now, VmHWM at its peak (proc(5))."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def growth(before: str, work: str) -> float:
    """How many MiB a process of its own has at its peak beyond what it has before the work."""
    code = (
        f"from tests.harness.memory import resident\n{before}\nheld = resident('VmHWM')\n{work}\n"
        "print(resident('VmHWM') - held)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)
