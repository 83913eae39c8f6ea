"""The allocator: large pieces leave no holes behind among small ones that stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOLES = """
import os
from lesson import allocator

{told}

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20

# Once such a piece was freed, the allocator puts all that are smaller among the small ones.
bytes(16 * 2**20)
before = resident()
pieces = [(bytes([n]) * 2**20, bytes([n]) * 4096) for n in range(64)]
kept = [small for _, small in pieces]
del pieces
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("told", "least", "most"), [("", 50, 80), ("allocator.keep_together()", 0, 10)])
def test_large_pieces_leave_no_holes(told: str, least: int, most: int) -> None:
    """Not told anything it keeps all 64 MB, or this test would prove nothing."""
    found = subprocess.run(
        [sys.executable, "-c", HOLES.format(told=told)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert least <= int(found.stdout) <= most
