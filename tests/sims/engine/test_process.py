"""The web process itself: light, quiet, and gone with everything it started."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]

PROGRAM = textwrap.dedent(
    """
    import asyncio, sys
    import psutil
    from sims.engine import Engine
    from tests.sims.engine.helpers import LONG, events_of, started, sweep

    async def main(wait):
        engine = Engine(workers=1)
        await engine.start()
        await events_of(engine, await engine.submit(sweep()))
        await started(engine, await engine.submit(sweep(LONG)))
        me = psutil.Process()
        ports = [c for p in [me, *me.children(recursive=True)] for c in p.net_connections()]
        assert {c.laddr.ip for c in ports} == {"127.0.0.1"}
        print(me.memory_info().rss, flush=True)
        if wait:
            await asyncio.sleep(60)
        await engine.close()
        assert not {"torch", "torchvision", "dash"} & set(sys.modules)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    if __name__ == "__main__":
        asyncio.run(main(len(sys.argv) > 1))
    """
)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("LRLAB_STORE", f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path = tmp_path / "server.py"
    path.write_text(PROGRAM)
    return [sys.executable, "-W", "error", str(path)]


def test_a_server_is_small_free_of_torch_and_ends_without_a_word(program: list[str]) -> None:
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 200e6


def test_a_killed_server_leaves_no_process(program: list[str]) -> None:
    with subprocess.Popen([*program, "wait"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        assert server.stdout.readline()
        children = psutil.Process(server.pid).children(recursive=True)
        assert children
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
