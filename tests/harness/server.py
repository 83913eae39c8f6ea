"""A Streamlit server of its own, for a benchmark measured from outside (Linux)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parents[2]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(address: str) -> None:
    """Until a server answers there. Raises TimeoutError after two minutes."""
    for _ in range(2400):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{address} did not answer")


@dataclass
class Server:
    """A running server with its processes, measured from outside."""

    address: str
    process: int
    peak: float = 0.0

    def wait(self) -> None:
        """Until it answers. Raises TimeoutError after two minutes."""
        wait_for(self.address)

    def processes(self) -> list[Path]:
        """The server's own and those that it started."""
        found, new = [], [str(self.process)]
        while new:
            found += new
            tasks = [path for number in new for path in Path(f"/proc/{number}/task").glob("*/children")]
            new = []
            for path in tasks:
                # A thread may have ended since it was listed.
                with suppress(FileNotFoundError):
                    new += path.read_text(encoding="ascii").split()
        return [Path("/proc", number) for number in found]

    def memory(self) -> float:
        """MB, what processes share counted once (proportional set size)."""
        found = sum(proportional_size(process) for process in self.processes())
        self.peak = max(self.peak, found)
        return found

    def largest_worker(self) -> float:
        """MB of the largest process that the server started, what it shares counted in proportion."""
        return max(map(proportional_size, self.processes()[1:]), default=0.0)

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        seconds = 0.0
        for process in self.processes():
            fields = (process / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return seconds


def proportional_size(process: Path) -> float:
    """MB; none of a process that ended since it was listed."""
    try:
        rollup = (process / "smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)


@contextmanager
def served(script: Path = HOUSE / "streamlit_app.py", wait: bool = True) -> Iterator[Server]:
    """The lesson, or another script, on a port of its own; without wait not yet answering."""
    port = free_port()
    options = ["--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    running = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    server = Server(address, running.pid)
    if wait:
        server.wait()
    try:
        yield server
    finally:
        running.kill()
        running.wait()
