"""How soon a run could start after `python app.py`, and how much memory the web process takes."""

import time

import httpx
import psutil

from tests.bench.figures import show
from tests.server import Server

ROUNDS = 5


def main() -> None:
    """Print seconds until `/healthz` answers at all and until it answers 200, and resident megabytes."""
    answers, ready, memory = [], [], []
    for _ in range(ROUNDS):
        with Server(wait_ready=False) as server:
            answers.append(time.monotonic() - server.started)
            while httpx.get(server.base + "/healthz").status_code != 200:
                time.sleep(0.02)
            ready.append(time.monotonic() - server.started)
            httpx.get(server.base + "/range-test")
            memory.append(psutil.Process(server.process.pid).memory_info().rss / 1e6)
    show("start: /healthz answers", answers, "s")
    show("start: /healthz answers 200, a run could start", ready, "s", "<= 5")
    show("web process, resident, once ready", memory, "MB", "<= 200")
