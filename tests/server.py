"""The real server as a subprocess on a free port of 127.0.0.1, with a store and a cache of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`python app.py`, started on entering and ended on leaving; its output is in every failure."""

    def __init__(self, environment: Mapping[str, str] | None = None, *, wait_ready: bool = True) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="lab-test-")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.wait_ready = wait_ready
        self.environment = {
            **os.environ,
            "LRLAB_STORE": f"sqlite:///{self.folder.name}/runs.sqlite3",
            "LRLAB_WORKERS": "2",
            "PYTHONUNBUFFERED": "1",
            **(environment or {}),
        }
        self.started = 0.0

    def __enter__(self) -> Self:
        self._log = open(Path(self.folder.name) / "server.log", "w+", encoding="utf-8")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait()
        except BaseException:
            self._end()  # nobody leaves a block that was not entered
            raise
        return self

    def _wait(self, limit: float = 60.0) -> None:
        while time.monotonic() - self.started < limit:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.output()}")
            try:
                answer = httpx.get(self.base + "/healthz", timeout=2)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 200 or not self.wait_ready:
                return
            time.sleep(0.05)
        raise AssertionError(f"the server was not ready within {limit} s:\n{self.output()}")

    def output(self) -> str:
        """Return what the server has printed."""
        return (Path(self.folder.name) / "server.log").read_text(encoding="utf-8")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"output of the server:\n{self.output()}")
        self._end()
        self.folder.cleanup()

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()
