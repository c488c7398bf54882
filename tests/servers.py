"""Servers for tests: one in a process of its own, and one in a thread with made-up runs."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from moe3d.errors import UsageError
from moe3d.remote.app import Service, make_app
from moe3d.remote.limits import Limits
from moe3d.remote.runs import Runs
from moe3d.remote.server import listen

ROOT = Path(__file__).parent.parent
TOKEN = "a-token-that-tests-know"


class ServerProcess:
    """`moe3d serve` with the built-in model, on a port of its own."""

    def __init__(self, *words: str, port: int = 0) -> None:
        command = [sys.executable, "-m", "moe3d", "serve", "--port", str(port), "--device", "cpu"]
        self._process = subprocess.Popen(
            [*command, *words],
            cwd=ROOT,
            env=os.environ | {"MOE3D_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.greeting = self._process.stdout.readline()
        assert self.greeting.startswith("http://"), self._process.communicate()[1]
        self.url = self.greeting.split()[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end; exit code and what it wrote to stderr."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        return_text = self._process.communicate()[1]
        return self._process.returncode, return_text


@contextlib.contextmanager
def server_process(*words: str) -> Iterator[ServerProcess]:
    made = ServerProcess(*words)
    try:
        yield made
    finally:
        made.kill()


def _no_estimate(_asked):
    raise UsageError("this server estimates nothing")


@contextlib.contextmanager
def server_thread(
    reconstruct=None, limits: Limits | None = None, *, estimate=None, sides=None, port: int = 0
) -> Iterator[tuple[str, Runs]]:
    """A real server whose runs are done by a function; its address, and its runs."""
    limits = limits or Limits()
    numbers = iter(range(1000))
    runs = Runs(reconstruct, limits, new_name=lambda: f"run-{next(numbers)}")
    sides, estimate = sides or {"mini": 224}, estimate or _no_estimate
    app = make_app(Service(runs, limits, lambda: sides, estimate, TOKEN))
    listening = listen("127.0.0.1", port)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", runs
    finally:
        server.should_exit = True
        thread.join()
