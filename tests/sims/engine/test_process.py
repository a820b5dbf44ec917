"""The web process itself: light, quiet, and gone with everything it started."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]

PROGRAM = """
import asyncio, signal, sys
import psutil
from sims.engine import Engine
from tests.sims.engine.helpers import LONG, events_of, started, sweep

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    engine = Engine(workers=1)
    await engine.start()
    await events_of(engine, await engine.submit(sweep()))
    run_id = await engine.submit(sweep(LONG))
    await started(engine, run_id)
    me = psutil.Process()
    ports = [c for p in [me, *me.children(recursive=True)] for c in p.net_connections()]
    assert {c.laddr.ip for c in ports} == {"127.0.0.1"}
    print(me.memory_info().rss, flush=True)
    await stop.wait()
    await engine.close()
    assert engine.status(run_id).phase == "stopped"
    assert not {"torch", "torchvision", "dash"} & set(sys.modules)
    assert asyncio.all_tasks() == {asyncio.current_task()}

if __name__ == "__main__":
    asyncio.run(main())
"""


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A server in which a run is going on, and the processes that it started."""
    program = folder / "server.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, "-W", "error", str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "LRLAB_STORE": f"sqlite:///{folder / 'runs.sqlite3'}", "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    ) as server:
        assert server.stdout
        assert server.stderr
        memory = server.stdout.readline()
        assert memory, server.stderr.read()
        assert int(memory) < 200e6
        children = psutil.Process(server.pid).children(recursive=True)
        assert children
        yield server, children
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_a_server_is_small_free_of_torch_and_ends_at_ctrl_c_without_a_word(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        os.killpg(server.pid, signal.SIGINT)  # a terminal sends it to everything it started
        _, errors = server.communicate(timeout=30)
        assert (server.returncode, errors) == (0, "")


def test_a_killed_server_leaves_no_process(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        server.kill()
